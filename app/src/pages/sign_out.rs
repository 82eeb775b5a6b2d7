//! `/sign-out`: a button, for whoever comes here by an address.

use crate::form::{FormError, FormPost};
use crate::pages::hub::OfAccount;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::caller::Caller,
    crate::components::heading,
    crate::form::{Form, refused},
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
                <Form class="actions" action=paths::SIGN_OUT.to_owned() event="signOut".to_owned() rules=vec![]>
                    <button class="button main">{text::SIGN_OUT}</button>
                    <a class="button plain" href=paths::PROFILE>{text::BACK_TO_PROFILE}</a>
                </Form>
            </div>
        }
        .into_any()
    };
    Ok(Answer::show(text::SIGN_OUT, Frame::House { who: viewer.username }, body))
}

/// Ends this session. Signing out twice is signing out.
#[server(prefix = "", endpoint = "/sign-out", protocol = FormPost)]
pub async fn sign_out() -> Result<Option<OfAccount>, FormError> {
    let caller = Caller::here()?;
    let username = match caller.session() {
        Some(token) => caller.pool.sign_out(&token, &caller.origin).await.map_err(refused)?,
        None => None,
    };
    caller.leave();
    caller.say(Flash::SignedOut);
    caller.go(paths::SIGN_IN);
    Ok(username.map(|username| OfAccount { username }))
}
