//! `/security/password`: another password, for whoever knows the one in force.

use crate::auth_events::{AccountData, FormEvent};
use crate::form::{
    Check, Form, FormError, FormPost, FormState, Input, asks_for_password, current_password_field,
    new_password_field, password_field, refused, summary,
};
use crate::request::{Flash, PageRequest, RequestContext};
use crate::text;
use accounts::password::PasswordChange;
use leptos::prelude::*;
use model::{AttributeName, FieldName, Password, Policy, Standard, paths};

/// The password's part of the page: a link to the form, or the form.
pub(super) fn password_group(request: &PageRequest) -> impl IntoView + use<> {
    let state = request.form(paths::SECURITY_PASSWORD);
    let open = request.path == paths::SECURITY_PASSWORD;
    let policy = request.site.pool.settings().policy;
    let owner = request.clone();
    let link = (!open)
        .then(|| view! { <a class="button slim" href=paths::SECURITY_PASSWORD>{text::words().change_password()}</a> });
    view! {
        <section class="group" aria-labelledby="group-password">
            <header>
                <h2 id="group-password">{text::words().password()}</h2>
                {link}
                <p>{text::words().password_text()}</p>
            </header>
            {open.then(|| view! { <ChangePassword request=owner state policy/> })}
        </section>
    }
}

#[component]
fn ChangePassword(request: PageRequest, state: FormState, policy: Policy) -> impl IntoView {
    let password = Input::new(FieldName::Password, text::words().new_password())
        .kind("password", "new-password")
        .hint(text::policy_hint(&policy))
        .required(true);
    let confirm = Input::new(FieldName::ConfirmPassword, text::words().confirm_password())
        .kind("password", "new-password")
        .required(true);
    let own = own_words(&request);
    let current = asks_for_password(&request).then_some((FieldName::CurrentPassword, Check::Given));
    let new = [
        (FieldName::Password, Check::NewPassword(policy)),
        (FieldName::ConfirmPassword, Check::SameAs(FieldName::Password)),
    ];
    let rules: Vec<_> = current.into_iter().chain(new).collect();
    view! {
        <Form class="sheet" action=paths::SECURITY_PASSWORD.to_owned() event=FormEvent::ChangePassword rules>
            {summary(&state)}
            {current_password_field(&request, &state)}
            {new_password_field(&password, &state, &own)}
            {password_field(&confirm, &state)}
            <p class="hint">{text::words().signs_others_out()}</p>
            <div class="actions">
                <button class="button main">{text::words().change_password()}</button>
                <a class="button plain" href=paths::SECURITY>{text::words().cancel()}</a>
            </div>
        </Form>
    }
}

/// What others know the account by.
fn own_words(request: &PageRequest) -> String {
    let Some(account) = &request.account else { return String::new() };
    let known = [
        Standard::Name,
        Standard::GivenName,
        Standard::FamilyName,
        Standard::Nickname,
        Standard::PreferredUsername,
        Standard::Email,
    ];
    let attributes = &account.profile.attributes;
    let known = known.iter().filter_map(|name| attributes.get(&AttributeName::from(*name)));
    let words: Vec<_> = known.map(String::as_str).chain([account.viewer.username.as_str()]).collect();
    words.join(" ")
}

/// Changes the password (operation ChangePassword). This browser goes on under a new session.
#[server(prefix = "", endpoint = "/security/password", protocol = FormPost)]
pub async fn change_password(
    #[server(default)] current_password: Password,
    #[server(default)] password: Password,
    #[server(default)] confirm_password: Password,
) -> Result<AccountData, FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    let form = PasswordChange { current: current_password, password, confirmation: Some(confirm_password) };
    let done =
        accounts::password::change(&context.pool, &viewer, form, &context.origin).await.map_err(refused)?;
    if let Some(session) = &done.session {
        context.start_session(session).await?;
    }
    context.flash(Flash::PasswordChanged);
    context.redirect(paths::SECURITY);
    Ok(AccountData { username: done.username })
}
