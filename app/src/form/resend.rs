//! The button that asks for another code.

use super::resend_waits;
use crate::text;
use leptos::prelude::*;

/// A resend button and the words about its cooldown; the form's island counts down.
pub(crate) fn resend_button(wait: u32, class: &'static str) -> impl IntoView {
    let waits = wait > 0;
    view! {
        <button class=class aria-disabled=waits.then_some("true") data-resend="">{text::words().resend_code()}</button>
        <p class="hint" data-wait=resend_waits()>{waits.then(|| text::wait_for_code(wait))}</p>
    }
}
