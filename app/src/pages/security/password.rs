//! `/security/password`: another password, for whoever knows the one in force.

use crate::auth_events::{AccountData, FormEvent};
use crate::form::{Check, Form, FormError, FormPost, FormState, Input, password_field, refused, summary};
use crate::request::{Flash, PageRequest, RequestContext};
use crate::text;
use accounts::password::PasswordChange;
use leptos::prelude::*;
use model::{FieldName, Password, Policy, paths};

/// The password's part of the page: a link to the form, or the form.
pub(super) fn password_group(request: &PageRequest) -> impl IntoView + use<> {
    let state = request.form(paths::SECURITY_PASSWORD);
    let open = request.path == paths::SECURITY_PASSWORD;
    let policy = request.site.pool.settings().policy;
    let username = request.username();
    let link = (!open)
        .then(|| view! { <a class="button slim" href=paths::SECURITY_PASSWORD>{text::words().change_password()}</a> });
    view! {
        <section class="group" aria-labelledby="group-password">
            <header>
                <h2 id="group-password">{text::words().password()}</h2>
                {link}
                <p>{text::words().password_text()}</p>
            </header>
            {open.then(|| view! { <ChangePassword state policy username/> })}
        </section>
    }
}

#[component]
fn ChangePassword(state: FormState, policy: Policy, username: String) -> impl IntoView {
    let current = Input::new(FieldName::CurrentPassword, text::words().current_password())
        .kind("password", "current-password")
        .required(true);
    let password = Input::new(FieldName::Password, text::words().new_password())
        .kind("password", "new-password")
        .hint(text::policy_hint(&policy))
        .required(true);
    let confirm = Input::new(FieldName::ConfirmPassword, text::words().confirm_password())
        .kind("password", "new-password")
        .required(true);
    let rules = vec![
        (FieldName::CurrentPassword, Check::Given),
        (FieldName::Password, Check::NewPassword(policy)),
        (FieldName::ConfirmPassword, Check::SameAs(FieldName::Password)),
    ];
    view! {
        <Form class="sheet" action=paths::SECURITY_PASSWORD.to_owned() event=FormEvent::ChangePassword rules>
            {summary(&state)}
            // Password managers learn from it whose the password is; without a name it is not sent.
            <input type="text" value=username autocomplete="username" readonly hidden/>
            {password_field(&current, &state)}
            {password_field(&password, &state)}
            {password_field(&confirm, &state)}
            <p class="hint">{text::words().signs_others_out()}</p>
            <div class="actions">
                <button class="button main">{text::words().change_password()}</button>
                <a class="button plain" href=paths::SECURITY>{text::words().cancel()}</a>
            </div>
        </Form>
    }
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
