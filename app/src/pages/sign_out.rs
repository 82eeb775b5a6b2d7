//! `/sign-out`: a button, for whoever comes here by an address.

use crate::auth_events::{FormEvent, OfAccount};
use crate::form::{Form, FormError, FormPost, refused};
use crate::layout::{Answer, Frame, heading};
use crate::request::{Caller, CurrentAccount, Flash, PageError, Visit};
use crate::text;
use leptos::prelude::*;
use model::{Page, paths};

/// The screen.
pub async fn page(visit: Visit) -> Result<Answer, PageError> {
    let Some(CurrentAccount { viewer, .. }) = visit.account else {
        return Ok(Answer::go(Page::SignIn));
    };
    let body = || {
        view! {
            <div class="stack">
                {heading(text::SIGN_OUT_HEADING, true)}
                <p>{text::SIGN_OUT_TEXT}</p>
                <Form class="actions" action=paths::SIGN_OUT.to_owned() event=FormEvent::SignOut rules=vec![]>
                    <button class="button main">{text::SIGN_OUT}</button>
                    <a class="button plain" href=paths::PROFILE>{text::BACK_TO_PROFILE}</a>
                </Form>
            </div>
        }
        .into_any()
    };
    Ok(Answer::show(Page::SignOut, Frame::House { who: viewer.username }, body))
}

/// Ends this session. Signing out twice is signing out.
#[server(prefix = "", endpoint = "/sign-out", protocol = FormPost)]
pub async fn sign_out() -> Result<Option<OfAccount>, FormError> {
    let caller = Caller::here()?;
    let username = match caller.session() {
        Some(token) => {
            pool::sessions::sign_out(&caller.pool, &token, &caller.origin).await.map_err(refused)?
        }
        None => None,
    };
    caller.leave();
    caller.say(Flash::SignedOut);
    caller.go(paths::SIGN_IN);
    Ok(username.map(|username| OfAccount { username }))
}
