//! Signing out elsewhere: one browser, all others, or everywhere (operation GlobalSignOut).

use crate::list_sessions::name;
use crate::sessions::{self, Origin, SessionId, UserId, Viewer};
use crate::store::{StoreError, Tx, retried, users};
use crate::{Pool, Unavailable, events};
use model::Event;

/// Which of the sessions beside one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others<'a> {
    /// The one that pages call so.
    Named(&'a str),
    All,
}

impl Pool {
    /// Ends other sessions of the viewer's account, and answers how many. One that has ended already is no
    /// error: whoever had it is signed out. One's own is never among them.
    pub async fn sign_out_others(
        &self,
        viewer: &Viewer,
        which: Others<'_>,
        origin: &Origin,
    ) -> Result<u32, Unavailable> {
        Ok(retried(|| self.end_others(viewer, which, origin)).await?)
    }

    async fn end_others(
        &self,
        viewer: &Viewer,
        which: Others<'_>,
        origin: &Origin,
    ) -> Result<u32, StoreError> {
        let mut tx = self.inner.store.begin().await?;
        let Some(user) = users::lock(&mut tx, viewer.user).await? else { return Ok(0) };
        let mut all = sessions::of_user(&mut tx, viewer.user, self.alive()).await?;
        // An ended session ends no other one: its owner may have ended it because of who has it.
        if !all.contains(&viewer.session) {
            return Ok(0);
        }
        all.retain(|session| *session != viewer.session && is_meant(*session, which));
        let ended = end_each(&mut tx, &all).await?;
        if ended > 0 {
            let event = Event::SignOutOthers { username: user.username, sessions: ended };
            events::record(&mut tx, viewer.user, &event, self.now(), origin).await?;
            self.commit(tx, viewer.user).await?;
        }
        Ok(ended)
    }

    /// Ends every session of the account, the one that asks included (operation GlobalSignOut). Answers whose
    /// they were (the username), if there were any.
    pub async fn sign_out_everywhere(
        &self,
        user: UserId,
        origin: &Origin,
    ) -> Result<Option<String>, Unavailable> {
        Ok(retried(|| self.end_everywhere(user, origin)).await?)
    }

    async fn end_everywhere(&self, user: UserId, origin: &Origin) -> Result<Option<String>, StoreError> {
        let mut tx = self.inner.store.begin().await?;
        let Some(user) = users::lock(&mut tx, user).await? else { return Ok(None) };
        if sessions::end_all(&mut tx, user.id).await? == 0 {
            return Ok(None);
        }
        let event = Event::GlobalSignOut { username: user.username.clone() };
        events::record(&mut tx, user.id, &event, self.now(), origin).await?;
        self.commit(tx, user.id).await?;
        Ok(Some(user.username))
    }
}

fn is_meant(session: SessionId, which: Others<'_>) -> bool {
    match which {
        Others::All => true,
        Others::Named(wanted) => name(session) == wanted,
    }
}

async fn end_each(tx: &mut Tx, sessions: &[SessionId]) -> Result<u32, StoreError> {
    let mut ended = 0;
    for session in sessions {
        ended += u32::from(sessions::end(tx, *session).await?);
    }
    Ok(ended)
}

#[cfg(test)]
mod tests;
