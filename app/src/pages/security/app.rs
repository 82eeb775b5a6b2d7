//! `/security/app`: an authenticator app.

use super::qr::qr_code;
use crate::auth_events::{FactorData, FormEvent};
use crate::form::{
    Check, Form, FormError, FormPost, FormState, Input, code_field, reauthentication_field, refused,
    step_code_field, summary,
};
use crate::layout::{Layout, PageResponse, heading};
use crate::request::{CurrentAccount, Flash, PageError, PageRequest, RequestContext};
use crate::text;
use accounts::CommonError;
use accounts::factors::Then;
use accounts::factors::{AppSecret, FactorError};
use leptos::prelude::*;
use model::{Factor, FieldName, Page, Password, paths};

/// The screen: before there is a secret what it is good for, then the secret.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let CurrentAccount { viewer, .. } = request.account()?;
    let pool = &request.site.pool;
    let secret = match accounts::factors::app_being_set_up(pool, &viewer).await {
        Ok(secret) => secret.filter(|_| request.path != paths::SECURITY_APP_NEW),
        Err(FactorError::Common(CommonError::Unavailable(fault))) => return Err(fault.into()),
        // Who signed in long ago begins with the password.
        Err(
            FactorError::NotFresh(_)
            | FactorError::StepUp(_)
            | FactorError::NotAtHand(_)
            | FactorError::NotACode(_)
            | FactorError::WrongAppCode
            | FactorError::Common(
                CommonError::Wait { .. }
                | CommonError::NoMessagesNow { .. }
                | CommonError::Busy
                | CommonError::SignedOut,
            ),
        ) => None,
    };
    let replaces = accounts::factors::second_factors(pool, &viewer)
        .await?
        .ways
        .iter()
        .any(|way| way.factor == Factor::SoftwareToken && way.enabled);
    let show = move || match secret {
        Some(secret) => view! { <Scan request secret replaces/> }.into_any(),
        None => view! { <Begin request/> }.into_any(),
    };
    Ok(PageResponse::page(Page::AuthenticatorApp, Layout::Account { username: viewer.username }, show))
}

#[component]
fn Begin(request: PageRequest) -> impl IntoView {
    let state = request.form(paths::SECURITY_APP_NEW);
    view! {
        <div class="groups">
            <div class="title">{heading(text::words().app(), state.errors.is_empty())}<p>{text::words().app_before()}</p></div>
            <Form class="sheet" action=paths::SECURITY_APP_NEW.to_owned() event=FormEvent::SetUpTotp rules=vec![]>
                {summary(&state)}
                {reauthentication_field(&request, &state)}
                {step_code_field(&state, "")}
                <div class="actions">
                    <button class="button main">{text::words().app_show()}</button>
                    <a class="button plain" href=paths::SECURITY>{text::words().cancel()}</a>
                </div>
            </Form>
        </div>
    }
}

#[component]
fn Scan(request: PageRequest, secret: AppSecret, replaces: bool) -> impl IntoView {
    let state = request.form(paths::SECURITY_APP);
    let focus = state.errors.is_empty();
    view! {
        <div class="groups">
            <div class="title">{heading(text::words().app(), focus)}</div>
            <div class="sheet scan">
                {qr_code(&secret.uri, text::words().app_qr())}
                <div class="stack">
                    <p>{text::words().app_scan()}" "{replaces.then_some(text::words().app_replaces())}</p>
                    <p><span class="label">{text::words().app_key()}</span><br/><span class="mono key" translate="no">{grouped(&secret.text)}</span></p>
                    <p><a href=secret.uri>{text::words().open_in_app()}</a></p>
                    {first_code(&request, state)}
                </div>
            </div>
        </div>
    }
}

fn first_code(request: &PageRequest, state: FormState) -> AnyView {
    let (code, again) =
        (Input::new(FieldName::Code, text::words().code()), reauthentication_field(request, &state));
    view! {
        <Form action=paths::SECURITY_APP.to_owned() event=FormEvent::EnableMfa rules=vec![(FieldName::Code, Check::Code)]>
            {summary(&state)}
            {code_field(&code, &state)}
            {again}
            <div class="actions">
                <button class="button main">{text::words().turn_on()}</button>
                <a class="button plain" href=paths::SECURITY>{text::words().cancel()}</a>
            </div>
        </Form>
    }
    .into_any()
}

/// Four characters at a time, which is how people type.
fn grouped(key: &str) -> String {
    let characters: Vec<char> = key.chars().collect();
    characters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Makes the secret for another app (operation AssociateSoftwareToken).
#[server(prefix = "", endpoint = "/security/app/new", protocol = FormPost)]
pub async fn set_up_app(
    #[server(default)] current_password: Password,
    #[server(default)] step_code: String,
) -> Result<(), FormError> {
    let (context, viewer) = RequestContext::reauthenticated(&current_password).await?;
    accounts::factors::set_up_app_with_code(&context.pool, &viewer, &step_code, &context.origin)
        .await
        .map_err(refused)?;
    context.redirect(paths::SECURITY_APP);
    Ok(())
}

/// The app's first code turns it on (operation VerifySoftwareToken).
#[server(prefix = "", endpoint = "/security/app", protocol = FormPost)]
pub async fn confirm_app(
    #[server(default)] code: String,
    #[server(default)] current_password: Password,
) -> Result<FactorData, FormError> {
    let (context, viewer) = RequestContext::reauthenticated(&current_password).await?;
    let with_codes =
        accounts::factors::confirm_app(&context.pool, &viewer, &code, Then::AskForIt, &context.origin)
            .await
            .map_err(refused)?;
    context.flash(Flash::FactorOn);
    context.redirect(if with_codes { paths::SECURITY_RECOVERY } else { paths::SECURITY });
    Ok(FactorData { factor: Factor::SoftwareToken })
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn grouped_key_has_a_space_after_every_four_characters() {
        assert_eq!(grouped("JBSWY3DPEHPK3PXP"), "JBSW Y3DP EHPK 3PXP");
        assert_eq!(grouped("JBSWY"), "JBSW Y");
    }
}
