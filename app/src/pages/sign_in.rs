//! `/sign-in`: who are you?

use crate::form::{FormError, FormPost};
use crate::pages::hub::OfAccount;
use leptos::prelude::*;
use model::Password;

#[cfg(feature = "ssr")]
use {
    crate::caller::Caller,
    crate::components::{flash_note, heading},
    crate::form::{Check, Form, FormState, Input, field, password_field, refused, summary},
    crate::text,
    crate::visit::{Answer, Flash, Frame, Visit},
    model::{FieldName, paths},
    pool::sign_in::SignedIn,
};

/// The screen.
#[cfg(feature = "ssr")]
pub async fn page(visit: Visit) -> Result<Answer, pool::Unavailable> {
    let (state, flash) = (visit.form(paths::SIGN_IN), visit.flash);
    let options = visit.site.sign_in_options();
    let asked = visit.asked("next").or(state.typed.get(&FieldName::Next).map(String::as_str));
    let next = asked.and_then(paths::next);
    if visit.viewer.is_some() {
        return Ok(Answer::go(next.unwrap_or(paths::PROFILE)));
    }
    Ok(Answer::show(text::SIGN_IN_TITLE, Frame::Door, move || view! { <SignIn state options next flash/> }.into_any()))
}

#[cfg(feature = "ssr")]
#[component]
fn SignIn(state: FormState, options: model::SignInOptions, next: Option<&'static str>, flash: Option<Flash>) -> impl IntoView {
    let mut who = Input::new(FieldName::Username, text::identifier_label(options)).kind("text", "username").required(true);
    who.hint = text::identifier_hint(options).map(str::to_owned);
    let password = Input::new(FieldName::Password, text::PASSWORD).kind("password", "current-password").required(true);
    let rules = vec![(FieldName::Username, Check::Given), (FieldName::Password, Check::Given)];
    view! {
        {super::sign_up::tabs(paths::SIGN_IN)}
        {heading(text::SIGN_IN_HEADING, state.refusal.is_empty())}
        {flash_note(flash)}
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
    }
}

/// Signs in (operation InitiateAuth). An account that isn't confirmed yet goes on to its code.
#[server(prefix = "", endpoint = "/sign-in", protocol = FormPost)]
pub async fn sign_in(
    #[server(default)] username: String,
    #[server(default)] password: Password,
    #[server(default)] next: String,
) -> Result<Option<OfAccount>, FormError> {
    let caller = Caller::here()?;
    let form = pool::sign_in::SignIn { username, password };
    match caller.pool.sign_in(&caller.client, form, &caller.origin).await.map_err(refused)? {
        SignedIn::Session { username, session } => {
            caller.enter(&session).await?;
            let next = paths::next(&next).unwrap_or(paths::PROFILE);
            // Whoever was on the way somewhere is not held up, and nobody by a question that can't be asked just now.
            let verify = next == paths::PROFILE && super::verify_contact::is_due(&caller, &session).await.unwrap_or_default();
            caller.go(if verify { paths::VERIFY_CONTACT } else { next });
            Ok(Some(OfAccount { username }))
        }
        SignedIn::Unconfirmed(ticket) => {
            caller.remember_sign_up(&ticket);
            caller.say(Flash::NotConfirmedYet);
            caller.go(paths::CONFIRM);
            Ok(None)
        }
    }
}
