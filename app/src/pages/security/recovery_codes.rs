//! `/security/recovery-codes`: what takes the place of a second step that is lost.

use crate::auth_events::{AccountData, FormEvent};
use crate::form::{Form, FormError, FormPost, reauthentication_field, refused, step_code_field, summary};
use crate::layout::{Layout, PageResponse, flash_note, heading};
use crate::request::{CurrentAccount, Flash, PageError, PageRequest, RequestContext};
use crate::text;
use accounts::CommonError;
use accounts::factors::FactorError;
use leptos::prelude::*;
use model::{Page, Password, paths};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The screen: codes that were made just now, or the way to new ones.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let CurrentAccount { viewer, .. } = request.account()?;
    let pool = &request.site.pool;
    let factors = accounts::factors::second_factors(pool, &viewer).await?;
    let codes = match accounts::factors::recovery_codes(pool, &viewer).await {
        Ok(codes) if request.path != paths::SECURITY_RECOVERY_NEW => codes,
        Err(FactorError::Common(CommonError::Unavailable(fault))) => return Err(fault.into()),
        // Who signed in long ago begins with the password.
        Ok(_)
        | Err(
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
        ) => Vec::new(),
    };
    let (any, left) = (factors.any(), factors.recovery_codes_left);
    let username = viewer.username.clone();
    let show = move || {
        if codes.is_empty() {
            view! { <Begin request any left/> }.into_any()
        } else {
            view! { <Codes request codes username/> }.into_any()
        }
    };
    Ok(PageResponse::page(Page::RecoveryCodes, Layout::Account { username: viewer.username }, show))
}

#[component]
fn Begin(request: PageRequest, any: bool, left: u32) -> impl IntoView {
    let state = request.form(paths::SECURITY_RECOVERY_NEW);
    let words = if any { text::words().recovery_new_text() } else { text::words().recovery_needs_step() };
    let (focus, again) = (state.errors.is_empty(), reauthentication_field(&request, &state));
    let step = step_code_field(&state, "");
    let form = any.then(|| {
        view! {
            <Form class="sheet" action=paths::SECURITY_RECOVERY_NEW.to_owned() event=FormEvent::CreateRecoveryCodes rules=vec![]>
                {summary(&state)}
                <p>{text::words().codes_left(left)}</p>
                {again}
                {step}
                <div class="actions">
                    <button class="button main">{text::words().make_new_codes()}</button>
                    <a class="button plain" href=paths::SECURITY>{text::words().cancel()}</a>
                </div>
            </Form>
        }
    });
    view! {
        <div class="groups">
            <div class="title">{heading(text::words().recovery_codes(), focus)}<p>{words}</p></div>
            {flash_note(request.flash)}
            {form}
            {(!any).then(|| view! { <p><a class="button" href=paths::SECURITY>{text::words().security()}</a></p> })}
        </div>
    }
}

#[component]
fn Codes(request: PageRequest, codes: Vec<String>, username: String) -> impl IntoView {
    let state = request.form(paths::SECURITY_RECOVERY);
    let settings = request.site.pool.settings();
    let file = text::codes_file(&settings.name, &settings.public_url, &username, &codes);
    let file = format!("data:text/plain;charset=utf-8,{}", utf8_percent_encode(&file, NON_ALPHANUMERIC));
    view! {
        <div class="groups">
            <div class="title">{heading(text::words().recovery_codes(), state.errors.is_empty())}<p>{text::words().recovery_text()}</p></div>
            {flash_note(request.flash)}
            <Form class="sheet" action=paths::SECURITY_RECOVERY.to_owned() event=FormEvent::PutRecoveryCodesAway rules=vec![]>
                {summary(&state)}
                <ul class="codes mono" translate="no">{codes.into_iter().map(|code| view! { <li>{code}</li> }).collect_view()}</ul>
                <div class="actions">
                    <button class="button main">{text::words().recovery_done()}</button>
                    <a class="button" href=file download="recovery-codes.txt">{text::words().recovery_download()}</a>
                </div>
            </Form>
        </div>
    }
}

/// Makes new codes in the place of those that there are.
#[server(prefix = "", endpoint = "/security/recovery-codes/new", protocol = FormPost)]
pub async fn make_recovery_codes(
    #[server(default)] current_password: Password,
    #[server(default)] step_code: String,
) -> Result<AccountData, FormError> {
    let (context, viewer) = RequestContext::reauthenticated(&current_password).await?;
    accounts::factors::make_recovery_codes(&context.pool, &viewer, &step_code, &context.origin)
        .await
        .map_err(refused)?;
    context.redirect(paths::SECURITY_RECOVERY);
    Ok(AccountData { username: viewer.username })
}

/// They are written down: from now on nobody can read them.
#[server(prefix = "", endpoint = "/security/recovery-codes", protocol = FormPost)]
pub async fn put_recovery_codes_away() -> Result<(), FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    accounts::factors::hide_recovery_codes(&context.pool, &viewer).await.map_err(refused)?;
    context.flash(Flash::RecoveryCodesPutAway);
    context.redirect(paths::SECURITY);
    Ok(())
}
