//! `/sign-in`: who are you?

use super::outcome::continue_with;
use super::passkey::PasskeySignIn;
use crate::auth_events::{AccountData, FormEvent};
use crate::form::{Check, Form, FormError, FormPost, Input, field, password_field, refused, summary};
use crate::layout::{Layout, PageResponse, flash_note, heading, tabs};
use crate::request::{PageError, PageRequest, RequestContext};
use crate::text;
use leptos::prelude::*;
use model::{FieldName, Page, Password, paths};

/// The screen.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let next = request.next();
    Ok(PageResponse::page(Page::SignIn, Layout::Auth, move || view! { <SignIn request next/> }.into_any()))
}

#[component]
fn SignIn(request: PageRequest, next: Option<Page>) -> impl IntoView {
    let (state, options) = (request.form(paths::SIGN_IN), request.site.sign_in_options());
    let passkeys = accounts::passkeys::passkey_domain(&request.site.pool).map(|domain| {
        let state = request.form(paths::SIGN_IN_PASSKEY);
        view! { <PasskeySignIn domain state next/> }
    });
    let mut who = Input::new(FieldName::Username, text::identifier_label(options))
        .kind("text", "username webauthn")
        .required(true);
    who.hint = text::identifier_hint(options).map(str::to_owned);
    let password = Input::new(FieldName::Password, text::words().password())
        .kind("password", "current-password")
        .required(true);
    let rules = vec![(FieldName::Username, Check::Given), (FieldName::Password, Check::Given)];
    view! {
        {tabs(paths::SIGN_IN)}
        {heading(text::words().sign_in_heading(), request.replay.is_none())}
        {flash_note(request.flash)}
        <Form action=paths::SIGN_IN.to_owned() event=FormEvent::SignIn rules>
            {summary(&state)}
            {field(who, &state)}
            {password_field(&password, &state)}
            {next.map(|next| view! { <input type="hidden" name="next" value=next.path()/> })}
            <div class="stack">
                <button class="button main wide">{text::words().sign_in()}</button>
                <p><a href=paths::FORGOT_PASSWORD>{text::words().forgot_your_password()}</a></p>
            </div>
        </Form>
        {passkeys}
    }
}

/// Signs in (operation InitiateAuth). Where the account has a second factor, that is asked for next. An
/// account that isn't confirmed yet goes on to its code.
#[server(prefix = "", endpoint = "/sign-in", protocol = FormPost)]
pub async fn sign_in(
    #[server(default)] username: String,
    #[server(default)] password: Password,
    #[server(default)] next: String,
) -> Result<Option<AccountData>, FormError> {
    let context = RequestContext::current()?;
    let form = accounts::sign_in::SignIn { username, password };
    let done = accounts::sign_in::with_password(&context.pool, &context.client, form, &context.origin)
        .await
        .map_err(refused)?;
    continue_with(&context, done, Page::after_sign_in(&next)).await
}
