//! Signing out of one browser.

use crate::sessions::{self, Origin, SessionId, SessionToken};
use crate::store::users;
use crate::{Pool, Unavailable, events};
use model::Event;

impl Pool {
    /// Ends the session, and answers whose it was (the username). A token that proves none is no error: whoever has it
    /// is signed out.
    pub async fn sign_out(&self, token: &SessionToken, origin: &Origin) -> Result<Option<String>, Unavailable> {
        let mut tx = self.inner.store.begin().await?;
        let Some(user) = sessions::end(&mut tx, SessionId(token.hash())).await? else { return Ok(None) };
        let username = users::by_id(&mut tx, user).await?.map(|user| user.username);
        if let Some(username) = username.clone() {
            events::record(&mut tx, user, &Event::SignOut { username }, self.now(), origin).await?;
        }
        self.commit(tx, user).await?;
        Ok(username)
    }
}
