//! `/confirm`: the code that was sent at sign-up, and the password after it where one is chosen then.

use super::choose_password::{Choosing, choose_password};
use super::former_contact::former_contact;
use super::outcome::continue_with;
use super::username::new_username;
use crate::auth_events::{AccountData, FormEvent};
use crate::form::{
    Check, Form, FormError, FormPost, FormState, Input, code_field, field, password_field, refused,
    resend_button, summary,
};
use crate::layout::{Layout, PageResponse, flash_note, heading};
use crate::request::{Flash, PageError, PageRequest, RequestContext};
use crate::text::{self, Around};
use crate::times::{clock_time, seconds_until};
use accounts::sign_up::AnotherAddress;
use accounts::sign_up::{Confirming, PendingSignUp, Stage, Who};
use leptos::prelude::*;
use model::{CodeDeliveryDetails, DeliveryMedium, ErrorCode, FieldName, FormErrors, Page, Password, paths};
use nameplate_core::identity::BrowserTicket;

/// What the screen shows.
#[derive(Clone)]
struct Waiting {
    username: String,
    delivery: CodeDeliveryDetails,
    until: String,
    resend_in: u32,
    is_name_taken: bool,
}

/// The screen. In the browser that signed up it knows where the code went; elsewhere it asks who is asking.
/// Once the right code was entered it may ask for a password.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let pool = &request.site.pool;
    let ticket = request.ticket.as_deref().and_then(BrowserTicket::parse);
    let pending = match &ticket {
        Some(ticket) => accounts::sign_up::pending(pool, ticket).await?,
        None => None,
    };
    let (now, options) = (pool.now(), request.site.sign_in_options());
    if let Some(PendingSignUp {
        stage: Stage::Password { takes_first },
        username,
        value,
        is_name_taken,
        ..
    }) = pending
    {
        let who = if options.username { username } else { value };
        let shown = move || choose_password(&request, Choosing { who, takes_first, is_name_taken });
        return Ok(PageResponse::titled(text::words().choose_password(), Layout::Auth, shown));
    }
    if let Some(PendingSignUp { stage: Stage::FormerContact { until }, value, .. }) = pending {
        let until = clock_time(until, now);
        let shown = move || former_contact(&request, value, &until);
        return Ok(PageResponse::titled(text::words().former_contact_heading(), Layout::Auth, shown));
    }
    let waiting = pending.map(|it| Waiting {
        username: it.username,
        until: clock_time(it.expires_at, now),
        resend_in: seconds_until(it.resend_at, now),
        delivery: it.delivery,
        is_name_taken: it.is_name_taken,
    });
    Ok(PageResponse::page(Page::Confirm, Layout::Auth, move || match waiting {
        Some(waiting) => view! { <ConfirmHere request waiting/> }.into_any(),
        None => view! { <ConfirmAnywhere request options/> }.into_any(),
    }))
}

#[component]
fn ConfirmHere(request: PageRequest, waiting: Waiting) -> impl IntoView {
    let state =
        refused_one(&request, &[paths::CONFIRM, paths::CONFIRM_PASSWORD, paths::CONFIRM_NEW_PASSWORD]);
    let [resend, address] = [paths::CONFIRM_RESEND, paths::CONFIRM_ADDRESS].map(|path| request.form(path));
    let refused = !(state.errors.is_empty() && resend.errors.is_empty() && address.errors.is_empty());
    let medium = waiting.delivery.delivery_medium;
    let Around { before, after } = text::code_on_its_way(medium);
    let code = Input::new(FieldName::Code, text::words().confirmation_code())
        .hint(text::words().works_until(&waiting.until));
    let rules = vec![(FieldName::Code, Check::Code)];
    let new_name = waiting.is_name_taken.then(|| new_username(&waiting.username, &state, ""));
    view! {
        {heading(text::code_heading(medium), !refused)}
        <div class="stack">
            {flash_note(request.flash)}
            <p>{before}<strong><bdi>{waiting.delivery.destination.clone()}</bdi></strong>{after}</p>
            <Form action=paths::CONFIRM.to_owned() event=FormEvent::ConfirmSignUp rules>
                {summary(&state)}
                {new_name}
                {code_field(&code, &state)}
                <button class="button main wide">{text::words().confirm()}</button>
            </Form>
            <Form action=paths::CONFIRM_RESEND.to_owned() event=FormEvent::ResendSignUpCode rules=vec![] wait=waiting.resend_in>
                {summary(&resend)}
                {resend_button(waiting.resend_in, "button wide")}
            </Form>
            {(medium == DeliveryMedium::Email).then(|| view! { <WrongAddress username=waiting.username state=address/> })}
            <p><a href=paths::SIGN_IN>{text::words().back_to_sign_in()}</a></p>
        </div>
    }
}

/// The state of the form that was refused, if one of these was.
fn refused_one(request: &PageRequest, forms: &[&'static str]) -> FormState {
    forms.iter().map(|path| request.form(path)).find(|it| !it.errors.is_empty()).unwrap_or_default()
}

/// `Wrong address? Change it`, on the spot.
#[component]
fn WrongAddress(username: String, state: FormState) -> impl IntoView {
    let email = Input::new(FieldName::Email, text::words().new_address())
        .kind("email", "email")
        .hint(text::words().new_address_hint())
        .required(true);
    let password = Input::new(FieldName::Password, text::words().password())
        .kind("password", "current-password")
        .required(true);
    let open = !state.errors.is_empty();
    let rules = vec![(FieldName::Email, Check::Email), (FieldName::Password, Check::Given)];
    view! {
        <details class="stack" open=open>
            <summary>{text::words().wrong_address()}</summary>
            <Form action=paths::CONFIRM_ADDRESS.to_owned() event=FormEvent::ResendSignUpCode rules>
                {summary(&state)}
                // Password managers learn from it whose the password is; without a name it is not sent.
                <input type="text" value=username autocomplete="username" readonly hidden/>
                {field(email, &state)}
                {password_field(&password, &state)}
                <button class="button">{text::words().send_new_code()}</button>
            </Form>
        </details>
    }
}

#[component]
fn ConfirmAnywhere(request: PageRequest, options: model::SignInOptions) -> impl IntoView {
    // One form with two buttons, and what this browser waited for when it loaded the page: whichever was
    // refused is shown.
    let state = refused_one(
        &request,
        &[
            paths::CONFIRM,
            paths::CONFIRM_RESEND,
            paths::CONFIRM_ADDRESS,
            paths::CONFIRM_PASSWORD,
            paths::CONFIRM_NEW_PASSWORD,
        ],
    );
    let refused = !state.errors.is_empty();
    let who = Input::new(FieldName::Username, text::identifier_label(options))
        .kind("text", "username")
        .required(true);
    let code = Input::new(FieldName::Code, text::words().confirmation_code());
    let given = || (FieldName::Username, Check::Given);
    view! {
        {heading(text::words().confirm_heading(), !refused)}
        <div class="stack">
            {flash_note(request.flash)}
            <p>{text::words().confirm_anywhere()}</p>
            <Form action=paths::CONFIRM.to_owned() event=FormEvent::ConfirmSignUp rules=vec![given(), (FieldName::Code, Check::Code)]>
                {summary(&state)}
                {field(who, &state)}
                {code_field(&code, &state)}
                <div class="stack">
                    <button class="button main wide">{text::words().confirm()}</button>
                    <button class="button wide" formaction=paths::CONFIRM_RESEND formnovalidate>{text::words().resend_code()}</button>
                </div>
            </Form>
            <p><a href=paths::SIGN_IN>{text::words().back_to_sign_in()}</a></p>
        </div>
    }
}

/// Whose code it is: the browser's that signed up, or whoever was typed.
fn who(context: &RequestContext, username: Option<String>) -> Result<Who, FormError> {
    match (username, context.ticket()) {
        (Some(username), _) if !username.trim().is_empty() => Ok(Who::Typed(username)),
        (_, Some(ticket)) => Ok(Who::Ticket(ticket)),
        (Some(_), None) => Err(FormError(FormErrors::field(FieldName::Username, ErrorCode::Missing))),
        // The page stems from a time when this browser still waited for a code, and has no field for a name.
        (None, None) => Err(FormError(FormErrors::form(ErrorCode::NoCode))),
    }
}

/// Whose code this browser waits for.
async fn waiting(context: &RequestContext, ticket: &BrowserTicket) -> Result<Option<AccountData>, FormError> {
    let pending = accounts::sign_up::pending(&context.pool, ticket).await.map_err(refused)?;
    Ok(pending.map(|it| AccountData { username: it.username }))
}

/// Confirms a new account (operation ConfirmSignUp). The browser that signed up is signed in by it;
/// elsewhere, and where somebody else has tried to sign up too, a password is next.
#[server(prefix = "", endpoint = "/confirm", protocol = FormPost)]
pub async fn confirm(
    #[server(default)] username: Option<String>,
    #[server(default)] code: String,
    #[server(default)] new_username: Option<String>,
) -> Result<AccountData, FormError> {
    let context = RequestContext::current()?;
    let form = Confirming { who: who(&context, username)?, code, new_username };
    let confirmed = accounts::sign_up::confirm(&context.pool, &context.client, &form, &context.origin)
        .await
        .map_err(refused)?;
    continue_with(&context, confirmed).await
}

/// Sends a fresh code (operation ResendConfirmationCode); says the same whether or not the account exists.
#[server(prefix = "", endpoint = "/confirm/resend", protocol = FormPost)]
pub async fn resend_code(
    #[server(default)] username: Option<String>,
    #[server(default)] code: String,
    #[server(default)] new_username: Option<String>,
) -> Result<Option<AccountData>, FormError> {
    _ = (code, new_username); // the same form may hold them
    let context = RequestContext::current()?;
    let who = who(&context, username)?;
    accounts::sign_up::resend(&context.pool, &who, &context.origin).await.map_err(refused)?;
    context.flash(Flash::CodeSent);
    context.redirect(paths::CONFIRM);
    match who {
        Who::Ticket(ticket) => waiting(&context, &ticket).await,
        // Whether there is such an account is not told.
        Who::Typed(_) | Who::Named { .. } => Ok(None),
    }
}

/// Signs up with another address instead, from the browser that signed up.
#[server(prefix = "", endpoint = "/confirm/address", protocol = FormPost)]
pub async fn change_address(
    #[server(default)] email: String,
    #[server(default)] password: Password,
) -> Result<Option<AccountData>, FormError> {
    let context = RequestContext::current()?;
    let Some(ticket) = context.ticket() else {
        return Err(FormError(FormErrors::form(ErrorCode::NoCode)));
    };
    let form = AnotherAddress { address: email, password };
    accounts::sign_up::change_address(&context.pool, &ticket, &form, &context.origin)
        .await
        .map_err(refused)?;
    context.flash(Flash::CodeSent);
    context.redirect(paths::CONFIRM);
    waiting(&context, &ticket).await
}
