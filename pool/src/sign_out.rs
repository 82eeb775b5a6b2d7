//! Signing out of one browser.

use crate::sessions::{self, Origin, SessionId, SessionToken};
use crate::store::{retried, users};
use crate::{Pool, Unavailable, events};
use model::Event;

impl Pool {
    /// Ends the session, and answers whose it was (the username). A token that proves none is no error:
    /// whoever has it is signed out.
    pub async fn sign_out(
        &self,
        token: &SessionToken,
        origin: &Origin,
    ) -> Result<Option<String>, Unavailable> {
        retried(|| self.end_session(SessionId(token.hash()), origin)).await
    }

    async fn end_session(&self, session: SessionId, origin: &Origin) -> Result<Option<String>, Unavailable> {
        let mut tx = self.inner.store.begin().await?;
        let Some(owner) = sessions::owner(&mut tx, session).await? else { return Ok(None) };
        let Some(user) = users::lock(&mut tx, owner).await? else { return Ok(None) };
        if !sessions::end(&mut tx, session).await? {
            return Ok(None);
        }
        events::record(
            &mut tx,
            user.id,
            &Event::SignOut { username: user.username.clone() },
            self.now(),
            origin,
        )
        .await?;
        self.commit(tx, user.id).await?;
        Ok(Some(user.username))
    }
}
