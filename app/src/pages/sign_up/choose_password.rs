//! The password after the code: the one from sign-up, or another.

use super::outcome::continue_with;
use super::username::new_username;
use crate::auth_events::{AccountData, FormEvent};
use crate::form::{
    Check, Form, FormError, FormPost, FormState, Input, new_password_field, password_field, refused, summary,
};
use crate::layout::{flash_note, heading};
use crate::request::{PageRequest, RequestContext};
use crate::text;
use accounts::sign_up::FirstPassword;
use leptos::prelude::*;
use model::{ErrorCode, FieldName, FormErrors, Password, Policy, paths};

/// Who chooses a password, and among what.
#[derive(Clone)]
pub(super) struct Choosing {
    /// What they sign in with.
    pub who: String,
    /// Whether the password from sign-up is taken too.
    pub takes_first: bool,
    /// Whether their username belongs to another account by now.
    pub is_name_taken: bool,
}

/// The screen once the right code was entered: by somebody who may not have signed up, or where others have
/// tried to as well.
pub(super) fn choose_password(request: &PageRequest, choosing: Choosing) -> AnyView {
    let Choosing { who, takes_first, is_name_taken } = choosing;
    let [first, new] = [paths::CONFIRM_PASSWORD, paths::CONFIRM_NEW_PASSWORD].map(|path| request.form(path));
    let refused = !(first.errors.is_empty() && new.errors.is_empty());
    let taken = is_name_taken.then(|| who.clone());
    let policy = request.site.pool.settings().policy;
    let first =
        takes_first.then(|| view! { <FirstPasswordForm who=who.clone() taken=taken.clone() state=first/> });
    view! {
        {heading(text::words().choose_password(), !refused)}
        <div class="stack">
            {flash_note(request.flash)}
            <p>{if takes_first { text::words().password_after_code() } else { text::words().password_after_contested_code() }}</p>
            {first}
            <NewPasswordForm who taken policy is_main=!takes_first state=new/>
            <p><a href=paths::SIGN_IN>{text::words().back_to_sign_in()}</a></p>
        </div>
    }
    .into_any()
}

#[component]
fn FirstPasswordForm(who: String, taken: Option<String>, state: FormState) -> impl IntoView {
    let current = Input::new(FieldName::CurrentPassword, text::words().password_from_sign_up())
        .kind("password", "current-password")
        .required(true);
    let rules = vec![(FieldName::CurrentPassword, Check::Given)];
    view! {
        <Form action=paths::CONFIRM_PASSWORD.to_owned() event=FormEvent::ConfirmSignUp rules>
            {summary(&state)}
            // Password managers learn from it whose the password is; without a name it is not sent.
            <input type="text" value=who autocomplete="username" readonly hidden/>
            {taken.map(|taken| new_username(&taken, &state, ""))}
            {password_field(&current, &state)}
            <button class="button main wide">{text::words().continue_button()}</button>
        </Form>
        <h2>{text::words().or_new_password()}</h2>
        <p>{text::words().or_new_password_text()}</p>
    }
}

#[component]
fn NewPasswordForm(
    who: String,
    taken: Option<String>,
    policy: Policy,
    is_main: bool,
    state: FormState,
) -> impl IntoView {
    let password = Input::new(FieldName::Password, text::words().new_password())
        .kind("password", "new-password")
        .hint(text::policy_hint(&policy))
        .required(true);
    let confirm = Input::new(FieldName::ConfirmPassword, text::words().confirm_password())
        .kind("password", "new-password")
        .required(true);
    let rules = vec![
        (FieldName::Password, Check::NewPassword(policy)),
        (FieldName::ConfirmPassword, Check::SameAs(FieldName::Password)),
    ];
    let class = if is_main { "button main wide" } else { "button wide" };
    view! {
        <Form action=paths::CONFIRM_NEW_PASSWORD.to_owned() event=FormEvent::ConfirmSignUp rules>
            {summary(&state)}
            <input type="text" value=who autocomplete="username" readonly hidden/>
            {taken.map(|taken| new_username(&taken, &state, if is_main { "" } else { "new" }))}
            {new_password_field(&password, &state, "")}
            {password_field(&confirm, &state)}
            <button class=class>{text::words().set_password()}</button>
        </Form>
    }
}

/// What was entered, with what the right code left in this browser.
fn entered(
    context: &RequestContext,
    password: Password,
    confirmation: Option<Password>,
    new_username: Option<String>,
) -> Result<FirstPassword, FormError> {
    let ticket = context.ticket().ok_or_else(|| FormError(FormErrors::form(ErrorCode::NoCode)))?;
    Ok(FirstPassword { ticket, password, confirmation, new_username })
}

/// Confirms the account as it was signed up, by the password from sign-up.
#[server(prefix = "", endpoint = "/confirm/password", protocol = FormPost)]
pub async fn confirm_with_first_password(
    #[server(default)] current_password: Password,
    #[server(default)] new_username: Option<String>,
) -> Result<AccountData, FormError> {
    let context = RequestContext::current()?;
    let form = entered(&context, current_password, None, new_username)?;
    let confirmed = accounts::sign_up::confirm_with_first_password(
        &context.pool,
        &context.client,
        &form,
        &context.origin,
    )
    .await
    .map_err(refused)?;
    continue_with(&context, confirmed).await
}

/// Chooses the account's first password; nothing else that was entered at sign-up is kept.
#[server(prefix = "", endpoint = "/confirm/new-password", protocol = FormPost)]
pub async fn choose_first_password(
    #[server(default)] password: Password,
    #[server(default)] confirm_password: Password,
    #[server(default)] new_username: Option<String>,
) -> Result<AccountData, FormError> {
    let context = RequestContext::current()?;
    let form = entered(&context, password, Some(confirm_password), new_username)?;
    let confirmed =
        accounts::sign_up::choose_first_password(&context.pool, &context.client, &form, &context.origin)
            .await
            .map_err(refused)?;
    continue_with(&context, confirmed).await
}
