//! A sign-in that waits for its next step, and one that waited too long.

use crate::form::FormError;
use crate::layout::heading;
use crate::request::Caller;
use crate::text;
use leptos::prelude::*;
use model::{Refusal, Why, paths};
use pool::sessions::ChallengeToken;

/// Where no sign-in waits any more, it begins anew.
#[component]
pub(super) fn Over() -> impl IntoView {
    view! {
        {heading(text::SIGN_IN_CODE_TITLE, true)}
        <div class="stack">
            <p>{text::SIGN_IN_OVER}</p>
            <p><a class="button main wide" href=paths::SIGN_IN>{text::SIGN_IN_AGAIN}</a></p>
        </div>
    }
}

/// The sign-in that waits in this browser.
pub(super) fn waiting(caller: &Caller) -> Result<(ChallengeToken, Option<&'static str>), FormError> {
    caller.challenge().ok_or_else(|| FormError(Refusal::form(Why::SignInOver)))
}
