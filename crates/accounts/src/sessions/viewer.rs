//! Who holds a session, and what that shows of the account.

use crate::attributes::profile::{Profile, UserInfo};
use crate::{Context, Unavailable, attributes};
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{SessionId, SessionToken, SignedInBy, Viewer};
use std::time::Duration;
use store::sessions::{Alive, Live, seen};
use store::{StoreError, profile, retried, sessions as table};

struct Session {
    viewer: Viewer,
    last_seen: Timestamp,
}

impl Session {
    fn of(session: SessionId, live: Live) -> Self {
        let viewer = Viewer {
            user: live.user,
            session,
            client: live.client,
            username: live.username,
            signed_in_at: live.signed_in_at,
            by: SignedInBy::Cookie,
        };
        Self { viewer, last_seen: live.last_seen }
    }
}

/// The last use is written down no more often than this, nor so seldom that the idle limit would strike
/// somebody active.
fn last_seen_step(idle: Duration) -> Duration {
    (idle / 4).min(Duration::from_secs(5 * 60))
}

/// Who holds this token, if the session is alive: neither too old nor unused for too long. One read.
pub async fn viewer(ctx: &Context, token: &SessionToken) -> Result<Option<Viewer>, Unavailable> {
    viewer_of_session(ctx, SessionId(token.hash())).await
}

/// The same for the id of a session, which its tokens carry.
pub(crate) async fn viewer_of_session(
    ctx: &Context,
    session: SessionId,
) -> Result<Option<Viewer>, Unavailable> {
    let session = session_of(ctx, session).await?;
    used(ctx, session).await
}

/// The same with the account as it stands. One read.
pub async fn viewer_with_profile(
    ctx: &Context,
    token: &SessionToken,
) -> Result<Option<(Viewer, Profile)>, Unavailable> {
    let session = SessionId(token.hash());
    let found = profile::of_session(&mut ctx.store.read().await?, session, alive(ctx)).await?;
    let Some((live, account)) = found else { return Ok(None) };
    let viewer = used(ctx, Some(Session::of(session, live))).await?;
    Ok(viewer.map(|viewer| {
        let profile = attributes::profile::profile_of(ctx, &viewer, account);
        (viewer, profile)
    }))
}

/// Of the account only what applications are told too (operation GetUser). One read, and a smaller one.
pub async fn viewer_with_info(
    ctx: &Context,
    token: &SessionToken,
) -> Result<Option<(Viewer, UserInfo)>, Unavailable> {
    session_with_info(ctx, SessionId(token.hash())).await
}

/// The same for the id of a session.
pub(crate) async fn session_with_info(
    ctx: &Context,
    session: SessionId,
) -> Result<Option<(Viewer, UserInfo)>, Unavailable> {
    let found = profile::info_of_session(&mut ctx.store.read().await?, session, alive(ctx)).await?;
    let Some((live, account)) = found else { return Ok(None) };
    let viewer = used(ctx, Some(Session::of(session, live))).await?;
    Ok(viewer.map(|viewer| {
        let info = attributes::profile::info_of(ctx, &viewer, account);
        (viewer, info)
    }))
}

/// Whether the session is alive, without counting as a use of it: a page that nobody looks at asks too.
pub async fn is_alive(ctx: &Context, token: &SessionToken) -> Result<bool, Unavailable> {
    Ok(session_of(ctx, SessionId(token.hash())).await?.is_some())
}

pub(crate) fn alive(ctx: &Context) -> Alive {
    let now = ctx.now();
    Alive { now, idle_since: now.minus(ctx.settings.sessions.idle) }
}

async fn session_of(ctx: &Context, session: SessionId) -> Result<Option<Session>, StoreError> {
    let alive = alive(ctx);
    let mut conn = ctx.store.read().await?;
    Ok(table::live(&mut conn, session, alive).await?.map(|live| Session::of(session, live)))
}

/// Writes down that the session is used, if that was long ago.
async fn used(ctx: &Context, session: Option<Session>) -> Result<Option<Viewer>, Unavailable> {
    let Some(Session { viewer, last_seen }) = session else { return Ok(None) };
    let now = ctx.now();
    if now.since(last_seen) >= last_seen_step(ctx.settings.sessions.idle) {
        write_last_seen(ctx, viewer.session, now).await;
    }
    Ok(Some(viewer))
}

/// A page is not refused because this can't be written.
async fn write_last_seen(ctx: &Context, session: SessionId, now: Timestamp) {
    let written = retried(async || {
        let mut tx = ctx.store.begin().await?;
        seen(&mut tx, session, now).await?;
        tx.commit().await
    })
    .await;
    if let Err(error) = written {
        tracing::warn!(%error, "a session's last use was not written down");
    }
}
