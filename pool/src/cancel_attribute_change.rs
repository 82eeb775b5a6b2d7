//! Giving up the change of a contact before its code is entered.

use crate::identifiers::ContactKind;
use crate::sessions::{Origin, UserId, Viewer};
use crate::store::{StoreError, retried, users};
use crate::{Pool, Unavailable, codes, contact_codes, events};
use model::{AttributeName, Event, Refusal, Why};

/// Why a change was not given up.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// The account was deleted meanwhile.
    #[error("the account is gone")]
    SignedOut,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<CancelError> for Refusal {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::SignedOut => Self::form(Why::SignedOut),
            CancelError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for CancelError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl Pool {
    /// Gives up the change of a contact: its code is worth nothing, its message is not sent if it still
    /// waits, and what is in force stays so.
    ///
    /// Where nothing waits this is done as well, and leaves no event: whoever presses the button twice, or in
    /// two tabs, gets what they wanted.
    ///
    /// # Errors
    /// The account is gone, or the store can't be written.
    pub async fn cancel_attribute_change(
        &self,
        viewer: &Viewer,
        attribute: &AttributeName,
        origin: &Origin,
    ) -> Result<(), CancelError> {
        let Some(kind) = contact_codes::contact_of(&self.inner.settings, viewer, attribute) else {
            return Ok(());
        };
        retried(|| self.give_up(viewer.user, kind, origin)).await
    }

    async fn give_up(&self, user: UserId, kind: ContactKind, origin: &Origin) -> Result<(), CancelError> {
        let mut tx = self.inner.store.begin().await?;
        users::lock(&mut tx, user).await?.ok_or(CancelError::SignedOut)?;
        if codes::cancel(&mut tx, &contact_codes::slot(user, kind)).await? {
            let event = Event::CancelUserAttributeUpdate { attribute: kind.attribute().into() };
            events::record(&mut tx, user, &event, self.now(), origin).await?;
            self.commit(tx, user).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
