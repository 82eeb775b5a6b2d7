//! `/account`: what is held about somebody, to take away, and leaving for good.

use crate::auth_events::FormEvent;
use crate::form::{
    Check, Form, FormError, FormPost, FormState, Input, again_field, field, password_field, refused, summary,
};
use crate::layout::{Answer, Frame, flash_note, heading};
use crate::request::{Caller, CurrentAccount, Flash, PageError, Visit};
use crate::text;
use leptos::prelude::*;
use model::{FieldName, Page, Password, paths};
use pool::account::{AccountDeletion, CONFIRMATION};

/// The screen.
pub async fn page(visit: Visit) -> Result<Answer, PageError> {
    let CurrentAccount { viewer, .. } = visit.account()?;
    Ok(Answer::show(Page::Account, Frame::House { who: viewer.username }, move || {
        view! { <Account visit/> }.into_any()
    }))
}

#[component]
fn Account(visit: Visit) -> impl IntoView {
    let (download, deletion) = (visit.form(paths::ACCOUNT_DOWNLOAD), visit.form(paths::ACCOUNT_DELETE));
    let open = visit.path == paths::ACCOUNT_DELETE;
    let username = visit.username();
    let focus = download.refusal.is_empty() && deletion.refusal.is_empty();
    // Not woken: the answer is a file, and the page stays as it is.
    view! {
        <div class="groups">
            <div class="title">{heading(text::ACCOUNT, focus)}</div>
            {flash_note(visit.flash)}
            <section class="group" aria-labelledby="group-download">
                <header><h2 id="group-download">{text::YOUR_DATA}</h2><p>{text::YOUR_DATA_TEXT}</p></header>
                <form class="sheet" method="post" action=paths::ACCOUNT_DOWNLOAD novalidate>
                    {summary(&download)}
                    {(!open).then(|| again_field(&visit, &download))}
                    <div class="actions"><button class="button">{text::DOWNLOAD}</button></div>
                </form>
            </section>
            <section class="group" aria-labelledby="group-delete">
                <header>
                    <h2 id="group-delete">{text::DELETE_ACCOUNT}</h2>
                    {(!open).then(|| view! { <a class="button slim danger" href=paths::ACCOUNT_DELETE>{text::DELETE_ACCOUNT}</a> })}
                    <p>{text::DELETE_ACCOUNT_TEXT}</p>
                </header>
                {open.then(|| view! { <Deletion state=deletion username/> })}
            </section>
        </div>
    }
}

#[component]
fn Deletion(state: FormState, username: String) -> impl IntoView {
    let current = Input::new(FieldName::CurrentPassword, text::CURRENT_PASSWORD)
        .kind("password", "current-password")
        .required(true);
    let word = Input::new(FieldName::Confirmation, text::type_to_confirm(CONFIRMATION)).required(true);
    let rules = vec![(FieldName::CurrentPassword, Check::Given), (FieldName::Confirmation, Check::Given)];
    view! {
        <Form class="sheet" action=paths::ACCOUNT_DELETE.to_owned() event=FormEvent::DeleteUser rules>
            {summary(&state)}
            // Password managers learn from it whose the password is; without a name it is not sent.
            <input type="text" value=username autocomplete="username" readonly hidden/>
            {password_field(&current, &state)}
            {field(word, &state)}
            <div class="actions">
                <button class="button danger">{text::DELETE_FOR_GOOD}</button>
                <a class="button plain" href=paths::ACCOUNT>{text::CANCEL}</a>
            </div>
        </Form>
    }
}

/// Leads to the file with everything that is held.
#[server(prefix = "", endpoint = "/account/download", protocol = FormPost)]
pub async fn download_data(#[server(default)] current_password: Password) -> Result<(), FormError> {
    let (caller, viewer) = Caller::signed_in_again(&current_password).await?;
    pool::account::may_have_data(&caller.pool, &viewer).await.map_err(refused)?;
    caller.go(paths::ACCOUNT_JSON);
    Ok(())
}

/// Deletes the account (operation DeleteUser).
#[server(prefix = "", endpoint = "/account/delete", protocol = FormPost)]
pub async fn delete_account(
    #[server(default)] current_password: Password,
    #[server(default)] confirmation: String,
) -> Result<(), FormError> {
    let (caller, viewer) = Caller::signed_in().await?;
    let form = AccountDeletion { password: current_password, confirmation };
    pool::account::delete(&caller.pool, &viewer, form, &caller.origin).await.map_err(refused)?;
    caller.leave();
    caller.say(Flash::AccountDeleted);
    caller.go(paths::SIGN_IN);
    Ok(())
}
