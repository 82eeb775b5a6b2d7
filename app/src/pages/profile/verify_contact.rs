//! `/verify-contact`: after sign-in, the chance to prove a contact that nobody has proven yet. It can be
//! skipped, and is not offered again for a while.

use super::contact;
use super::contact_page::{ContactPage, EMAIL, PHONE};
use crate::auth_events::{AttributeData, FormEvent};
use crate::form::account::account_field;
use crate::form::{Form, FormError, FormPost, FormState, refused, summary};
use crate::layout::{Layout, PageResponse, heading};
use crate::request::cookies::CookieName;
use crate::request::{CurrentAccount, PageError, PageRequest, RequestContext};
use crate::text;
use accounts::Settings;
use accounts::attributes::Profile;
use leptos::prelude::*;
use model::{AttributeName, ErrorCode, FormErrors, Page, paths};
use nameplate_core::identity::NewSession;

/// The contacts that could be proven now, masked. One that is about to be replaced is not worth a code.
fn unverified(profile: &Profile, settings: &Settings) -> Vec<(ContactPage, String)> {
    let may = |page: &ContactPage| {
        settings.reaches(page.kind) && profile.writable.may_read(&page.kind.verified_flag().into())
    };
    let pages = [EMAIL, PHONE].into_iter().filter(may).filter(|page| !page.is_verified(profile));
    let stays = |page: ContactPage, now: &str| page.waiting(profile).is_none_or(|it| it.value == now);
    let masked = |page: ContactPage| {
        let now = page.now(profile).filter(|now| settings.reaches_contact(page.kind, now));
        now.filter(|now| stays(page, now)).map(|now| (page, page.kind.mask(now)))
    };
    pages.filter_map(masked).collect()
}

/// Whether somebody who has just signed in is asked: there is something to prove, and it wasn't put off.
pub(crate) async fn is_due(context: &RequestContext, session: &NewSession) -> Result<bool, FormError> {
    if context.cookie(CookieName::VerifyLater).is_some() {
        return Ok(false);
    }
    let Some(viewer) = accounts::sessions::viewer(&context.pool, &session.token).await.map_err(refused)?
    else {
        return Ok(false);
    };
    let profile = accounts::attributes::profile(&context.pool, &viewer).await.map_err(refused)?;
    Ok(!unverified(&profile, context.pool.settings()).is_empty())
}

/// The screen.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let CurrentAccount { viewer, profile } = request.account()?;
    let choices = unverified(&profile, request.site.pool.settings());
    if choices.is_empty() {
        return Ok(PageResponse::redirect(Page::Profile));
    }
    let state = request.form(paths::VERIFY_CONTACT);
    let show = move || view! { <VerifyContact choices state/> }.into_any();
    Ok(PageResponse::page(Page::VerifyContact, Layout::Account { username: viewer.username }, show))
}

#[component]
fn VerifyContact(choices: Vec<(ContactPage, String)>, state: FormState) -> impl IntoView {
    let radios = choices.into_iter().enumerate().map(|(at, (page, mask))| {
        view! {
            <label class="choice">
                <input type="radio" name="names" value=page.kind.as_str() checked={at == 0} required/>
                <span>{text::contact_label(page.kind.medium())}": "<bdi>{mask}</bdi></span>
            </label>
        }
    });
    let radios = radios.collect_view();
    view! {
        <div class="groups">
            <div class="title">{heading(text::words().verify_contact_heading(), state.errors.is_empty())}</div>
            <p>{text::words().verify_contact_why()}</p>
            <div class="sheet stack">
                <Form action=paths::VERIFY_CONTACT.to_owned() event=FormEvent::ResendUserAttributeCode rules=vec![]>
                    {summary(&state)}
                    <fieldset>
                        <legend>{text::words().verify_which()}</legend>
                        {radios}
                    </fieldset>
                    <button class="button main">{text::words().verify()}</button>
                </Form>
                // The browser's alone: nothing happens to the account.
                <form method="post" action=paths::VERIFY_CONTACT_SKIP>{account_field()}<button class="button plain">{text::words().skip_verifying()}</button></form>
            </div>
        </div>
    }
}

/// Sends a code to the chosen contact (operation GetUserAttributeVerificationCode) and leads to where it is
/// entered.
#[server(prefix = "", endpoint = "/verify-contact", protocol = FormPost)]
pub async fn verify_contact(#[server(default)] names: String) -> Result<AttributeData, FormError> {
    let (context, _) = RequestContext::signed_in().await?;
    let page = names.parse::<AttributeName>().ok().and_then(|name| ContactPage::of(&name));
    let page = page.ok_or_else(|| FormError(FormErrors::form(ErrorCode::NotInList)))?;
    context.postpone_verification();
    contact::resend(page).await
}

/// Not now: the profile, and no such question for a while.
#[server(prefix = "", endpoint = "/verify-contact/skip", protocol = FormPost)]
pub async fn skip_verification() -> Result<(), FormError> {
    let (context, _) = RequestContext::signed_in().await?;
    context.postpone_verification();
    context.redirect(paths::PROFILE);
    Ok(())
}
