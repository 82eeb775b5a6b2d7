//! Leaving for good (operation DeleteUser).

use crate::delivery::{self, About, Asked, Contact, Message};
use crate::identifiers::{ContactKind, Identifier};
use crate::limits;
use crate::sessions::{self, Origin, UserId, Viewer};
use crate::sign_in_again::SignInAgainError;
use crate::store::profile::{self, Account};
use crate::store::users::{self, User};
use crate::store::{StoreError, Tx, retried};
use crate::{Inner, Pool, Unavailable};
use model::{FieldName, Password, Refusal, Why};

/// What somebody types who means it, in capitals or not.
pub const CONFIRMATION: &str = "delete";

/// What somebody enters who wants to leave.
#[derive(Debug, Clone)]
pub struct AccountDeletion {
    pub password: Password,
    /// [`CONFIRMATION`].
    pub confirmation: String,
}

/// Why the account is still there.
#[derive(Debug, thiserror::Error)]
pub enum DeleteAccountError {
    /// What can be told without looking at the account, all of it.
    #[error("refused fields: {0:?}")]
    Fields(Vec<(FieldName, Why)>),
    #[error(transparent)]
    Password(SignInAgainError),
    /// The session ended, or the account was deleted, meanwhile.
    #[error("nobody is signed in any more")]
    SignedOut,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<DeleteAccountError> for Refusal {
    fn from(error: DeleteAccountError) -> Self {
        match error {
            DeleteAccountError::Fields(fields) => Self { form: None, fields },
            DeleteAccountError::Password(error) => error.into(),
            DeleteAccountError::SignedOut => Self::form(Why::SignedOut),
            DeleteAccountError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for DeleteAccountError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl AccountDeletion {
    fn faults(&self) -> Vec<(FieldName, Why)> {
        let password =
            self.password.reveal().is_empty().then_some((FieldName::CurrentPassword, Why::Missing));
        let typed = self.confirmation.trim();
        let confirmation = match typed {
            "" => Some(Why::Missing),
            _ if typed.eq_ignore_ascii_case(CONFIRMATION) => None,
            _ => Some(Why::NotConfirmed),
        };
        password.into_iter().chain(confirmation.map(|why| (FieldName::Confirmation, why))).collect()
    }
}

impl Pool {
    /// Deletes the viewer's account, for whoever gives its password once more and says so in a word:
    /// everything that is kept of the person. Its username and contacts are free again, every session ends,
    /// and every proven contact is told.
    ///
    /// A wrong password counts like a failed sign-in, and makes the next try wait like one.
    pub async fn delete_account(
        &self,
        viewer: &Viewer,
        form: AccountDeletion,
        origin: &Origin,
    ) -> Result<(), DeleteAccountError> {
        let faults = form.faults();
        if !faults.is_empty() {
            return Err(DeleteAccountError::Fields(faults));
        }
        let (verified, _) =
            self.prove_again(viewer, &form.password, origin).await.map_err(DeleteAccountError::Password)?;
        retried(|| self.leave(viewer, &verified, origin)).await?;
        self.shred().await;
        Ok(())
    }

    async fn leave(
        &self,
        viewer: &Viewer,
        verified: &User,
        origin: &Origin,
    ) -> Result<(), DeleteAccountError> {
        let mut tx = self.inner.store.begin().await?;
        let user = users::lock(&mut tx, viewer.user).await?.ok_or(DeleteAccountError::SignedOut)?;
        if sessions::owner(&mut tx, viewer.session).await? != Some(user.id) {
            return Err(DeleteAccountError::SignedOut);
        }
        if user.password_hash != verified.password_hash {
            // It was changed while this one was being compared.
            return Err(DeleteAccountError::Password(SignInAgainError::WrongPassword));
        }
        self.remove_and_tell(tx, user.id, origin).await
    }

    /// The same for the holder of an access token, which is all that an application shows (operation
    /// DeleteUser).
    pub async fn delete_own_user(&self, viewer: &Viewer, origin: &Origin) -> Result<(), DeleteAccountError> {
        retried(async || {
            let mut tx = self.inner.store.begin().await?;
            let user = users::lock(&mut tx, viewer.user).await?.ok_or(DeleteAccountError::SignedOut)?;
            // The token's session may have ended since it was looked at.
            if sessions::owner(&mut tx, viewer.session).await? != Some(user.id) {
                return Err(DeleteAccountError::SignedOut);
            }
            self.remove_and_tell(tx, user.id, origin).await
        })
        .await?;
        self.shred().await;
        Ok(())
    }

    async fn remove_and_tell(
        &self,
        mut tx: Tx,
        user: UserId,
        origin: &Origin,
    ) -> Result<(), DeleteAccountError> {
        let account = profile::load(&mut tx, user).await?.ok_or(DeleteAccountError::SignedOut)?;
        self.remove(&mut tx, (user, &account), Some(origin)).await?;
        say_farewell(&mut tx, &self.inner, &account, origin).await?;
        self.commit(tx, user).await?;
        Ok(())
    }

    /// Removes everything of the account, and what waits to be sent to it.
    pub(crate) async fn remove(
        &self,
        tx: &mut Tx,
        (user, account): (UserId, &Account),
        here: Option<&Origin>,
    ) -> Result<(), StoreError> {
        self.forgive(tx, (user, account), here).await?;
        delivery::withdraw(tx, user).await?;
        users::delete(tx, user).await
    }

    /// Forgets how often passwords were wrong for what the account is called, here and wherever somebody is
    /// signed in to it: as after a right password. Elsewhere it stays for its day, or a stranger who keeps
    /// guessing would see that there was an account and that it is gone.
    async fn forgive(
        &self,
        tx: &mut Tx,
        (user, account): (UserId, &Account),
        here: Option<&Origin>,
    ) -> Result<(), StoreError> {
        let options = self.inner.settings.sign_in;
        let proven = [ContactKind::Email, ContactKind::PhoneNumber]
            .into_iter()
            .filter_map(|kind| account.proven_contact(kind));
        let names: Vec<_> = proven
            .chain([account.username.as_str()])
            .filter_map(|name| Identifier::parse(name, options))
            .collect();
        let networks = sessions::networks(tx, user).await?;
        for network in networks.into_iter().chain(here.map(|it| it.network)) {
            let there = Origin::new(network, "");
            for name in &names {
                limits::clear(tx, &self.failed_sign_ins(&name.to_key(), &there)).await?;
            }
        }
        Ok(())
    }
}

async fn say_farewell(
    tx: &mut Tx,
    inner: &Inner,
    account: &Account,
    origin: &Origin,
) -> Result<(), StoreError> {
    let asked = Asked::new(account.chosen_username(), inner.clock.now(), origin);
    for kind in [ContactKind::Email, ContactKind::PhoneNumber] {
        if let Some(value) = account.proven_contact(kind) {
            let to = Contact { kind, value: value.to_owned() };
            delivery::queue(
                tx,
                inner,
                &Message::AccountDeleted { to, asked: asked.clone() },
                About::Farewell,
            )
            .await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
