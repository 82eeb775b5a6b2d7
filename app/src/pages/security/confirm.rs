//! `/security/confirm`: who it is once more, on the way to what asks for it. Works without scripts, but for passkeys.

use crate::auth_events::{FormEvent, PasskeyOptions};
use crate::form::{
    Check, Form, FormError, FormPost, FormState, Input, code_field, password_field, refused, summary,
};
use crate::layout::{Layout, PageResponse, flash_note, heading, passkey_fields, passkeys_script};
use crate::request::{CurrentAccount, Flash, PageError, PageRequest, RequestContext};
use crate::text::{self, Around};
use accounts::sign_in::ConfirmationWays;
use accounts::sign_in::passkey::PasskeySignIn;
use leptos::prelude::*;
use model::{ErrorCode, FieldName, FormErrors, Page, Password, paths};
use nameplate_core::identity::NewSession;

/// The screen.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let CurrentAccount { viewer, .. } = request.account()?;
    let ways = accounts::sign_in::confirmation_ways(&request.site.pool, &viewer).await?;
    Ok(PageResponse::page(Page::Reauthenticate, Layout::Account { username: viewer.username }, move || {
        view! { <Confirm request ways/> }.into_any()
    }))
}

#[component]
fn Confirm(request: PageRequest, ways: ConfirmationWays) -> impl IntoView {
    let next = request.next().unwrap_or(Page::Security);
    let way = match (&ways, ways.code_to.clone()) {
        (ConfirmationWays { is_confirmed: true, .. }, _) => confirmed(next),
        (ConfirmationWays { password: false, passkey: false, .. }, Some(to)) => {
            by_code(&request, &to.value, next)
        }
        (ConfirmationWays { password: false, passkey: false, .. }, None) => no_way(),
        (ConfirmationWays { password, passkey, .. }, _) => view! {
            {password.then(|| by_password(&request, next))}
            {passkey.then(|| by_passkey(&request, next))}
        }
        .into_any(),
    };
    view! {
        <div class="groups">
            <div class="title">
                {heading(text::words().confirm_identity(), request.replay.is_none())}
                <p>{text::words().confirm_identity_text()}</p>
            </div>
            {flash_note(request.flash)}
            <div class="sheet stack">{way}</div>
            <p><a href=next.path()>{text::words().cancel()}</a></p>
        </div>
    }
}

fn next_field(next: Page) -> AnyView {
    view! { <input type="hidden" name="next" value=next.path()/> }.into_any()
}

fn by_password(request: &PageRequest, next: Page) -> AnyView {
    let state = request.form(paths::SECURITY_CONFIRM);
    let current = Input::new(FieldName::CurrentPassword, text::words().current_password())
        .kind("password", "current-password")
        .required(true);
    let (rules, username) = (vec![(FieldName::CurrentPassword, Check::Given)], request.username());
    view! {
        <Form action=paths::SECURITY_CONFIRM.to_owned() event=FormEvent::Reauthenticate rules>
            {summary(&state)}
            // Password managers learn from it whose the password is; without a name it is not sent.
            <input type="text" value=username autocomplete="username" readonly hidden/>
            {next_field(next)}
            {password_field(&current, &state)}
            <button class="button main">{text::words().confirm_button()}</button>
        </Form>
    }
    .into_any()
}

fn by_passkey(request: &PageRequest, next: Page) -> AnyView {
    let domain = accounts::passkeys::passkey_domain(&request.site.pool).unwrap_or_default();
    let state = request.form(paths::SECURITY_CONFIRM_PASSKEY);
    view! {
        <noscript><p>{text::words().passkey_needs_scripts()}</p></noscript>
        <div data-passkeys=domain hidden>
            <div data-passkey="get" data-options=paths::SECURITY_CONFIRM_PASSKEY_OPTIONS data-failed=text::words().no_passkey_used()>
                <Form action=paths::SECURITY_CONFIRM_PASSKEY.to_owned() event=FormEvent::Reauthenticate rules=vec![]>
                    {summary(&state)}
                    {passkey_fields()}
                    {next_field(next)}
                    <button class="button">{text::words().confirm_with_passkey()}</button>
                </Form>
            </div>
        </div>
        {passkeys_script()}
    }
    .into_any()
}

fn by_code(request: &PageRequest, to: &str, next: Page) -> AnyView {
    let (sending, state) =
        (request.form(paths::SECURITY_CONFIRM_SEND), request.form(paths::SECURITY_CONFIRM_CODE));
    let (rules, to) = (vec![(FieldName::Code, Check::Code)], to.to_owned());
    let Around { before, after } = Around::of(|contact| text::words().confirm_code_text(contact));
    view! {
        <Form action=paths::SECURITY_CONFIRM_SEND.to_owned() event=FormEvent::SendConfirmationCode rules=vec![]>
            {summary(&sending)}
            <p>{before}<strong><bdi>{to}</bdi></strong>{after}</p>
            {next_field(next)}
            <button class="button">{text::words().verify_now()}</button>
        </Form>
        {enter_code(state, rules, next)}
    }
    .into_any()
}

fn enter_code(state: FormState, rules: Vec<(FieldName, Check)>, next: Page) -> AnyView {
    let code = Input::new(FieldName::Code, text::words().code());
    view! {
        <Form action=paths::SECURITY_CONFIRM_CODE.to_owned() event=FormEvent::Reauthenticate rules>
            {summary(&state)}
            {next_field(next)}
            {code_field(&code, &state)}
            <button class="button main">{text::words().confirm_button()}</button>
        </Form>
    }
    .into_any()
}

fn no_way() -> AnyView {
    let Around { before, after } = Around::of(|link| text::words().no_way_to_confirm_help(link));
    view! {
        <p>{text::words().no_way_to_confirm()}</p>
        <p>{before}<a href=paths::FORGOT_PASSWORD>{text::words().choose_a_password()}</a>{after}</p>
    }
    .into_any()
}

fn confirmed(next: Page) -> AnyView {
    view! {
        <p>{text::words().is_confirmed()}</p>
        <p><a class="button main" href=next.path()>{text::words().continue_button()}</a></p>
    }
    .into_any()
}

/// Goes on under the new session, where somebody was going.
async fn go_on(context: &RequestContext, session: &NewSession, next: &str) -> Result<(), FormError> {
    context.start_session(session).await?;
    context.redirect(Page::after_sign_in(next).unwrap_or(Page::Security).path());
    Ok(())
}

/// The password once more.
#[server(prefix = "", endpoint = "/security/confirm", protocol = FormPost)]
pub async fn confirm_with_password(
    #[server(default)] current_password: Password,
    #[server(default)] next: String,
) -> Result<(), FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    if current_password.reveal().is_empty() {
        return Err(FormError(FormErrors::field(FieldName::CurrentPassword, ErrorCode::Missing)));
    }
    let (session, _) =
        accounts::sign_in::reauthenticate(&context.pool, &viewer, &current_password, &context.origin)
            .await
            .map_err(refused)?;
    go_on(&context, &session, &next).await
}

/// What an authenticator is asked, so that one of the account's own passkeys confirms it.
#[server(prefix = "", endpoint = "/security/confirm/passkey/options", protocol = FormPost)]
pub async fn ask_for_own_passkey() -> Result<PasskeyOptions, FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    let question = accounts::sign_in::ask_for_own_passkey(&context.pool, &viewer).map_err(refused)?;
    Ok(PasskeyOptions { options: question.options, state: question.state })
}

/// A passkey instead.
#[server(prefix = "", endpoint = "/security/confirm/passkey", protocol = FormPost)]
pub async fn confirm_with_passkey(
    #[server(default)] state: String,
    #[server(default)] credential: String,
    #[server(default)] next: String,
) -> Result<(), FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    let form = PasskeySignIn { state, credential };
    let (session, _) =
        accounts::sign_in::reauthenticate_with_passkey(&context.pool, &viewer, &form, &context.origin)
            .await
            .map_err(refused)?;
    go_on(&context, &session, &next).await
}

/// Sends a code, where the account has neither.
#[server(prefix = "", endpoint = "/security/confirm/send", protocol = FormPost)]
pub async fn send_confirmation_code(#[server(default)] next: String) -> Result<(), FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    accounts::sign_in::send_confirmation_code(&context.pool, &viewer, &context.origin)
        .await
        .map_err(refused)?;
    context.flash(Flash::CodeSent);
    context.redirect_by_way_of(Page::Reauthenticate, Page::after_sign_in(&next));
    Ok(())
}

/// That code.
#[server(prefix = "", endpoint = "/security/confirm/code", protocol = FormPost)]
pub async fn confirm_with_code(
    #[server(default)] code: String,
    #[server(default)] next: String,
) -> Result<(), FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    let (session, _) =
        accounts::sign_in::reauthenticate_with_code(&context.pool, &viewer, &code, &context.origin)
            .await
            .map_err(refused)?;
    go_on(&context, &session, &next).await
}
