//! A sign-in that waits for its next step, and one that waited too long.

use crate::form::FormError;
use crate::layout::heading;
use crate::request::RequestContext;
use crate::request::cookies::PendingSignIn;
use crate::text;
use leptos::prelude::*;
use model::{ErrorCode, FormErrors, Page};

/// Where no sign-in waits any more, it begins anew.
#[component]
pub(super) fn SignInExpired(next: Option<Page>) -> impl IntoView {
    view! {
        {heading(text::words().sign_in_code_title(), true)}
        <div class="stack">
            <p>{text::words().sign_in_over()}</p>
            <p><a class="button main wide" href=Page::SignIn.on_the_way_to(next)>{text::words().sign_in_again()}</a></p>
        </div>
    }
}

/// The sign-in that waits in this browser.
pub(super) fn pending_sign_in(context: &RequestContext) -> Result<PendingSignIn, FormError> {
    context.challenge().ok_or_else(|| FormError(FormErrors::form(ErrorCode::SignInOver)))
}
