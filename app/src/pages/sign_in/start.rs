//! `/sign-in`: who are you?

pub mod passkey;

use crate::form::{FormError, FormPost};
use crate::pages::hub::OfAccount;
use leptos::prelude::*;
use model::Password;

#[cfg(feature = "ssr")]
use {
    crate::caller::Caller,
    crate::components::{flash_note, heading},
    crate::form::{Check, Form, Input, field, password_field, refused, summary},
    crate::text,
    crate::visit::{Answer, Flash, Frame, Visit},
    model::{FieldName, paths},
    passkey::PasskeySignIn,
    pool::sessions::NewSession,
    pool::sign_in::SignedIn,
};

/// The screen.
#[cfg(feature = "ssr")]
pub async fn page(visit: Visit) -> Result<Answer, pool::Unavailable> {
    let typed = visit.replay.as_ref().and_then(|replay| replay.typed.get(&FieldName::Next));
    let next = visit.asked("next").or(typed.map(String::as_str)).and_then(paths::next);
    if visit.viewer.is_some() {
        return Ok(Answer::go(next.unwrap_or(paths::PROFILE)));
    }
    Ok(Answer::show(text::SIGN_IN_TITLE, Frame::Door, move || view! { <SignIn visit next/> }.into_any()))
}

#[cfg(feature = "ssr")]
#[component]
fn SignIn(visit: Visit, next: Option<&'static str>) -> impl IntoView {
    let (state, options) = (visit.form(paths::SIGN_IN), visit.site.sign_in_options());
    let passkeys = visit.site.pool.passkey_domain().map(|domain| {
        let state = visit.form(paths::SIGN_IN_PASSKEY);
        view! { <PasskeySignIn domain state next/> }
    });
    let mut who = Input::new(FieldName::Username, text::identifier_label(options))
        .kind("text", "username webauthn")
        .required(true);
    who.hint = text::identifier_hint(options).map(str::to_owned);
    let password =
        Input::new(FieldName::Password, text::PASSWORD).kind("password", "current-password").required(true);
    let rules = vec![(FieldName::Username, Check::Given), (FieldName::Password, Check::Given)];
    view! {
        {super::sign_up::tabs(paths::SIGN_IN)}
        {heading(text::SIGN_IN_HEADING, visit.replay.is_none())}
        {flash_note(visit.flash)}
        <Form action=paths::SIGN_IN.to_owned() event="signIn".to_owned() rules>
            {summary(&state)}
            {field(who, &state)}
            {password_field(&password, &state)}
            {next.map(|next| view! { <input type="hidden" name="next" value=next/> })}
            <div class="stack">
                <button class="button main wide">{text::SIGN_IN}</button>
                <p><a href=paths::FORGOT_PASSWORD>{text::FORGOT_YOUR_PASSWORD}</a></p>
            </div>
        </Form>
        {passkeys}
    }
}

/// Where a sign-in leads: into the account, or to what is still asked for.
#[cfg(feature = "ssr")]
pub(super) async fn go_on(
    caller: &Caller,
    done: SignedIn,
    next: Option<&'static str>,
) -> Result<Option<OfAccount>, FormError> {
    match done {
        SignedIn::Session { username, session } => {
            arrive(caller, &session, next).await?;
            return Ok(Some(OfAccount { username }));
        }
        SignedIn::Challenge(challenge) => {
            caller.remember_challenge(&challenge.token, next);
            caller.go(paths::SIGN_IN_CODE);
        }
        SignedIn::NewPassword(asked) => {
            caller.remember_challenge(&asked.token, next);
            caller.go(paths::SIGN_IN_NEW_PASSWORD);
        }
        SignedIn::Unconfirmed(ticket) => {
            caller.remember_sign_up(&ticket);
            caller.say(Flash::NotConfirmedYet);
            caller.go(paths::CONFIRM);
        }
    }
    Ok(None)
}

/// Begins the session in this browser, and leads to where somebody was on the way to.
#[cfg(feature = "ssr")]
pub(super) async fn arrive(
    caller: &Caller,
    session: &NewSession,
    next: Option<&'static str>,
) -> Result<(), FormError> {
    caller.enter(session).await?;
    // Nobody is held up by a question that can't be asked just now, and whoever was on the way somewhere by
    // nothing that can wait.
    if super::profile::required::is_due(caller, session).await.unwrap_or_default() {
        caller.go(paths::PROFILE_REQUIRED);
        return Ok(());
    }
    let verify = next.is_none() && super::verify_contact::is_due(caller, session).await.unwrap_or_default();
    caller.go(if verify { paths::VERIFY_CONTACT } else { next.unwrap_or(paths::PROFILE) });
    Ok(())
}

/// Signs in (operation InitiateAuth). Where the account has a second factor, that is asked for next. An
/// account that isn't confirmed yet goes on to its code.
#[server(prefix = "", endpoint = "/sign-in", protocol = FormPost)]
pub async fn sign_in(
    #[server(default)] username: String,
    #[server(default)] password: Password,
    #[server(default)] next: String,
) -> Result<Option<OfAccount>, FormError> {
    let caller = Caller::here()?;
    let form = pool::sign_in::SignIn { username, password };
    let done = caller.pool.sign_in(&caller.client, form, &caller.origin).await.map_err(refused)?;
    go_on(&caller, done, paths::next(&next)).await
}
