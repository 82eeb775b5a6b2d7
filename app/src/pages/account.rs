//! `/account`: what is held about somebody, to take away, and leaving for good.

use crate::auth_events::FormEvent;
use crate::form::account::account_field;
use crate::form::{
    Check, Form, FormError, FormPost, FormState, Input, asks_for_password, current_password_field, field,
    reauthentication_field, refused, summary,
};
use crate::layout::{Layout, PageResponse, flash_note, heading};
use crate::request::{CurrentAccount, Flash, PageError, PageRequest, RequestContext};
use crate::text;
use accounts::account::{AccountDeletion, CONFIRMATION};
use leptos::prelude::*;
use model::{FieldName, Page, Password, paths};

/// The screen.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let CurrentAccount { viewer, .. } = request.account()?;
    Ok(PageResponse::page(Page::Account, Layout::Account { username: viewer.username }, move || {
        view! { <Account request/> }.into_any()
    }))
}

#[component]
fn Account(request: PageRequest) -> impl IntoView {
    let (download, deletion) = (request.form(paths::ACCOUNT_DOWNLOAD), request.form(paths::ACCOUNT_DELETE));
    let open = request.path == paths::ACCOUNT_DELETE;
    let owner = request.clone();
    let focus = download.errors.is_empty() && deletion.errors.is_empty();
    // Not woken: the answer is a file, and the page stays as it is.
    view! {
        <div class="groups">
            <div class="title">{heading(text::words().account(), focus)}</div>
            {flash_note(request.flash)}
            <section class="group" aria-labelledby="group-download">
                <header><h2 id="group-download">{text::words().your_data()}</h2><p>{text::words().your_data_text()}</p></header>
                <form class="sheet" method="post" action=paths::ACCOUNT_DOWNLOAD novalidate>
                    {account_field()}
                    {summary(&download)}
                    {(!open).then(|| reauthentication_field(&request, &download))}
                    <div class="actions"><button class="button">{text::words().download()}</button></div>
                </form>
            </section>
            <section class="group" aria-labelledby="group-delete">
                <header>
                    <h2 id="group-delete">{text::words().delete_account()}</h2>
                    {(!open).then(|| view! { <a class="button slim danger" href=paths::ACCOUNT_DELETE>{text::words().delete_account()}</a> })}
                    <p>{text::words().delete_account_text()}</p>
                </header>
                {open.then(|| view! { <Deletion request=owner.clone() state=deletion/> })}
            </section>
        </div>
    }
}

#[component]
fn Deletion(request: PageRequest, state: FormState) -> impl IntoView {
    let word =
        Input::new(FieldName::Confirmation, text::words().type_to_confirm(CONFIRMATION)).required(true);
    let current = asks_for_password(&request).then_some((FieldName::CurrentPassword, Check::Given));
    let rules: Vec<_> = current.into_iter().chain([(FieldName::Confirmation, Check::Given)]).collect();
    view! {
        <Form class="sheet" action=paths::ACCOUNT_DELETE.to_owned() event=FormEvent::DeleteUser rules>
            {summary(&state)}
            {current_password_field(&request, &state)}
            {field(word, &state)}
            <div class="actions">
                <button class="button danger">{text::words().delete_for_good()}</button>
                <a class="button plain" href=paths::ACCOUNT>{text::words().cancel()}</a>
            </div>
        </Form>
    }
}

/// Leads to the file with everything that is held.
#[server(prefix = "", endpoint = "/account/download", protocol = FormPost)]
pub async fn download_data(#[server(default)] current_password: Password) -> Result<(), FormError> {
    let (context, viewer) = RequestContext::reauthenticated(&current_password).await?;
    accounts::account::may_have_data(&context.pool, &viewer).await.map_err(refused)?;
    context.redirect(paths::ACCOUNT_JSON);
    Ok(())
}

/// Deletes the account (operation DeleteUser).
#[server(prefix = "", endpoint = "/account/delete", protocol = FormPost)]
pub async fn delete_account(
    #[server(default)] current_password: Password,
    #[server(default)] confirmation: String,
) -> Result<(), FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    let form = AccountDeletion { password: current_password, confirmation };
    accounts::account::delete(&context.pool, &viewer, form, &context.origin).await.map_err(refused)?;
    context.end_session();
    context.flash(Flash::AccountDeleted);
    context.redirect(paths::SIGN_IN);
    Ok(())
}
