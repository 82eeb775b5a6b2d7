//! `/sign-up`: a new account.

use crate::auth_events::{AccountData, FormEvent};
use crate::form::{
    Check, Form, FormError, FormPost, FormState, Input, attribute_fields, field, new_password_field,
    password_field, refused, summary,
};
use crate::layout::{Layout, PageResponse, heading, tabs};
use crate::request::{PageError, PageRequest, RequestContext};
use crate::text;
use accounts::Settings;
use leptos::prelude::*;
use model::{Definition, FieldName, Page, Password, Standard, paths};
use std::collections::BTreeMap;

/// The screen.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let state = request.form(paths::SIGN_UP);
    let settings = request.site.pool.settings().clone();
    Ok(PageResponse::page(Page::SignUp, Layout::Auth, move || view! { <SignUp state settings/> }.into_any()))
}

#[component]
fn SignUp(state: FormState, settings: Settings) -> impl IntoView {
    let asked: Vec<Definition> =
        settings.sign_up_attributes.iter().filter_map(|name| settings.schema.get(name).cloned()).collect();
    // Addresses stand with the password: they are part of how one signs in. The rest is about the person.
    let (first, rest): (Vec<_>, Vec<_>) = asked
        .into_iter()
        .partition(|it| it.name == Standard::Email || (it.name == Standard::PhoneNumber && it.required));
    let optional = rest.iter().all(|it| !it.required);
    let username = settings.sign_in.username.then(|| {
        Input::new(FieldName::Username, text::words().username())
            .kind("text", "username")
            .hint(text::words().new_username_hint())
            .marked(true)
    });
    let password = Input::new(FieldName::Password, text::words().password())
        .kind("password", "new-password")
        .hint(text::policy_hint(&settings.policy))
        .marked(true);
    let confirm = Input::new(FieldName::ConfirmPassword, text::words().confirm_password())
        .kind("password", "new-password")
        .marked(true);
    let rules = rules(&settings, first.iter().chain(&rest));
    let inputs = |definitions: &[Definition]| {
        definitions
            .iter()
            .map(|it| attribute_fields::input_in(it, &settings.schema, &settings.country_code, None, &state))
            .collect_view()
    };
    let has_rest = !rest.is_empty();
    let (first, rest) = (inputs(&first), inputs(&rest));
    view! {
        {tabs(paths::SIGN_UP)}
        {heading(text::words().sign_up_heading(), state.errors.is_empty())}
        <Form action=paths::SIGN_UP.to_owned() event=FormEvent::SignUp rules>
            {summary(&state)}
            <fieldset>
                <legend>{text::words().how_you_sign_in()}</legend>
                {username.map(|username| field(username, &state))}
                {first}
                {new_password_field(&password, &state, "")}
                {password_field(&confirm, &state)}
            </fieldset>
            {has_rest.then(|| view! {
                <fieldset>
                    <legend>{text::words().about_you()}</legend>
                    {optional.then(|| view! { <p class="hint">{text::words().all_optional()}</p> })}
                    {rest}
                </fieldset>
            })}
            <div class="stack">
                <button class="button main wide">{text::words().create_account()}</button>
                <p class="soft small">{text::words().have_an_account()}" "<a href=paths::SIGN_IN>{text::words().sign_in()}</a></p>
            </div>
        </Form>
    }
}

fn rules<'a>(settings: &Settings, asked: impl Iterator<Item = &'a Definition>) -> Vec<(FieldName, Check)> {
    let username = settings.sign_in.username.then_some((FieldName::Username, Check::Username));
    let passwords = [
        (FieldName::Password, Check::NewPassword(settings.policy)),
        (FieldName::ConfirmPassword, Check::SameAs(FieldName::Password)),
    ];
    let attributes = asked.map(|it| (FieldName::Attribute(it.name.clone()), Check::Attribute(it.clone())));
    username.into_iter().chain(attributes).chain(passwords).collect()
}

/// Creates an account (operation SignUp) and sends its code.
#[server(prefix = "", endpoint = "/sign-up", protocol = FormPost)]
pub async fn sign_up(
    #[server(default)] username: Option<String>,
    #[server(default)] password: Password,
    #[server(default)] confirm_password: Password,
    #[server(default)] country_code: String,
    #[server(default)] attributes: BTreeMap<String, String>,
) -> Result<AccountData, FormError> {
    let context = RequestContext::current()?;
    let attributes = attribute_fields::named(attribute_fields::with_country(attributes, &country_code))?;
    let ticket = context.ticket();
    let form = accounts::sign_up::SignUp {
        username,
        password,
        confirmation: Some(confirm_password),
        attributes,
        ticket,
    };
    let done = accounts::sign_up::start(&context.pool, &context.client, form, &context.origin)
        .await
        .map_err(refused)?;
    context.remember_sign_up(&done.ticket);
    context.redirect(paths::CONFIRM);
    Ok(AccountData { username: done.username })
}
