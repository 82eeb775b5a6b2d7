//! `/profile/email`: a new address, and the code that proves it. The old one stays in force until then.

use crate::form::{FormError, FormPost};
use crate::pages::hub::OfAttribute;
use leptos::prelude::*;
use model::UpdateOutcome;
use std::collections::BTreeMap;

#[cfg(feature = "ssr")]
use {
    crate::caller::Caller,
    crate::components::{heading, news, note},
    crate::form::{Check, Form, FormState, Input, code_field, field, refused, summary},
    crate::islands::Live,
    crate::pages::confirm::resend_button,
    crate::text,
    crate::visit::{Answer, Flash, Frame, Visit, clock_time, seconds_until},
    model::{AttributeName, Definition, FieldName, Refusal, Standard, Why, paths},
    pool::identifiers::email_key,
    pool::profile::{Pending, Profile},
};

/// The address that waits for its code.
#[cfg(feature = "ssr")]
#[derive(Clone)]
struct Waiting {
    address: String,
    until: Option<String>,
    resend_in: u32,
}

/// Everything the screen needs.
#[cfg(feature = "ssr")]
#[derive(Clone)]
struct Screen {
    now: Option<String>,
    verified: bool,
    waiting: Option<Waiting>,
    /// The form for another address, although one is waiting.
    change: bool,
    definition: Option<Definition>,
    states: [FormState; 4],
    flash: Option<String>,
    profile: std::sync::Arc<Profile>,
}

#[cfg(feature = "ssr")]
const FORMS: [&str; 4] = [paths::PROFILE_EMAIL, paths::PROFILE_EMAIL_VERIFY, paths::PROFILE_EMAIL_RESEND, paths::PROFILE_EMAIL_CANCEL];

#[cfg(feature = "ssr")]
fn email() -> AttributeName {
    Standard::Email.into()
}

/// The screen.
#[cfg(feature = "ssr")]
pub async fn page(visit: Visit) -> Result<Answer, pool::Unavailable> {
    let (Some(viewer), Some(profile)) = (visit.viewer.clone(), visit.profile.clone()) else {
        return Ok(super::super::sign_in_first(&visit));
    };
    let now = visit.site.pool.now();
    let waiting = waiting_for(&profile).map(|it| Waiting {
        address: it.value.clone(),
        until: (it.expires_at.0 > now.0 && it.tries_left > 0).then(|| clock_time(it.expires_at, now)),
        resend_in: seconds_until(it.resend_at, now),
    });
    let states = FORMS.map(|path| visit.form(path));
    let flash = match (visit.flash, &waiting, profile.attributes.get(&email())) {
        (Some(Flash::ChangeAsked), Some(waiting), _) => Some(text::code_sent_to(&waiting.address)),
        (Some(Flash::CodeSent), Some(waiting), _) => Some(text::new_code_sent_to(&waiting.address)),
        (Some(Flash::ChangeCancelled), _, Some(address)) => Some(text::stays(address)),
        _ => visit.flash_sentence(),
    };
    let screen = Screen {
        now: profile.attributes.get(&email()).cloned(),
        verified: is_verified(&profile),
        change: visit.asked("change").is_some() || !states[0].refusal.is_empty(),
        definition: visit.site.schema().get(&email()).cloned(),
        waiting,
        states,
        flash,
        profile,
    };
    Ok(Answer::show(text::UPDATE_EMAIL_HEADING, Frame::House { who: viewer.username }, move || view! { <EmailScreen screen/> }.into_any()))
}

#[cfg(feature = "ssr")]
#[component]
fn EmailScreen(screen: Screen) -> impl IntoView {
    let focus = screen.states.iter().all(|state| state.refusal.is_empty());
    let waiting = screen.waiting.clone();
    let asks = waiting.is_none() || screen.change;
    // What was refused about a change that is over by now has no form to stand in any more.
    let over = screen.states[1..].iter().find_map(|state| state.refusal.form.or(state.refusal.fields.first().map(|(_, why)| *why)));
    let over = over.filter(|_| waiting.is_none()).map(|why| FormState { refusal: Refusal::form(why), ..FormState::default() });
    view! {
        <Live>
            <div class="groups" data-after=screen.profile.latest_event>
                <div class="title">
                    {heading(text::UPDATE_EMAIL_HEADING, focus)}
                    <a href=paths::PROFILE>{text::BACK_TO_PROFILE}</a>
                </div>
                {screen.flash.clone().map(note)}
                {over.map(|state| summary(&state))}
                <dl class="rows" data-live="email" data-reload="">{rows(&screen.profile)}</dl>
                {asks.then(|| view! { <AskForAddress screen=screen.clone()/> })}
                {waiting.map(|waiting| view! { <EnterTheCode screen=screen.clone() waiting/> })}
                {news()}
            </div>
        </Live>
    }
}

/// The address in force, and the one that it becomes.
#[cfg(feature = "ssr")]
pub(super) fn rows(profile: &Profile) -> impl IntoView + use<> {
    let (word, class) = if is_verified(profile) { (text::VERIFIED, "badge ok") } else { (text::UNVERIFIED, "badge") };
    let now = profile.attributes.get(&email()).cloned();
    let badge = now.is_some().then(|| view! { <span class=class>{word}</span> });
    let new = waiting_for(profile).map(|it| it.value.clone()).filter(|new| Some(new) != now.as_ref());
    let new = new.map(|address| {
        let href = format!("{}?change=1", paths::PROFILE_EMAIL);
        view! {
            <div>
                <dt>{text::WILL_BECOME}</dt>
                <dd><span class="value"><bdi>{address}</bdi><span class="badge wait">{text::WAITING}</span></span></dd>
                <dd class="actions"><a class="button slim plain" href=href>{text::CHANGE}<span class="vh">" "{text::NEW_EMAIL}</span></a></dd>
            </div>
        }
    });
    view! {
        <div>
            <dt>{text::IN_USE_NOW}</dt>
            <dd><span class="value"><bdi>{now.unwrap_or_else(|| text::NO_EMAIL.to_owned())}</bdi>{badge}</span></dd>
        </div>
        {new}
    }
}

#[cfg(feature = "ssr")]
fn is_verified(profile: &Profile) -> bool {
    profile.attributes.get(&Standard::EmailVerified.into()).is_some_and(|value| value == "true")
}

#[cfg(feature = "ssr")]
fn waiting_for(profile: &Profile) -> Option<&Pending> {
    profile.pending.iter().find(|it| it.attribute == Standard::Email)
}

#[cfg(feature = "ssr")]
#[component]
fn AskForAddress(screen: Screen) -> impl IntoView {
    let state = screen.states[0].clone();
    let new = Input::new(email(), text::NEW_EMAIL).kind("email", "email").hint(text::CODE_GOES_THERE).required(true);
    let rules: Vec<_> = screen
        .definition
        .map(|it| (FieldName::Attribute(email()), Check::Attribute(Definition { required: true, ..it })))
        .into_iter()
        .collect();
    let back = screen.waiting.is_some();
    let unverified = screen.now.is_some() && !screen.verified && screen.waiting.is_none();
    view! {
        <Form class="sheet".to_owned() action=paths::PROFILE_EMAIL.to_owned() event="updateUserAttributes".to_owned() rules>
            {summary(&state)}
            {field(new, &state)}
            <div class="actions">
                <button class="button main">{text::UPDATE_EMAIL}</button>
                {back.then(|| view! { <a class="button plain" href=paths::PROFILE_EMAIL>{text::CANCEL}</a> })}
            </div>
        </Form>
        {unverified.then(|| view! {
            <Form action=paths::PROFILE_EMAIL_RESEND.to_owned() event="resendUserAttributeCode".to_owned() rules=vec![]>
                {summary(&screen.states[2])}
                <p>{text::STILL_UNVERIFIED}</p>
                <button class="button">{text::VERIFY_NOW}</button>
            </Form>
        })}
    }
}

#[cfg(feature = "ssr")]
#[component]
fn EnterTheCode(screen: Screen, waiting: Waiting) -> impl IntoView {
    let [_, verify, resend, cancel] = screen.states.clone();
    let code = Input::new(FieldName::Code, text::VERIFICATION_CODE);
    let alive = waiting.until.is_some();
    let badge = waiting.until.as_deref().map_or_else(|| text::CODE_EXPIRED.to_owned(), text::badge_until);
    let old = screen.now.filter(|now| *now != waiting.address);
    let title = if old.is_some() { text::CONFIRM_NEW_EMAIL } else { text::CONFIRM_THIS_EMAIL };
    let class = if alive { "badge wait" } else { "badge bad" };
    view! {
        <section class="sheet waiting" aria-labelledby="pending">
            <header><h2 id="pending">{title}</h2><span class=class><span>{badge}</span></span></header>
            <Form action=paths::PROFILE_EMAIL_VERIFY.to_owned() event="verifyUserAttribute".to_owned() rules=vec![(FieldName::Code, Check::Code)]>
                {summary(&verify)}
                <p>{text::ENTER_DIGITS}<strong><bdi>{waiting.address.clone()}</bdi></strong>{text::stays_until_then(old.as_deref())}</p>
                {code_field(&code, &verify)}
                <button class="button main">{text::SEND_CODE}</button>
            </Form>
            <div class="more actions">
                <Form action=paths::PROFILE_EMAIL_RESEND.to_owned() event="resendUserAttributeCode".to_owned() rules=vec![] wait=waiting.resend_in>
                    {summary(&resend)}
                    {resend_button(waiting.resend_in, "button slim")}
                </Form>
                <Form action=paths::PROFILE_EMAIL_CANCEL.to_owned() event="cancelUserAttributeUpdate".to_owned() rules=vec![]>
                    {summary(&cancel)}
                    <button class="button plain">{text::CANCEL_CHANGE}</button>
                </Form>
            </div>
            <p class="hint">{text::NO_MESSAGE}</p>
        </section>
    }
}

/// Asks for a new address (operation UpdateUserAttributes). Nothing but the address can be changed here.
#[server(prefix = "", endpoint = "/profile/email", protocol = FormPost)]
pub async fn update_email(#[server(default)] attributes: BTreeMap<String, String>) -> Result<UpdateOutcome, FormError> {
    let (caller, viewer) = Caller::signed_in().await?;
    let wrong = |why| FormError(Refusal::field(FieldName::Attribute(email()), why));
    let typed = attributes.get(Standard::Email.as_str()).map(|typed| typed.trim()).unwrap_or_default();
    if typed.is_empty() {
        // Overlooked here, not meant to be removed.
        return Err(wrong(Why::Missing));
    }
    let profile = caller.pool.profile(&viewer).await.map_err(refused)?;
    if profile.attributes.get(&email()).is_some_and(|now| email_key(now) == email_key(typed)) {
        return Err(wrong(Why::SameAsNow));
    }
    let outcome = caller.pool.update_attributes(&viewer, attributes, &caller.origin).await.map_err(refused)?.outcome;
    caller.say(Flash::ChangeAsked);
    caller.go(paths::PROFILE_EMAIL);
    Ok(outcome)
}

/// Proves the new address (operation VerifyUserAttribute).
#[server(prefix = "", endpoint = "/profile/email/verify", protocol = FormPost)]
pub async fn verify_email(#[server(default)] code: String) -> Result<OfAttribute, FormError> {
    let (caller, viewer) = Caller::signed_in().await?;
    caller.pool.verify_attribute(&viewer, &email(), &code, &caller.origin).await.map_err(refused)?;
    caller.say(Flash::EmailChanged);
    caller.go(paths::PROFILE);
    Ok(OfAttribute { attribute: email() })
}

/// Sends a fresh code (operation GetUserAttributeVerificationCode).
#[server(prefix = "", endpoint = "/profile/email/resend", protocol = FormPost)]
pub async fn resend_email_code() -> Result<OfAttribute, FormError> {
    let (caller, viewer) = Caller::signed_in().await?;
    caller.pool.resend_attribute_code(&viewer, &email(), &caller.origin).await.map_err(refused)?;
    caller.say(Flash::CodeSent);
    caller.go(paths::PROFILE_EMAIL);
    Ok(OfAttribute { attribute: email() })
}

/// Gives the pending change up; the address in force stays.
#[server(prefix = "", endpoint = "/profile/email/cancel", protocol = FormPost)]
pub async fn cancel_email_change() -> Result<OfAttribute, FormError> {
    let (caller, viewer) = Caller::signed_in().await?;
    caller.pool.cancel_attribute_change(&viewer, &email(), &caller.origin).await.map_err(refused)?;
    caller.say(Flash::ChangeCancelled);
    caller.go(paths::PROFILE_EMAIL);
    Ok(OfAttribute { attribute: email() })
}
