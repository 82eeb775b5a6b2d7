//! `/security/app`: an authenticator app.

use super::qr::qr_code;
use crate::auth_events::{FormEvent, OfFactor};
use crate::form::{
    Check, Form, FormError, FormPost, FormState, Input, again_field, code_field, refused, summary,
};
use crate::layout::{Answer, Frame, heading};
use crate::request::{Caller, CurrentAccount, Flash, PageError, Visit};
use crate::text;
use leptos::prelude::*;
use model::{Factor, FieldName, Page, Password, paths};
use pool::CommonError;
use pool::factors::Then;
use pool::factors::{AppSecret, FactorError};

/// The screen: before there is a secret what it is good for, then the secret.
pub async fn page(visit: Visit) -> Result<Answer, PageError> {
    let CurrentAccount { viewer, .. } = visit.account()?;
    let pool = &visit.site.pool;
    let secret = match pool::factors::app_being_set_up(pool, &viewer).await {
        Ok(secret) => secret.filter(|_| visit.path != paths::SECURITY_APP_NEW),
        Err(FactorError::Common(CommonError::Unavailable(fault))) => return Err(fault.into()),
        // Who signed in long ago begins with the password.
        Err(
            FactorError::NotFresh(_)
            | FactorError::NotAtHand(_)
            | FactorError::NotACode(_)
            | FactorError::WrongAppCode
            | FactorError::Common(CommonError::Wait { .. } | CommonError::Busy | CommonError::SignedOut),
        ) => None,
    };
    let replaces = pool::factors::second_factors(pool, &viewer)
        .await?
        .ways
        .iter()
        .any(|way| way.factor == Factor::SoftwareToken && way.enabled);
    let show = move || match secret {
        Some(secret) => view! { <Scan visit secret replaces/> }.into_any(),
        None => view! { <Begin visit/> }.into_any(),
    };
    Ok(Answer::show(Page::AuthenticatorApp, Frame::House { who: viewer.username }, show))
}

#[component]
fn Begin(visit: Visit) -> impl IntoView {
    let state = visit.form(paths::SECURITY_APP_NEW);
    view! {
        <div class="groups">
            <div class="title">{heading(text::APP, state.refusal.is_empty())}<p>{text::APP_BEFORE}</p></div>
            <Form class="sheet" action=paths::SECURITY_APP_NEW.to_owned() event=FormEvent::SetUpTotp rules=vec![]>
                {summary(&state)}
                {again_field(&visit, &state)}
                <div class="actions">
                    <button class="button main">{text::APP_SHOW}</button>
                    <a class="button plain" href=paths::SECURITY>{text::CANCEL}</a>
                </div>
            </Form>
        </div>
    }
}

#[component]
fn Scan(visit: Visit, secret: AppSecret, replaces: bool) -> impl IntoView {
    let state = visit.form(paths::SECURITY_APP);
    let focus = state.refusal.is_empty();
    view! {
        <div class="groups">
            <div class="title">{heading(text::APP, focus)}</div>
            <div class="sheet scan">
                {qr_code(&secret.uri, text::APP_QR)}
                <div class="stack">
                    <p>{text::APP_SCAN}" "{replaces.then_some(text::APP_REPLACES)}</p>
                    <p><span class="label">{text::APP_KEY}</span><br/><span class="mono key" translate="no">{grouped(&secret.text)}</span></p>
                    <p><a href=secret.uri>{text::OPEN_IN_APP}</a></p>
                    {first_code(&visit, state)}
                </div>
            </div>
        </div>
    }
}

fn first_code(visit: &Visit, state: FormState) -> AnyView {
    let (code, again) = (Input::new(FieldName::Code, text::CODE), again_field(visit, &state));
    view! {
        <Form action=paths::SECURITY_APP.to_owned() event=FormEvent::EnableMfa rules=vec![(FieldName::Code, Check::Code)]>
            {summary(&state)}
            {code_field(&code, &state)}
            {again}
            <div class="actions">
                <button class="button main">{text::TURN_ON}</button>
                <a class="button plain" href=paths::SECURITY>{text::CANCEL}</a>
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
pub async fn set_up_app(#[server(default)] current_password: Password) -> Result<(), FormError> {
    let (caller, viewer) = Caller::signed_in_again(&current_password).await?;
    pool::factors::set_up_app(&caller.pool, &viewer).await.map_err(refused)?;
    caller.go(paths::SECURITY_APP);
    Ok(())
}

/// The app's first code turns it on (operation VerifySoftwareToken).
#[server(prefix = "", endpoint = "/security/app", protocol = FormPost)]
pub async fn confirm_app(
    #[server(default)] code: String,
    #[server(default)] current_password: Password,
) -> Result<OfFactor, FormError> {
    let (caller, viewer) = Caller::signed_in_again(&current_password).await?;
    let with_codes = pool::factors::confirm_app(&caller.pool, &viewer, &code, Then::AskForIt, &caller.origin)
        .await
        .map_err(refused)?;
    caller.say(Flash::FactorOn);
    caller.go(if with_codes { paths::SECURITY_RECOVERY } else { paths::SECURITY });
    Ok(OfFactor { factor: Factor::SoftwareToken })
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn a_key_is_read_out_in_fours() {
        assert_eq!(grouped("JBSWY3DPEHPK3PXP"), "JBSW Y3DP EHPK 3PXP");
        assert_eq!(grouped("JBSWY"), "JBSW Y");
    }
}
