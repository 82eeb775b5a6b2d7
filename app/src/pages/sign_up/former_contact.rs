//! After the right code, where another account had the address until lately: take that account back, or create
//! a new one.

use crate::auth_events::{AccountData, FormEvent};
use crate::form::{Form, FormError, FormPost, refused, summary};
use crate::layout::{flash_note, heading};
use crate::request::{Flash, PageRequest, RequestContext};
use crate::text::{self, Around};
use leptos::prelude::*;
use model::{ErrorCode, FormErrors, paths};
use nameplate_core::identity::BrowserTicket;

/// The screen.
pub(super) fn former_contact(request: &PageRequest, email: String, until: &str) -> AnyView {
    let [back, anew] = [paths::CONFIRM_TAKE_BACK, paths::CONFIRM_ANEW].map(|path| request.form(path));
    let refused = !(back.errors.is_empty() && anew.errors.is_empty());
    let Around { before, after } = text::former_contact();
    view! {
        {heading(text::words().former_contact_heading(), !refused)}
        <div class="stack">
            {flash_note(request.flash)}
            <p>{before}<strong><bdi>{email}</bdi></strong>{after}</p>
            <h2>{text::words().was_mine()}</h2>
            <p>{text::words().was_mine_text()}</p>
            <Form action=paths::CONFIRM_TAKE_BACK.to_owned() event=FormEvent::UndoChanges rules=vec![]>
                {summary(&back)}
                <button class="button main wide">{text::words().take_account_back()}</button>
            </Form>
            <p class="small soft">{text::words().undo_until(until)}</p>
            <h2>{text::words().was_not_mine()}</h2>
            <p>{text::words().was_not_mine_text()}</p>
            <Form action=paths::CONFIRM_ANEW.to_owned() event=FormEvent::ConfirmSignUp rules=vec![]>
                {summary(&anew)}
                <button class="button wide">{text::words().create_new_account()}</button>
            </Form>
        </div>
    }
    .into_any()
}

fn ticket(context: &RequestContext) -> Result<BrowserTicket, FormError> {
    context.ticket().ok_or_else(|| FormError(FormErrors::form(ErrorCode::NoCode)))
}

/// Takes the account back that had the address.
#[server(prefix = "", endpoint = "/confirm/take-back", protocol = FormPost)]
pub async fn take_account_back() -> Result<AccountData, FormError> {
    let context = RequestContext::current()?;
    let undone = accounts::sign_up::take_back(&context.pool, &ticket(&context)?, &context.origin)
        .await
        .map_err(refused)?;
    context.remember_reset(&undone.name);
    context.flash(Flash::ChangesUndone);
    context.redirect(paths::RESET_PASSWORD);
    Ok(AccountData { username: undone.name })
}

/// Goes on with the sign-up; nobody gets the address back.
#[server(prefix = "", endpoint = "/confirm/anew", protocol = FormPost)]
pub async fn begin_anew() -> Result<Option<AccountData>, FormError> {
    let context = RequestContext::current()?;
    accounts::sign_up::begin_anew(&context.pool, &ticket(&context)?).await.map_err(refused)?;
    context.redirect(paths::CONFIRM);
    Ok(None)
}
