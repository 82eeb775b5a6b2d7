//! `/forgot-password`: who are you? A code for a new password goes to what that account has confirmed.

use crate::auth_events::FormEvent;
use crate::form::{Check, Form, FormError, FormPost, FormState, Input, field, refused, summary};
use crate::layout::{Layout, PageResponse, heading};
use crate::request::{PageError, PageRequest, RequestContext};
use crate::text;
use leptos::prelude::*;
use model::{FieldName, Page, paths};

/// The screen. Somebody who is signed in may have forgotten it too.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let state = request.form(paths::FORGOT_PASSWORD);
    let options = request.site.sign_in_options();
    Ok(PageResponse::page(Page::ForgotPassword, Layout::Auth, move || {
        view! { <ForgotPassword state options/> }.into_any()
    }))
}

#[component]
fn ForgotPassword(state: FormState, options: model::SignInOptions) -> impl IntoView {
    let mut who = Input::new(FieldName::Username, text::whose_password(options))
        .kind("text", "username")
        .required(true);
    who.hint = text::identifier_hint(options).map(str::to_owned);
    view! {
        {heading(text::words().reset_password(), state.errors.is_empty())}
        <div class="stack">
            <p>{text::words().code_to_contact()}</p>
            <Form action=paths::FORGOT_PASSWORD.to_owned() event=FormEvent::ForgotPassword rules=vec![(FieldName::Username, Check::Given)]>
                {summary(&state)}
                {field(who, &state)}
                <button class="button main wide">{text::words().send_reset_code()}</button>
            </Form>
            <p><a href=paths::SIGN_IN>{text::words().back_to_sign_in()}</a></p>
        </div>
    }
}

/// Sends a code for a new password (operation ForgotPassword); says the same whether or not the account
/// exists.
#[server(prefix = "", endpoint = "/forgot-password", protocol = FormPost)]
pub async fn forgot_password(#[server(default)] username: String) -> Result<(), FormError> {
    let context = RequestContext::current()?;
    accounts::password::forgot(&context.pool, &username, &context.origin).await.map_err(refused)?;
    context.remember_reset(&username);
    context.redirect(paths::RESET_PASSWORD);
    Ok(())
}
