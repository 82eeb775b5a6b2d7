//! `/security`: how somebody proves that it is them, and where they are signed in.

use super::factors::factors_group;
use super::passkeys::PasskeysGroup;
use super::password::password_group;
use super::sessions::sessions_group;
use crate::islands::Live;
use crate::layout::{Answer, Frame, flash_note, follow_events, heading, news};
use crate::request::{CurrentAccount, PageError, Visit};
use crate::text;
use leptos::prelude::*;
use model::{Page, paths};
use pool::factors::SecondFactors;
use pool::passkeys::Passkey;
use pool::sessions::OpenSession;

/// The screen. At the address of a form the form is open.
pub async fn page(visit: Visit) -> Result<Answer, PageError> {
    let CurrentAccount { viewer, .. } = visit.account()?;
    let pool = &visit.site.pool;
    let sessions = pool::sessions::list(pool, &viewer).await?;
    let factors = pool::factors::second_factors(pool, &viewer).await?;
    let passkeys = match pool::passkeys::passkey_domain(pool) {
        Some(domain) => Some((domain, pool::passkeys::list(pool, &viewer).await?)),
        None => None,
    };
    let frame = Frame::House { who: viewer.username };
    Ok(Answer::show(Page::Security, frame, move || {
        view! { <Security visit sessions factors passkeys/> }.into_any()
    }))
}

#[component]
fn Security(
    visit: Visit,
    sessions: Vec<OpenSession>,
    factors: SecondFactors,
    passkeys: Option<(String, Vec<Passkey>)>,
) -> impl IntoView {
    let latest = visit.account.as_ref().map_or(0, |account| account.profile.latest_event);
    let here = sessions.iter().find(|session| session.is_here).map(|here| here.device);
    let device =
        here.filter(|it| it.browser.is_some() || it.system.is_some()).map(text::device).unwrap_or_default();
    let passkeys = passkeys
        .map(|(domain, passkeys)| view! { <PasskeysGroup visit=visit.clone() domain passkeys device/> });
    view! {
        <Live>
            <div class="groups" data-after=latest>
                <div class="title">
                    {heading(text::SECURITY, visit.replay.is_none())}
                    <p>{text::SECURITY_TEXT}</p>
                </div>
                {flash_note(visit.flash)}
                {password_group(&visit)}
                {factors_group(&visit, &factors)}
                {passkeys}
                {sessions_group(&visit, sessions)}
                <p><a href=paths::ACTIVITY>{text::WHAT_HAPPENED}</a></p>
                {follow_events(latest)}
                {news()}
            </div>
        </Live>
    }
}
