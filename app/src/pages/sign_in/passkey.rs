//! `/sign-in/passkey`: a passkey in place of name and password.

use super::outcome::complete_sign_in;
use crate::auth_events::{AccountData, FormEvent, PasskeyOptions};
use crate::form::{Form, FormError, FormPost, FormState, refused, summary};
use crate::layout::{passkey_fields, passkeys_script};
use crate::request::RequestContext;
use crate::text;
use leptos::prelude::*;
use model::{Page, paths};

/// The button, for those whose browser knows passkeys. Who has one is not asked: the browser offers what it
/// has, in the field of the username as well.
#[component]
pub(super) fn PasskeySignIn(domain: String, state: FormState, next: Option<Page>) -> impl IntoView {
    view! {
        <div data-passkeys=domain hidden>
            <div class="or" data-passkey="get" data-autofill="" data-options=paths::SIGN_IN_PASSKEY_OPTIONS data-failed=text::words().no_passkey_used()>
                <Form action=paths::SIGN_IN_PASSKEY.to_owned() event=FormEvent::SignIn rules=vec![]>
                    {summary(&state)}
                    {passkey_fields()}
                    {next.map(|next| view! { <input type="hidden" name="next" value=next.path()/> })}
                    <button class="button wide">{text::words().sign_in_with_passkey()}</button>
                </Form>
            </div>
        </div>
        {passkeys_script()}
    }
}

/// What an authenticator is asked. It is the same for everybody, and says nothing about anybody.
#[server(prefix = "", endpoint = "/sign-in/passkey/options", protocol = FormPost)]
pub async fn ask_for_passkey() -> Result<PasskeyOptions, FormError> {
    let context = RequestContext::current()?;
    let question = accounts::sign_in::passkey::ask_for_passkey(&context.pool).map_err(refused)?;
    Ok(PasskeyOptions { options: question.options, state: question.state })
}

/// Signs in whoever's passkey has answered.
#[server(prefix = "", endpoint = "/sign-in/passkey", protocol = FormPost)]
pub async fn sign_in_with_passkey(
    #[server(default)] state: String,
    #[server(default)] credential: String,
    #[server(default)] next: String,
) -> Result<AccountData, FormError> {
    let context = RequestContext::current()?;
    let form = accounts::sign_in::passkey::PasskeySignIn { state, credential };
    let done =
        accounts::sign_in::passkey::with_passkey(&context.pool, &context.client, &form, &context.origin)
            .await
            .map_err(refused)?;
    complete_sign_in(&context, &done.session, Page::after_sign_in(&next)).await?;
    Ok(AccountData { username: done.username })
}
