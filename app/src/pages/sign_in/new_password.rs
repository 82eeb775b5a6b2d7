//! `/sign-in/new-password`: a password that whoever runs the service knows is replaced, and what was left out
//! is filled in.

use super::challenge::{SignInExpired, pending_sign_in};
use super::outcome::complete_sign_in;
use crate::auth_events::{AccountData, FormEvent};
use crate::form::{
    Check, Form, FormError, FormPost, FormState, Input, attribute_fields, new_password_field, password_field,
    refused, summary,
};
use crate::layout::{Layout, PageResponse, heading};
use crate::request::cookies::PendingSignIn;
use crate::request::{PageError, PageRequest, RequestContext};
use crate::text;
use accounts::sign_in::new_password::OwnPassword;
use leptos::prelude::*;
use model::{Definition, FieldName, Page, Password, paths};
use nameplate_core::settings::Settings;
use std::collections::BTreeMap;

/// The screen. Where no sign-in waits, it begins anew.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let Some(PendingSignIn { token, next }) = request.challenge.clone() else {
        return Ok(PageResponse::redirect(Page::SignIn));
    };
    let Some((username, missing)) =
        accounts::sign_in::new_password::pending(&request.site.pool, &token).await?
    else {
        return Ok(PageResponse::page(Page::NewPassword, Layout::Auth, move || {
            view! { <SignInExpired next/> }.into_any()
        }));
    };
    let state = request.form(paths::SIGN_IN_NEW_PASSWORD);
    let settings = request.site.pool.settings().clone();
    let missing: Vec<_> = missing.iter().filter_map(|name| settings.schema.get(name).cloned()).collect();
    Ok(PageResponse::page(Page::NewPassword, Layout::Auth, move || {
        view! { <OwnPasswordForm state settings username missing next/> }.into_any()
    }))
}

#[component]
fn OwnPasswordForm(
    state: FormState,
    settings: Settings,
    username: String,
    missing: Vec<Definition>,
    next: Option<Page>,
) -> impl IntoView {
    let password = Input::new(FieldName::Password, text::words().new_password())
        .kind("password", "new-password")
        .hint(text::policy_hint(&settings.policy))
        .required(true);
    let confirm = Input::new(FieldName::ConfirmPassword, text::words().confirm_password())
        .kind("password", "new-password")
        .required(true);
    let attributes =
        missing.iter().map(|it| (FieldName::Attribute(it.name.clone()), Check::Attribute(it.clone())));
    let passwords = [
        (FieldName::Password, Check::NewPassword(settings.policy)),
        (FieldName::ConfirmPassword, Check::SameAs(FieldName::Password)),
    ];
    let rules: Vec<_> = passwords.into_iter().chain(attributes).collect();
    let fields = missing
        .iter()
        .map(|it| attribute_fields::input_in(it, &settings.schema, &settings.country_code, None, &state))
        .collect_view();
    let about_you = (!missing.is_empty())
        .then(|| view! { <fieldset><legend>{text::words().about_you()}</legend>{fields}</fieldset> });
    view! {
        {heading(text::words().change_password_heading(), state.errors.is_empty())}
        <div class="stack">
            <p>{text::words().own_password_text()}</p>
            <Form action=paths::SIGN_IN_NEW_PASSWORD.to_owned() event=FormEvent::SignIn rules>
                {summary(&state)}
                // Password managers learn from it whose the password is; without a name it is not sent.
                <input type="text" value=username autocomplete="username" readonly hidden/>
                {new_password_field(&password, &state, "")}
                {password_field(&confirm, &state)}
                {about_you}
                <button class="button main wide">{text::words().change_password_heading()}</button>
            </Form>
            <p><a href=Page::SignIn.on_the_way_to(next)>{text::words().back_to_sign_in()}</a></p>
        </div>
    }
}

/// Sets the password that only its owner knows (operation RespondToAuthChallenge, NEW_PASSWORD_REQUIRED).
#[server(prefix = "", endpoint = "/sign-in/new-password", protocol = FormPost)]
pub async fn set_own_password(
    #[server(default)] password: Password,
    #[server(default)] confirm_password: Password,
    #[server(default)] country_code: String,
    #[server(default)] attributes: BTreeMap<String, String>,
) -> Result<AccountData, FormError> {
    let context = RequestContext::current()?;
    let PendingSignIn { token, next } = pending_sign_in(&context)?;
    let attributes = attribute_fields::with_country(attributes, &country_code);
    let form = OwnPassword { password, confirmation: Some(confirm_password), attributes };
    let (username, session) =
        accounts::sign_in::new_password::set(&context.pool, &token, form, &context.origin)
            .await
            .map_err(refused)?;
    complete_sign_in(&context, &session, next).await?;
    Ok(AccountData { username })
}
