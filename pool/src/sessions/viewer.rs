//! Who holds a session, and what that shows of the account.

use super::{Alive, SessionId, SessionToken, SignedInBy, Viewer, seen};
use crate::clock::Timestamp;
use crate::profile::{Profile, UserInfo};
use crate::store::sessions::{self as table, Live};
use crate::store::{StoreError, profile, retried};
use crate::{Pool, Unavailable};
use std::time::Duration;

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

impl Pool {
    /// Who holds this token, if the session is alive: neither too old nor unused for too long. One read.
    pub async fn viewer(&self, token: &SessionToken) -> Result<Option<Viewer>, Unavailable> {
        self.viewer_of_session(SessionId(token.hash())).await
    }

    /// The same for the id of a session, which its tokens carry.
    pub(crate) async fn viewer_of_session(&self, session: SessionId) -> Result<Option<Viewer>, Unavailable> {
        let session = self.session(session).await?;
        self.used(session).await
    }

    /// The same with the account as it stands. One read.
    pub async fn viewer_with_profile(
        &self,
        token: &SessionToken,
    ) -> Result<Option<(Viewer, Profile)>, Unavailable> {
        let session = SessionId(token.hash());
        let found = profile::of_session(&mut self.inner.store.read().await?, session, self.alive()).await?;
        let Some((live, account)) = found else { return Ok(None) };
        let viewer = self.used(Some(Session::of(session, live))).await?;
        Ok(viewer.map(|viewer| {
            let profile = self.present(&viewer, account);
            (viewer, profile)
        }))
    }

    /// Of the account only what applications are told too (operation GetUser). One read, and a smaller one.
    pub async fn viewer_with_info(
        &self,
        token: &SessionToken,
    ) -> Result<Option<(Viewer, UserInfo)>, Unavailable> {
        self.session_with_info(SessionId(token.hash())).await
    }

    /// The same for the id of a session.
    pub(crate) async fn session_with_info(
        &self,
        session: SessionId,
    ) -> Result<Option<(Viewer, UserInfo)>, Unavailable> {
        let found =
            profile::info_of_session(&mut self.inner.store.read().await?, session, self.alive()).await?;
        let Some((live, account)) = found else { return Ok(None) };
        let viewer = self.used(Some(Session::of(session, live))).await?;
        Ok(viewer.map(|viewer| {
            let info = self.inform(&viewer, account);
            (viewer, info)
        }))
    }

    /// Whether the session is alive, without counting as a use of it: a page that nobody looks at asks too.
    pub async fn is_alive(&self, token: &SessionToken) -> Result<bool, Unavailable> {
        Ok(self.session(SessionId(token.hash())).await?.is_some())
    }

    pub(crate) fn alive(&self) -> Alive {
        let now = self.now();
        Alive { now, idle_since: now.minus(self.inner.settings.sessions.idle) }
    }

    async fn session(&self, session: SessionId) -> Result<Option<Session>, StoreError> {
        let alive = self.alive();
        let mut conn = self.inner.store.read().await?;
        Ok(table::live(&mut conn, session, alive).await?.map(|live| Session::of(session, live)))
    }

    /// Writes down that the session is used, if that was long ago.
    async fn used(&self, session: Option<Session>) -> Result<Option<Viewer>, Unavailable> {
        let Some(Session { viewer, last_seen }) = session else { return Ok(None) };
        let now = self.now();
        if now.since(last_seen) >= last_seen_step(self.inner.settings.sessions.idle) {
            self.write_last_seen(viewer.session, now).await;
        }
        Ok(Some(viewer))
    }

    /// A page is not refused because this can't be written.
    async fn write_last_seen(&self, session: SessionId, now: Timestamp) {
        let written = retried(async || {
            let mut tx = self.inner.store.begin().await?;
            seen(&mut tx, session, now).await?;
            tx.commit().await
        })
        .await;
        if let Err(error) = written {
            tracing::warn!(%error, "a session's last use was not written down");
        }
    }
}
