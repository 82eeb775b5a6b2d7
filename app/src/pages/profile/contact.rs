//! The page on which a contact is replaced or proven: `/profile/email` and `/profile/phone`. The old one
//! stays in force until the code that was sent to the new one is entered.

use super::contact_page::ContactPage;
use crate::auth_events::{AttributeData, FormEvent};
use crate::form::{
    Check, Form, FormError, FormState, Input, attribute_fields, code_field, field, reauthentication_field,
    refused, resend_button, step_code_field, summary,
};
use crate::islands::Live;
use crate::layout::{Layout, PageResponse, heading, live_status, note};
use crate::lists;
use crate::request::{CurrentAccount, Flash, PageError, PageRequest, RequestContext};
use crate::text::{self, Around};
use crate::times::{clock_time, seconds_until};
use accounts::attributes::{Profile, Update};
use accounts::contacts::EnteredCode;
use leptos::prelude::*;
use model::{Definition, ErrorCode, Factor, FieldName, FormErrors, Password, UpdateOutcome, paths, typed};
use nameplate_core::identifiers::ContactKind;
use std::collections::BTreeMap;

/// The contact that waits for its code.
#[derive(Clone)]
struct Waiting {
    value: String,
    until: Option<String>,
    resend_in: u32,
}

/// Everything the screen needs.
#[derive(Clone)]
struct Screen {
    page: ContactPage,
    /// Whether codes can be sent there.
    reached: bool,
    waiting: Option<Waiting>,
    /// The form for another contact, although one is waiting.
    change: bool,
    definition: Option<Definition>,
    /// Chosen beside a number, where there is none yet.
    country: String,
    states: [FormState; 4],
    flash: Option<String>,
    profile: std::sync::Arc<Profile>,
    /// The second factor that says that the contact in force is lost, if one can.
    ends_undo: Option<Factor>,
    request: PageRequest,
}

/// The screen.
pub(crate) async fn show(request: &PageRequest, page: ContactPage) -> Result<PageResponse, PageError> {
    let CurrentAccount { viewer, profile } = request.account()?;
    let now = request.site.pool.now();
    let waiting = page.waiting(&profile).map(|it| Waiting {
        value: it.value.clone(),
        until: (it.expires_at.0 > now.0 && it.tries_left > 0).then(|| clock_time(it.expires_at, now)),
        resend_in: seconds_until(it.resend_at, now),
    });
    let states = page.forms.map(|path| request.form(path));
    let ends_undo = match waiting.is_some() && page.is_verified(&profile) {
        true => accounts::factors::factor_that_ends_undo(&request.site.pool, &viewer).await?,
        false => None,
    };
    let sent = waiting.as_ref().and_then(|waiting| sent(request.flash?, &page.shown(&waiting.value)));
    let cancelled = (request.flash == Some(Flash::ChangeCancelled))
        .then(|| page.words.stays(page.now(&profile).map(|now| page.shown(now)).as_deref()));
    let flash = sent.or(cancelled).or_else(|| request.flash_sentence());
    let screen = Screen {
        page,
        reached: request.site.pool.settings().reaches(page.kind),
        change: request.query("change").is_some() || !states[0].errors.is_empty(),
        definition: request.site.schema().get(&page.attribute()).cloned(),
        country: request.site.pool.settings().country_code.clone(),
        waiting,
        states,
        flash,
        profile,
        ends_undo,
        request: request.clone(),
    };
    Ok(PageResponse::page(page.page, Layout::Account { username: viewer.username }, move || {
        view! { <ContactScreen screen/> }.into_any()
    }))
}

/// Where a code has just gone.
fn sent(flash: Flash, to: &str) -> Option<String> {
    if flash == Flash::ChangeAsked {
        Some(text::words().code_sent_to(to))
    } else {
        (flash == Flash::CodeSent).then(|| text::words().new_code_sent_to(to))
    }
}

#[component]
fn ContactScreen(screen: Screen) -> impl IntoView {
    let (page, waiting) = (screen.page, screen.waiting.clone());
    let focus = screen.states.iter().all(|state| state.errors.is_empty());
    let asks = waiting.is_none() || screen.change;
    // What was refused about a change that is over by now has no form to stand in any more.
    let over = screen.states[1..]
        .iter()
        .find_map(|state| state.errors.form.or(state.errors.fields.first().map(|(_, why)| *why)));
    let over = over
        .filter(|_| waiting.is_none())
        .map(|why| FormState { errors: FormErrors::form(why), ..FormState::default() });
    view! {
        <Live>
            <div class="groups" data-after=screen.profile.latest_event>
                <div class="title">
                    {heading(page.words.heading(), focus)}
                    <a href=paths::PROFILE>{text::words().back_to_profile()}</a>
                </div>
                {screen.flash.clone().map(note)}
                {over.map(|state| summary(&state))}
                <dl class="rows" data-live=page.kind.as_str() data-reload="">{rows(page, &screen.profile)}</dl>
                {asks.then(|| view! { <AskForContact screen=screen.clone()/> })}
                {waiting.map(|waiting| view! { <EnterTheCode screen=screen.clone() waiting/> })}
                {live_status()}
            </div>
        </Live>
    }
}

/// The contact in force, and the one that it becomes.
pub(crate) fn rows(page: ContactPage, profile: &Profile) -> impl IntoView + use<> {
    let (word, class) = if page.is_verified(profile) {
        (text::words().verified(), "badge ok")
    } else {
        (text::words().unverified(), "badge")
    };
    let now = page.now(profile);
    let badge = now.is_some().then(|| view! { <span class=class>{word}</span> });
    let new = page.waiting(profile).map(|it| it.value.as_str()).filter(|new| Some(*new) != now);
    let new = new.map(|value| {
        let href = format!("{}?change=1", page.path());
        view! {
            <div>
                <dt>{text::words().will_become()}</dt>
                <dd><span class="value"><bdi>{page.shown(value)}</bdi><span class="badge wait">{text::words().waiting()}</span></span></dd>
                <dd class="actions"><a class="button slim plain" href=href>{text::words().change()}<span class="vh">" "{page.words.new_one()}</span></a></dd>
            </div>
        }
    });
    view! {
        <div>
            <dt>{text::words().in_use_now()}</dt>
            <dd><span class="value"><bdi>{now.map_or_else(|| text::words().none_yet().to_owned(), |now| page.shown(now))}</bdi>{badge}</span></dd>
        </div>
        {new}
    }
}

#[component]
fn AskForContact(screen: Screen) -> impl IntoView {
    let (page, state) = (screen.page, screen.states[0].clone());
    let now = page.now(&screen.profile);
    let hint = match now {
        _ if !screen.reached => text::words().no_texts(),
        Some(_) => page.words.hint(),
        None => page.words.first_hint(),
    };
    let new = Input::new(page.attribute(), page.words.new_one()).hint(hint).required(true);
    let country = match now {
        Some(now) => lists::country_of(now),
        None => &screen.country,
    };
    let new = match page.kind {
        ContactKind::Email => field(new.kind("email", "email"), &state),
        ContactKind::PhoneNumber => attribute_fields::phone(new.kind("tel", "tel-national"), country, &state),
    };
    let rules: Vec<_> = screen
        .definition
        .map(|it| {
            (FieldName::Attribute(page.attribute()), Check::Attribute(Definition { required: true, ..it }))
        })
        .into_iter()
        .collect();
    let again = reauthentication_field(&screen.request, &state);
    let step = page.is_second_step(&screen.profile).then(|| step_code_field(&state, ""));
    let back = screen.waiting.is_some();
    let settings = screen.request.site.pool.settings();
    let unverified = now.is_some_and(|now| settings.reaches_contact(page.kind, now))
        && !page.is_verified(&screen.profile)
        && screen.waiting.is_none();
    view! {
        <Form class="sheet".to_owned() action=page.path().to_owned() event=FormEvent::UpdateUserAttributes rules>
            {summary(&state)}
            {new}
            {again}
            {step}
            <div class="actions">
                <button class="button main">{page.words.update()}</button>
                {back.then(|| view! { <a class="button plain" href=page.path()>{text::words().cancel()}</a> })}
            </div>
        </Form>
        {unverified.then(|| view! {
            <Form action=page.forms[2].to_owned() event=FormEvent::ResendUserAttributeCode rules=vec![]>
                {summary(&screen.states[2])}
                <p>{page.words.unverified()}</p>
                <button class="button">{text::words().verify_now()}</button>
            </Form>
        })}
    }
}

#[component]
fn EnterTheCode(screen: Screen, waiting: Waiting) -> impl IntoView {
    let (page, words) = (screen.page, screen.page.words);
    let [_, verify, resend, cancel] = screen.states.clone();
    let now = page.now(&screen.profile);
    let is_new = now != Some(waiting.value.as_str());
    let code = Input::new(FieldName::Code, if is_new { words.code() } else { words.code_here() });
    let alive = waiting.until.is_some();
    let badge = waiting
        .until
        .as_deref()
        .map_or_else(|| text::words().code_expired().to_owned(), |until| text::words().badge_until(until));
    let old = now.filter(|_| is_new).map(|old| page.shown(old));
    let title = if old.is_some() { words.confirm_new() } else { words.confirm_this() };
    let Around { before, after } = words.until_then(old.as_deref());
    let class = if alive { "badge wait" } else { "badge bad" };
    let lost = screen.ends_undo.filter(|_| old.is_some()).map(|factor| old_is_lost(words, factor, &verify));
    let [_, to_verify, to_resend, to_cancel] = page.forms.map(ToOwned::to_owned);
    view! {
        <section class="sheet waiting" aria-labelledby="pending">
            <header><h2 id="pending">{title}</h2><span class=class><span>{badge}</span></span></header>
            <Form action=to_verify event=FormEvent::VerifyUserAttribute rules=vec![(FieldName::Code, Check::Code)]>
                {summary(&verify)}
                <p>{before}<strong><bdi>{page.shown(&waiting.value)}</bdi></strong>{after}</p>
                {code_field(&code, &verify)}
                {lost}
                <button class="button main">{text::words().send_code()}</button>
            </Form>
            <div class="more actions">
                <Form action=to_resend event=FormEvent::ResendUserAttributeCode rules=vec![] wait=waiting.resend_in>
                    {summary(&resend)}
                    {resend_button(waiting.resend_in, "button slim")}
                </Form>
                <Form action=to_cancel event=FormEvent::CancelUserAttributeUpdate rules=vec![]>
                    {summary(&cancel)}
                    <button class="button plain">{if is_new { text::words().cancel_change() } else { text::words().not_now() }}</button>
                </Form>
            </div>
            <p class="hint">{words.no_message()}</p>
        </section>
    }
}

/// Whether whoever reads the contact in force may still undo the change: opened by whom that is about.
fn old_is_lost(words: text::ContactWords, factor: Factor, state: &FormState) -> AnyView {
    let is_ticked = state.typed.contains_key(&FieldName::OldIsLost);
    let why = state.errors.on(&FieldName::StepCode);
    let (open, shown) = (is_ticked || why.is_some(), text::code_that_ends_undo(factor));
    let code =
        Input::new(FieldName::StepCode, text::words().step_code()).hint(shown).kind("text", "one-time-code");
    view! {
        <details open=open>
            <summary>{words.old_is_lost()}</summary>
            <div class="stack">
                <p class="field"><label><input type="checkbox" name=FieldName::OldIsLost.to_string() value="yes" checked=is_ticked/>" "{words.old_undoes_nothing()}</label></p>
                {field(code, state)}
            </div>
        </details>
    }
    .into_any()
}

/// Asks for a new contact (operation UpdateUserAttributes). Nothing but the contact can be changed here.
pub(crate) async fn request_change(
    page: ContactPage,
    mut attributes: BTreeMap<String, String>,
    password: &Password,
    step_code: &str,
) -> Result<UpdateOutcome, FormError> {
    let (context, viewer) = RequestContext::reauthenticated(password).await?;
    let wrong = |why| FormError(FormErrors::field(FieldName::Attribute(page.attribute()), why));
    let typed = attributes.get(page.kind.as_str()).map(|it| typed::text(it)).unwrap_or_default();
    if typed.is_empty() {
        // Overlooked here, not meant to be removed.
        return Err(wrong(ErrorCode::Missing));
    }
    let profile = accounts::attributes::profile(&context.pool, &viewer).await.map_err(refused)?;
    if let Some(now) = page.now(&profile).filter(|now| page.kind.names(now, typed)) {
        if page.waiting(&profile).is_none() {
            return Err(wrong(ErrorCode::SameAsNow));
        }
        // In another spelling it is the one in force all the same: what waits is given up.
        attributes.insert(page.kind.as_str().to_owned(), now.to_owned());
    }
    let Update { outcome, cancelled, .. } = accounts::attributes::update_with_code(
        &context.pool,
        &viewer,
        attributes,
        step_code,
        &context.origin,
    )
    .await
    .map_err(refused)?;
    let waits = outcome.get(&page.attribute()).is_some_and(|it| !it.is_updated);
    context.flash(match (waits, cancelled.is_empty()) {
        (true, _) => Flash::ChangeAsked,
        (false, false) => Flash::ChangeCancelled,
        (false, true) => page.changed,
    });
    context.redirect(if waits || !cancelled.is_empty() { page.path() } else { paths::PROFILE });
    Ok(outcome)
}

/// Proves the contact (operation VerifyUserAttribute).
pub(crate) async fn verify(page: ContactPage, form: EnteredCode) -> Result<AttributeData, FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    accounts::contacts::verify_and_decide(&context.pool, &viewer, &page.attribute(), &form, &context.origin)
        .await
        .map_err(refused)?;
    context.flash(page.changed);
    context.redirect(paths::PROFILE);
    Ok(AttributeData { attribute: page.attribute() })
}

/// Sends a fresh code (operation GetUserAttributeVerificationCode).
pub(crate) async fn resend(page: ContactPage) -> Result<AttributeData, FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    accounts::contacts::resend(&context.pool, &viewer, &page.attribute(), &context.origin)
        .await
        .map_err(refused)?;
    context.flash(Flash::CodeSent);
    context.redirect(page.path());
    Ok(AttributeData { attribute: page.attribute() })
}

/// Gives the pending change up; what is in force stays.
pub(crate) async fn cancel(page: ContactPage) -> Result<AttributeData, FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    accounts::contacts::cancel(&context.pool, &viewer, &page.attribute(), &context.origin)
        .await
        .map_err(refused)?;
    context.flash(Flash::ChangeCancelled);
    context.redirect(page.path());
    Ok(AttributeData { attribute: page.attribute() })
}
