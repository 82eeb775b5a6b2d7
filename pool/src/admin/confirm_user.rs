//! Confirming an account whose code never arrived (operation AdminConfirmSignUp).

use super::create_user::claim;
use super::{can_sign_in, find, operator};
use crate::delivery::Contact;
use crate::store::{StoreError, attributes, retried, tickets, users};
use crate::{Pool, Unavailable, codes, events, sign_up_code};
use model::{Event, Refusal};

/// Why the account stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmUserError {
    #[error("there is no account called \"{0}\"")]
    Nobody(String),
    #[error("the account is confirmed already")]
    Confirmed,
    #[error("nobody could sign in to this account: people sign in here with a contact, so vouch for the one it was signed up with")]
    NoWayIn,
    /// The contact belongs to another account.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for ConfirmUserError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl Pool {
    /// Confirms an account that waits for its code, which is worth nothing from then on. The contact that the code went to
    /// counts as proven if the operator vouches for it.
    pub async fn confirm_user(&self, named: &str, verified: bool) -> Result<(), ConfirmUserError> {
        retried(|| self.try_to_confirm_user(named, verified)).await
    }

    async fn try_to_confirm_user(&self, named: &str, verified: bool) -> Result<(), ConfirmUserError> {
        let (inner, now) = (&*self.inner, self.now());
        let nobody = || ConfirmUserError::Nobody(named.to_owned());
        let mut tx = inner.store.begin().await?;
        let found = find(&mut tx, named).await?.ok_or_else(nobody)?;
        let user = users::lock(&mut tx, found.id).await?.ok_or_else(nobody)?;
        let code = sign_up_code::current(&mut tx, user.id).await?;
        if !users::confirm(&mut tx, user.id, now).await? {
            return Err(ConfirmUserError::Confirmed);
        }
        let mut proven = Vec::new();
        if let Some((_, target)) = code {
            codes::cancel(&mut tx, &target.slot(user.id)).await?;
            if verified {
                let contact = Contact { kind: target.kind, value: target.value };
                claim(&mut tx, user.id, &contact).await?.map_err(ConfirmUserError::Refused)?;
                attributes::set(&mut tx, user.id, contact.kind.attribute().into(), &contact.value).await?;
                proven.push(contact.kind);
            }
        }
        if !can_sign_in(&inner.settings, &proven) {
            return Err(ConfirmUserError::NoWayIn);
        }
        tickets::clear(&mut tx, user.id).await?;
        events::record(&mut tx, user.id, &Event::ConfirmSignUp { username: user.username }, now, &operator()).await?;
        self.commit(tx, user.id).await?;
        Ok(())
    }
}
