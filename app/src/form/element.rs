//! The form element itself, as the server renders it.

use super::account::account_field;
use super::check::Checks;
use super::words::form_words;
use crate::auth_events::FormEvent;
use crate::islands::WakingForm;
use leptos::prelude::*;

/// A form that posts to `action`. Once awake it is checked by `rules` before it is sent, and dispatches the
/// Hub's `event` on success; `wait` is the cooldown of its `data-resend` button, in seconds.
#[component]
pub fn Form(
    action: String,
    event: FormEvent,
    #[prop(into)] rules: Checks,
    #[prop(optional)] wait: u32,
    #[prop(optional, into)] class: String,
    children: Children,
) -> impl IntoView {
    let wait = (wait > 0).then_some(wait);
    let class = (!class.is_empty()).then_some(class);
    let words = form_words(&rules);
    view! {
        <WakingForm>
            <form class=class method="post" action=action novalidate data-event=event.as_str() data-checks=String::from(rules) data-words=words data-wait=wait>
                {account_field()}
                {children()}
            </form>
        </WakingForm>
    }
}
