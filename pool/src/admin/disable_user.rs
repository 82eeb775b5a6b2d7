//! Shutting an account, and opening it again (operations AdminDisableUser, AdminEnableUser).

use super::{find, operator};
use crate::store::{StoreError, retried, users};
use crate::{Pool, Unavailable, events, sessions};
use model::Event;

/// Why the account stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum DisableUserError {
    #[error("there is no account called \"{0}\"")]
    Nobody(String),
    /// It reserves nothing: whoever signs up by the same name gets it anew.
    #[error("the account was never confirmed, so nobody can sign in to it; to be rid of it, delete it")]
    Unconfirmed,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for DisableUserError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl Pool {
    /// Lets nobody sign in to the account, and ends its sessions at once. `false`: it was disabled before.
    pub async fn disable_user(&self, named: &str) -> Result<bool, DisableUserError> {
        retried(|| self.set_standing(named, true)).await
    }

    /// Lets people sign in to the account again. `false`: they could before.
    pub async fn enable_user(&self, named: &str) -> Result<bool, DisableUserError> {
        retried(|| self.set_standing(named, false)).await
    }

    async fn set_standing(&self, named: &str, disabled: bool) -> Result<bool, DisableUserError> {
        let now = self.now();
        let nobody = || DisableUserError::Nobody(named.to_owned());
        let mut tx = self.inner.store.begin().await?;
        let found = find(&mut tx, named).await?.ok_or_else(nobody)?;
        // From here on no sign-in begins a session: it takes this row first, and looks.
        let user = users::lock(&mut tx, found.id).await?.ok_or_else(nobody)?;
        if !user.confirmed {
            return Err(DisableUserError::Unconfirmed);
        }
        if user.disabled == disabled {
            return Ok(false);
        }
        users::set_disabled(&mut tx, user.id, disabled.then_some(now)).await?;
        let username = user.username;
        let event = match disabled {
            true => Event::AdminDisableUser { username },
            false => Event::AdminEnableUser { username },
        };
        if disabled {
            sessions::end_all(&mut tx, user.id).await?;
        }
        events::record(&mut tx, user.id, &event, now, &operator()).await?;
        self.commit(tx, user.id).await?;
        Ok(true)
    }
}
