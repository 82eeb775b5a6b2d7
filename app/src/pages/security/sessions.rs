//! `/security/sessions/…`: where somebody is signed in, and signing out there.

use crate::auth_events::{AccountData, FormEvent, SessionsData};
use crate::form::{Form, FormError, FormPost, FormState, refused, summary};
use crate::request::{Flash, PageRequest, RequestContext};
use crate::text::{self, Around};
use crate::times::clock_time;
use accounts::Timestamp;
use accounts::sessions::OpenSession;
use accounts::sessions::Others;
use leptos::prelude::*;
use model::paths;

const FORMS: [&str; 3] =
    [paths::SECURITY_SESSIONS_END, paths::SECURITY_SESSIONS_OTHERS, paths::SECURITY_SESSIONS_EVERYWHERE];

/// The live sessions, this one first, each with its button.
pub(super) fn sessions_group(request: &PageRequest, sessions: Vec<OpenSession>) -> impl IntoView + use<> {
    let now = request.site.pool.now();
    let refused = FORMS.map(|path| request.form(path)).into_iter().find(|state| !state.errors.is_empty());
    let others = (sessions.len() > 1).then(|| {
        view! {
            <Form action=paths::SECURITY_SESSIONS_OTHERS.to_owned() event=FormEvent::SignOutOthers rules=vec![]>
                {summary(&FormState::default())}
                <button class="button">{text::words().sign_out_others()}</button>
            </Form>
        }
    });
    view! {
        <section class="group" aria-labelledby="group-sessions">
            <header><h2 id="group-sessions">{text::words().signed_in_at()}</h2></header>
            {refused.map(|state| summary(&state))}
            <ul class="rows">{sessions.into_iter().map(|session| row(session, now)).collect_view()}</ul>
            <div class="actions">
                {others}
                <Form action=paths::SECURITY_SESSIONS_EVERYWHERE.to_owned() event=FormEvent::GlobalSignOut rules=vec![]>
                    {summary(&FormState::default())}
                    <button class="button danger">{text::words().sign_out_everywhere()}</button>
                </Form>
            </div>
        </section>
    }
}

fn row(session: OpenSession, now: Timestamp) -> impl IntoView {
    let device = text::device(session.device);
    let since = clock_time(session.signed_in_at, now);
    let active = if session.is_here {
        text::words().active_now().to_owned()
    } else {
        text::last_active(now.since(session.last_seen_at))
    };
    let Around { before, after } = text::session_facts(&active, &since);
    let here =
        session.is_here.then(|| view! { <span class="badge ok">{text::words().this_browser()}</span> });
    let end = (!session.is_here).then(|| {
        let words = format!(" {device}, {}", session.network);
        view! {
            <div class="actions">
                <Form action=paths::SECURITY_SESSIONS_END.to_owned() event=FormEvent::SignOutOthers rules=vec![]>
                    {summary(&FormState::default())}
                    <input type="hidden" name="session" value=session.name/>
                    <button class="button slim">{text::words().sign_out()}<span class="vh">{words}</span></button>
                </Form>
            </div>
        }
    });
    view! {
        <li>
            <div>
                <p class="value"><span>{device.clone()}</span>{here}</p>
                <p class="small soft">{before}<bdi>{session.network.clone()}</bdi>{after}</p>
            </div>
            {end}
        </li>
    }
}

/// Signs another browser out. One that is signed out already is signed out.
#[server(prefix = "", endpoint = "/security/sessions/end", protocol = FormPost)]
pub async fn end_session(#[server(default)] session: String) -> Result<SessionsData, FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    let sessions =
        accounts::sessions::sign_out_others(&context.pool, &viewer, Others::Named(&session), &context.origin)
            .await
            .map_err(refused)?;
    context.flash(Flash::SessionEnded);
    context.redirect(paths::SECURITY);
    Ok(SessionsData { username: viewer.username, sessions })
}

/// Signs all other browsers out.
#[server(prefix = "", endpoint = "/security/sessions/others", protocol = FormPost)]
pub async fn end_other_sessions() -> Result<SessionsData, FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    let sessions = accounts::sessions::sign_out_others(&context.pool, &viewer, Others::All, &context.origin)
        .await
        .map_err(refused)?;
    context.flash(Flash::OthersEnded);
    context.redirect(paths::SECURITY);
    Ok(SessionsData { username: viewer.username, sessions })
}

/// Signs every browser out, this one included (operation GlobalSignOut).
#[server(prefix = "", endpoint = "/security/sessions/everywhere", protocol = FormPost)]
pub async fn end_all_sessions() -> Result<Option<AccountData>, FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    let username = accounts::sessions::sign_out_everywhere(&context.pool, viewer.user, &context.origin)
        .await
        .map_err(refused)?;
    context.end_session();
    context.flash(Flash::SignedOutEverywhere);
    context.redirect(paths::SIGN_IN);
    Ok(username.map(|username| AccountData { username }))
}
