//! Second factors that somebody has lost, removed by the operator (operation AdminSetUserMFAPreference).

use super::{find, operator};
use crate::delivery::{Message, queue_to_all};
use crate::store::{StoreError, factors, profile, retried, users};
use crate::{Pool, Unavailable, events};
use model::Event;

/// Why the account stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ResetMfaError {
    #[error("there is no account called \"{0}\"")]
    Nobody(String),
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for ResetMfaError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl Pool {
    /// Removes every second factor of the account and its recovery codes: the password is all that sign-in asks for. Every
    /// proven contact is told. `false`: there was none.
    pub async fn reset_mfa(&self, named: &str) -> Result<bool, ResetMfaError> {
        retried(async || {
            let nobody = || ResetMfaError::Nobody(named.to_owned());
            let (inner, now) = (&*self.inner, self.now());
            let mut tx = inner.store.begin().await?;
            let found = find(&mut tx, named).await?.ok_or_else(nobody)?;
            let user = users::lock(&mut tx, found.id).await?.ok_or_else(nobody)?;
            let stored = factors::of_user(&mut tx, user.id).await?;
            if stored.is_empty() {
                return Ok(false);
            }
            factors::remove_all(&mut tx, user.id).await?;
            let account = profile::load(&mut tx, user.id).await?.ok_or_else(nobody)?;
            for factor in stored.iter().filter(|it| it.enabled).map(|it| it.factor) {
                let message = |to, asked| Message::SecondFactorOff { to, factor, asked };
                queue_to_all(&mut tx, inner, (user.id, &account), message, &operator()).await?;
            }
            events::record(&mut tx, user.id, &Event::AdminResetMfa { username: user.username }, now, &operator()).await?;
            self.commit(tx, user.id).await?;
            Ok(true)
        })
        .await
    }
}
