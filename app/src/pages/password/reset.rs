//! `/reset-password`: the code, and a new password.

use crate::auth_events::{AccountData, FormEvent};
use crate::form::{
    Check, Form, FormError, FormPost, FormState, Input, code_field, field, new_password_field,
    password_field, refused, resend_button, summary,
};
use crate::layout::{Layout, PageResponse, flash_note, heading};
use crate::request::cookies::CookieName;
use crate::request::{Flash, PageError, PageRequest, RequestContext};
use crate::text::{self, Around};
use crate::times::{clock_time, seconds_until};
use accounts::password::PasswordReset;
use leptos::prelude::*;
use model::{FieldName, Page, Password, paths};
use nameplate_core::settings::Settings;

/// What this browser asked for. It is told alike for every name.
#[derive(Clone)]
struct Asked {
    name: String,
    until: Option<String>,
    resend_in: u32,
}

/// The screen. The browser that asked for the code knows for whom; another one asks.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let asked = match name(&request) {
        Some(name) => {
            let now = request.site.pool.now();
            let pending = match &request.origin {
                Some(origin) => accounts::password::pending_reset(&request.site.pool, &name, origin).await?,
                None => None,
            };
            Some(Asked {
                name,
                until: pending.filter(|it| it.expires_at > now).map(|it| clock_time(it.expires_at, now)),
                resend_in: pending.map_or(0, |it| seconds_until(it.resend_at, now)),
            })
        }
        None => None,
    };
    Ok(PageResponse::page(Page::ResetPassword, Layout::Auth, move || {
        view! { <ResetPassword request asked/> }.into_any()
    }))
}

/// Whose password it is: what a refused post of this browser said, or else what it asked for last.
fn name(request: &PageRequest) -> Option<String> {
    let posted =
        |path| request.form(path).typed.remove(&FieldName::Username).filter(|name| !name.trim().is_empty());
    let resent = posted(paths::RESET_PASSWORD_RESEND);
    // Without the cookie the name stands in a field of its own, which shows it again by itself.
    let entered = request.resetting.is_some().then(|| posted(paths::RESET_PASSWORD)).flatten();
    resent.or(entered).or_else(|| request.resetting.clone())
}

#[component]
fn ResetPassword(request: PageRequest, asked: Option<Asked>) -> impl IntoView {
    let [state, resend] =
        [paths::RESET_PASSWORD, paths::RESET_PASSWORD_RESEND].map(|path| request.form(path));
    let refused = !(state.errors.is_empty() && resend.errors.is_empty());
    let (known, again) = (asked.clone(), asked.clone());
    let until = asked.as_ref().and_then(|it| it.until.clone());
    let settings = request.site.pool.settings().clone();
    view! {
        {heading(text::words().reset_password(), !refused)}
        <div class="stack">
            {flash_note(request.flash)}
            {match known {
                Some(asked) => whose(asked).into_any(),
                None => view! { <p>{text::words().reset_anywhere()}</p> }.into_any(),
            }}
            <NewPassword state settings name=asked.map(|it| it.name) until/>
            {match again {
                Some(asked) => ask_again(asked, resend).into_any(),
                None => view! { <p><a href=paths::FORGOT_PASSWORD>{text::words().no_code_yet()}</a></p> }.into_any(),
            }}
            <p><a href=paths::SIGN_IN>{text::words().back_to_sign_in()}</a></p>
        </div>
    }
}

fn whose(asked: Asked) -> impl IntoView {
    let Around { before, after } = Around::of(|name| text::words().reset_on_its_way(name));
    view! {
        <p>{before}<strong><bdi>{asked.name}</bdi></strong>{after}</p>
        <p><a href=paths::FORGOT_PASSWORD>{text::words().another_name()}</a></p>
    }
}

#[component]
fn NewPassword(
    state: FormState,
    settings: Settings,
    name: Option<String>,
    until: Option<String>,
) -> impl IntoView {
    let who = match name {
        // Password managers learn from it whose the new password is.
        Some(name) => {
            view! { <input type="hidden" name="username" value=name autocomplete="username"/> }.into_any()
        }
        None => {
            let input = Input::new(FieldName::Username, text::identifier_label(settings.sign_in))
                .kind("text", "username")
                .required(true);
            field(input, &state)
        }
    };
    let mut code = Input::new(FieldName::Code, text::words().code());
    code.hint = until.as_deref().map(|until| text::words().works_until(until));
    let password = Input::new(FieldName::Password, text::words().new_password())
        .kind("password", "new-password")
        .hint(text::policy_hint(&settings.policy))
        .required(true);
    let confirm = Input::new(FieldName::ConfirmPassword, text::words().confirm_password())
        .kind("password", "new-password")
        .required(true);
    let rules = vec![
        (FieldName::Username, Check::Given),
        (FieldName::Code, Check::Code),
        (FieldName::Password, Check::NewPassword(settings.policy)),
        (FieldName::ConfirmPassword, Check::SameAs(FieldName::Password)),
    ];
    view! {
        <Form action=paths::RESET_PASSWORD.to_owned() event=FormEvent::ForgotPasswordSubmit rules>
            {summary(&state)}
            {who}
            {code_field(&code, &state)}
            {new_password_field(&password, &state, "")}
            {password_field(&confirm, &state)}
            <button class="button main wide">{text::words().submit()}</button>
        </Form>
    }
}

fn ask_again(asked: Asked, state: FormState) -> impl IntoView {
    view! {
        <Form action=paths::RESET_PASSWORD_RESEND.to_owned() event=FormEvent::ForgotPassword rules=vec![] wait=asked.resend_in>
            {summary(&state)}
            <input type="hidden" name="username" value=asked.name/>
            {resend_button(asked.resend_in, "button wide")}
        </Form>
        <p class="hint">{text::words().no_reset_code()}</p>
    }
}

/// Sets the new password (operation ConfirmForgotPassword). Nobody is signed in by it: whoever knows it can
/// sign in.
#[server(prefix = "", endpoint = "/reset-password", protocol = FormPost)]
pub async fn reset_password(
    #[server(default)] username: String,
    #[server(default)] code: String,
    #[server(default)] password: Password,
    #[server(default)] confirm_password: Password,
) -> Result<AccountData, FormError> {
    let context = RequestContext::current()?;
    let form = PasswordReset { username, code, password, confirmation: Some(confirm_password) };
    let done =
        accounts::password::confirm_forgot(&context.pool, form, &context.origin).await.map_err(refused)?;
    context.clear_cookie(CookieName::Reset);
    context.flash(Flash::PasswordReset);
    context.redirect(paths::SIGN_IN);
    Ok(AccountData { username: done.username })
}

/// Sends a fresh code (operation ForgotPassword again).
#[server(prefix = "", endpoint = "/reset-password/resend", protocol = FormPost)]
pub async fn resend_reset_code(#[server(default)] username: String) -> Result<(), FormError> {
    let context = RequestContext::current()?;
    accounts::password::forgot(&context.pool, &username, &context.origin).await.map_err(refused)?;
    context.remember_reset(&username);
    context.flash(Flash::ResetCodeAsked);
    context.redirect(paths::RESET_PASSWORD);
    Ok(())
}
