//! `/sign-in/code`: the second step of a sign-in whose password was right.

use super::challenge::{SignInExpired, pending_sign_in};
use super::outcome::continue_with;
use crate::auth_events::{AccountData, FormEvent};
use crate::form::{
    Check, Form, FormError, FormPost, FormState, Input, code_field, field, refused, resend_button, summary,
};
use crate::layout::{Layout, PageResponse, flash_note, heading};
use crate::request::cookies::PendingSignIn;
use crate::request::{Flash, PageError, PageRequest, RequestContext};
use crate::text::{self, Around};
use crate::times::{clock_time, seconds_until};
use accounts::sign_in::second_factor::PendingChallenge;
use leptos::prelude::*;
use model::{ErrorCode, Factor, FieldName, FormErrors, Page, paths};

/// The screen. Where no sign-in waits, it begins anew.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let Some(PendingSignIn { token, next }) = request.challenge.clone() else {
        return Ok(PageResponse::redirect(Page::SignIn));
    };
    Ok(match accounts::sign_in::second_factor::pending(&request.site.pool, &token).await? {
        Some(pending) => PageResponse::page(Page::SignInCode, Layout::Auth, move || {
            view! { <SignInCode request pending next/> }.into_any()
        }),
        None => PageResponse::page(Page::SignInCode, Layout::Auth, move || {
            view! { <SignInExpired next/> }.into_any()
        }),
    })
}

#[component]
fn SignInCode(request: PageRequest, pending: PendingChallenge, next: Option<Page>) -> impl IntoView {
    let forms = [
        paths::SIGN_IN_CODE,
        paths::SIGN_IN_CODE_RESEND,
        paths::SIGN_IN_CODE_CHOOSE,
        paths::SIGN_IN_CODE_RECOVERY,
    ];
    let [state, resend, choose, recovery] = forms.map(|path| request.form(path));
    let refused = [&state, &resend, &choose, &recovery].iter().any(|it| !it.errors.is_empty());
    let now = request.site.pool.now();
    // The links of a refusal lead to the field of its own form.
    let by_recovery = !recovery.errors.is_empty();
    let code = Input {
        form: if by_recovery { "step".into() } else { String::new() },
        ..Input::new(FieldName::Code, text::words().code())
    };
    let again = pending.delivery.as_ref().map(|(_, free_at)| seconds_until(*free_at, now));
    if let Some(at) = pending.possible_at {
        return view! { <SignInPaused request at=clock_time(at, now) pending recovery next/> }.into_any();
    }
    let going = pending.goes_at.map(|at| text::words().second_step_goes_at(&clock_time(at, now)));
    let title = pending.factor.map_or(text::words().sign_in_code_title(), text::confirm_code);
    view! {
        {heading(title, !refused)}
        <div class="stack">
            {flash_note(request.flash)}
            {whence(&pending)}
            {going.map(|words| view! { <p class="small">{words}</p> })}
            <Form action=paths::SIGN_IN_CODE.to_owned() event=FormEvent::SignIn rules=vec![(FieldName::Code, Check::Code)]>
                {summary(&state)}
                {code_field(&code, &state)}
                <button class="button main wide">{text::words().confirm()}</button>
            </Form>
            {again.map(|wait| resend_form(resend, wait))}
            {other_ways(&pending, &choose, recovery)}
            <p><a href=Page::SignIn.on_the_way_to(next)>{text::words().back_to_sign_in()}</a></p>
        </div>
    }
    .into_any()
}

/// The password was reset with a code that went where those of every second step go: only what is elsewhere
/// counts for now.
#[component]
fn SignInPaused(
    request: PageRequest,
    at: String,
    pending: PendingChallenge,
    recovery: FormState,
    next: Option<Page>,
) -> impl IntoView {
    let focus = recovery.errors.is_empty();
    let with_codes = (pending.recovery_codes_left > 0).then(|| recovery_form(recovery));
    view! {
        {heading(text::words().sign_in_paused(), focus)}
        <div class="stack">
            {flash_note(request.flash)}
            <p>{text::words().sign_in_paused_until(&at)}</p>
            <p>{text::words().sign_in_paused_ways()}</p>
            {with_codes}
            <p><a href=Page::SignIn.on_the_way_to(next)>{text::words().back_to_sign_in()}</a></p>
        </div>
    }
}

/// Where the code is to be found.
fn whence(pending: &PendingChallenge) -> AnyView {
    let Some((delivery, _)) = &pending.delivery else {
        return view! { <p>{text::words().app_shows()}</p> }.into_any();
    };
    let Around { before, after } = text::code_on_its_way(delivery.delivery_medium);
    view! { <p>{before}<strong><bdi>{delivery.destination.clone()}</bdi></strong>{after}</p> }.into_any()
}

/// The other factors, and the recovery codes, for whoever can't get this one.
fn other_ways(pending: &PendingChallenge, choose: &FormState, recovery: FormState) -> Option<AnyView> {
    if pending.others.is_empty() && pending.recovery_codes_left == 0 {
        return None;
    }
    let open = !(choose.errors.is_empty() && recovery.errors.is_empty());
    let others = pending.others.iter().map(|&factor| {
        view! {
            <Form action=paths::SIGN_IN_CODE_CHOOSE.to_owned() event=FormEvent::SelectMfaType rules=vec![]>
                {summary(&FormState::default())}
                <input type="hidden" name="factor" value=factor.as_str()/>
                <button class="button wide">{text::instead(factor)}</button>
            </Form>
        }
        .into_any()
    });
    let others: Vec<AnyView> = others.collect();
    let with_codes = (pending.recovery_codes_left > 0).then(|| recovery_form(recovery));
    let details = view! {
        <details class="stack" open=open>
            <summary>{text::words().no_phone()}</summary>
            {(!choose.errors.is_empty()).then(|| summary(choose))}
            {others}
            {with_codes}
        </details>
    };
    Some(details.into_any())
}

fn resend_form(state: FormState, wait: u32) -> AnyView {
    view! {
        <Form action=paths::SIGN_IN_CODE_RESEND.to_owned() event=FormEvent::ResendSignInCode rules=vec![] wait=wait>
            {summary(&state)}
            {resend_button(wait, "button wide")}
        </Form>
    }
    .into_any()
}

fn recovery_form(state: FormState) -> AnyView {
    let form = if state.errors.is_empty() { "recovery" } else { "" };
    let input = Input::new(FieldName::Code, text::words().recovery_code())
        .hint(text::words().recovery_code_hint())
        .required(true);
    let input = Input { form: form.to_owned(), ..input };
    view! {
        <Form action=paths::SIGN_IN_CODE_RECOVERY.to_owned() event=FormEvent::SignIn rules=vec![(FieldName::Code, Check::Given)]>
            {summary(&state)}
            {field(input, &state)}
            <button class="button wide">{text::words().use_recovery_code()}</button>
        </Form>
    }
    .into_any()
}

/// Finishes the sign-in (operation RespondToAuthChallenge).
#[server(prefix = "", endpoint = "/sign-in/code", protocol = FormPost)]
pub async fn confirm_sign_in(#[server(default)] code: String) -> Result<Option<AccountData>, FormError> {
    let context = RequestContext::current()?;
    let PendingSignIn { token, next } = pending_sign_in(&context)?;
    let done = accounts::sign_in::second_factor::answer(&context.pool, &token, &code, &context.origin)
        .await
        .map_err(refused)?;
    continue_with(&context, done, next).await
}

/// The same with a recovery code, from a field of its own.
#[server(prefix = "", endpoint = "/sign-in/code/recovery", protocol = FormPost)]
pub async fn confirm_with_recovery_code(
    #[server(default)] code: String,
) -> Result<Option<AccountData>, FormError> {
    let context = RequestContext::current()?;
    let PendingSignIn { token, next } = pending_sign_in(&context)?;
    let done = accounts::sign_in::second_factor::answer_with_recovery_code(
        &context.pool,
        &token,
        &code,
        &context.origin,
    )
    .await
    .map_err(refused)?;
    continue_with(&context, done, next).await
}

/// Sends another code.
#[server(prefix = "", endpoint = "/sign-in/code/resend", protocol = FormPost)]
pub async fn resend_sign_in_code() -> Result<(), FormError> {
    let context = RequestContext::current()?;
    let PendingSignIn { token, .. } = pending_sign_in(&context)?;
    accounts::sign_in::second_factor::resend(&context.pool, &context.client, &token, &context.origin)
        .await
        .map_err(refused)?;
    context.flash(Flash::CodeSent);
    context.redirect(paths::SIGN_IN_CODE);
    Ok(())
}

/// Asks for another factor instead (SELECT_MFA_TYPE).
#[server(prefix = "", endpoint = "/sign-in/code/choose", protocol = FormPost)]
pub async fn choose_factor(#[server(default)] factor: String) -> Result<(), FormError> {
    let context = RequestContext::current()?;
    let PendingSignIn { token, .. } = pending_sign_in(&context)?;
    let factor: Factor = factor.parse().map_err(|_| FormError(FormErrors::form(ErrorCode::NotInList)))?;
    accounts::sign_in::second_factor::choose_factor(
        &context.pool,
        &context.client,
        &token,
        factor,
        &context.origin,
    )
    .await
    .map_err(refused)?;
    context.redirect(paths::SIGN_IN_CODE);
    Ok(())
}
