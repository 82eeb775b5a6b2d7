//! One passkey less: a device was lost, or given away.

use super::handle;
use crate::delivery::{Message, queue_to_all};
use crate::limits::{self, Wait};
use crate::sessions::{self, Origin, Viewer};
use crate::sign_in_again::{NotFresh, require_fresh};
use crate::store::{StoreError, passkeys, profile, retried, users};
use crate::{Pool, Unavailable, events};
use model::{Event, Refusal, Why};

/// Why the passkey is still there.
#[derive(Debug, thiserror::Error)]
pub enum RemovePasskeyError {
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    #[error("too often; again in {seconds} s")]
    Wait { seconds: u32 },
    /// The session ended, or the account was deleted, meanwhile.
    #[error("nobody is signed in any more")]
    SignedOut,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<RemovePasskeyError> for Refusal {
    fn from(error: RemovePasskeyError) -> Self {
        match error {
            RemovePasskeyError::NotFresh(stale) => stale.into(),
            RemovePasskeyError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            RemovePasskeyError::SignedOut => Self::form(Why::SignedOut),
            RemovePasskeyError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for RemovePasskeyError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for RemovePasskeyError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl Pool {
    /// Removes the passkey that pages call so, and answers what its owner called it. Nobody signs in with it
    /// any more, and every proven contact is told. One that is gone already is no error.
    pub async fn remove_passkey(
        &self,
        viewer: &Viewer,
        which: &str,
        origin: &Origin,
    ) -> Result<Option<String>, RemovePasskeyError> {
        require_fresh(&self.inner, viewer)?;
        retried(|| self.take_away(viewer, which, origin)).await
    }

    async fn take_away(
        &self,
        viewer: &Viewer,
        which: &str,
        origin: &Origin,
    ) -> Result<Option<String>, RemovePasskeyError> {
        let (inner, user) = (&*self.inner, viewer.user);
        let mut tx = inner.store.begin().await?;
        users::lock(&mut tx, user).await?.ok_or(RemovePasskeyError::SignedOut)?;
        if sessions::owner(&mut tx, viewer.session).await? != Some(user) {
            return Err(RemovePasskeyError::SignedOut);
        }
        limits::count_change(&mut tx, inner, user).await??;
        let all = passkeys::of_user(&mut tx, user).await?;
        let Some(passkey) = all.into_iter().find(|kept| handle(&kept.credential) == which) else {
            return Ok(None);
        };
        passkeys::delete(&mut tx, user, &passkey.credential).await?;
        let account = profile::load(&mut tx, user).await?.ok_or(RemovePasskeyError::SignedOut)?;
        queue_to_all(
            &mut tx,
            inner,
            (user, &account),
            |to, asked| Message::PasskeyRemoved { to, asked },
            origin,
        )
        .await?;
        events::record(
            &mut tx,
            user,
            &Event::RemovePasskey { passkey: passkey.name.clone() },
            self.now(),
            origin,
        )
        .await?;
        self.commit(tx, user).await?;
        Ok(Some(passkey.name))
    }
}
