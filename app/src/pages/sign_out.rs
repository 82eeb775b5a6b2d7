//! `/sign-out`: a button, for whoever comes here by an address.

use crate::form::{FormError, FormPost};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::caller::Caller,
    crate::components::heading,
    crate::form::refused,
    crate::text,
    crate::visit::{Answer, Flash, Frame, Visit},
    model::paths,
};

/// The screen.
#[cfg(feature = "ssr")]
pub async fn page(visit: Visit) -> Result<Answer, pool::Unavailable> {
    let Some(viewer) = visit.viewer else {
        return Ok(Answer::go(paths::SIGN_IN));
    };
    let body = || {
        view! {
            <div class="stack">
                {heading(text::SIGN_OUT_HEADING, true)}
                <p>{text::SIGN_OUT_TEXT}</p>
                <form method="post" action=paths::SIGN_OUT class="actions">
                    <button class="button main">{text::SIGN_OUT}</button>
                    <a class="button plain" href=paths::PROFILE>{text::BACK_TO_PROFILE}</a>
                </form>
            </div>
        }
        .into_any()
    };
    Ok(Answer::show(text::SIGN_OUT, Frame::House { who: viewer.username }, body))
}

/// Ends this session. Signing out twice is signing out.
#[server(prefix = "", endpoint = "/sign-out", protocol = FormPost)]
pub async fn sign_out() -> Result<(), FormError> {
    let caller = Caller::here()?;
    if let Some(token) = caller.session() {
        caller.pool.sign_out(&token, &caller.origin).await.map_err(refused)?;
    }
    caller.leave();
    caller.say(Flash::SignedOut);
    caller.go(paths::SIGN_IN);
    Ok(())
}
