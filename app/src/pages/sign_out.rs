//! `/sign-out`: a button, for whoever comes here by an address.

use crate::auth_events::{AccountData, FormEvent};
use crate::form::{Form, FormError, FormPost, refused};
use crate::layout::{Layout, PageResponse, heading};
use crate::request::{CurrentAccount, Flash, PageError, PageRequest, RequestContext};
use crate::text;
use leptos::prelude::*;
use model::{Page, paths};

/// The screen.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let Some(CurrentAccount { viewer, .. }) = request.account else {
        return Ok(PageResponse::redirect(Page::SignIn));
    };
    let body = || {
        view! {
            <div class="stack">
                {heading(text::words().sign_out_heading(), true)}
                <p>{text::words().sign_out_text()}</p>
                <Form class="actions" action=paths::SIGN_OUT.to_owned() event=FormEvent::SignOut rules=vec![]>
                    <button class="button main">{text::words().sign_out()}</button>
                    <a class="button plain" href=paths::PROFILE>{text::words().back_to_profile()}</a>
                </Form>
            </div>
        }
        .into_any()
    };
    Ok(PageResponse::page(Page::SignOut, Layout::Account { username: viewer.username }, body))
}

/// Ends this session. Signing out twice is signing out.
#[server(prefix = "", endpoint = "/sign-out", protocol = FormPost)]
pub async fn sign_out() -> Result<Option<AccountData>, FormError> {
    let context = RequestContext::current()?;
    context.viewer().await?;
    let username = match context.session() {
        Some(token) => {
            accounts::sessions::sign_out(&context.pool, &token, &context.origin).await.map_err(refused)?
        }
        None => None,
    };
    context.end_session();
    context.flash(Flash::SignedOut);
    context.redirect(paths::SIGN_IN);
    Ok(username.map(|username| AccountData { username }))
}
