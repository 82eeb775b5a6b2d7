//! `/security`: how somebody proves that it is them, and where they are signed in.

use super::factors::factors_group;
use super::passkeys::PasskeysGroup;
use super::password::password_group;
use super::sessions::sessions_group;
use crate::islands::Live;
use crate::layout::{Layout, PageResponse, flash_note, follow_events, heading, live_status};
use crate::request::{CurrentAccount, PageError, PageRequest};
use crate::text;
use accounts::factors::SecondFactors;
use accounts::passkeys::Passkey;
use accounts::sessions::OpenSession;
use leptos::prelude::*;
use model::{Page, paths};

/// The screen. At the address of a form the form is open.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let CurrentAccount { viewer, .. } = request.account()?;
    let pool = &request.site.pool;
    let sessions = accounts::sessions::list(pool, &viewer).await?;
    let factors = accounts::factors::second_factors(pool, &viewer).await?;
    let passkeys = match accounts::passkeys::passkey_domain(pool) {
        Some(domain) => Some((domain, accounts::passkeys::list(pool, &viewer).await?)),
        None => None,
    };
    let frame = Layout::Account { username: viewer.username };
    Ok(PageResponse::page(Page::Security, frame, move || {
        view! { <Security request sessions factors passkeys/> }.into_any()
    }))
}

#[component]
fn Security(
    request: PageRequest,
    sessions: Vec<OpenSession>,
    factors: SecondFactors,
    passkeys: Option<(String, Vec<Passkey>)>,
) -> impl IntoView {
    let latest = request.account.as_ref().map_or(0, |account| account.profile.latest_event);
    let here = sessions.iter().find(|session| session.is_here).map(|here| here.device);
    let device =
        here.filter(|it| it.browser.is_some() || it.system.is_some()).map(text::device).unwrap_or_default();
    let has_factor = factors.any();
    let passkeys = passkeys.map(|(domain, passkeys)| {
        view! { <PasskeysGroup request=request.clone() domain passkeys device has_factor/> }
    });
    view! {
        <Live>
            <div class="groups" data-after=latest>
                <div class="title">
                    {heading(text::words().security(), request.replay.is_none())}
                    <p>{text::words().security_text()}</p>
                </div>
                {flash_note(request.flash)}
                {password_group(&request)}
                {factors_group(&request, &factors)}
                {passkeys}
                {sessions_group(&request, sessions)}
                <p><a href=paths::ACTIVITY>{text::words().what_happened()}</a></p>
                {follow_events(latest)}
                {live_status()}
            </div>
        </Live>
    }
}
