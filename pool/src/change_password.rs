//! Another password for somebody who knows the one in force (operation ChangePassword).

use crate::identifiers::Identifier;
use crate::limits::{self, Key, Wait};
use crate::passwords::HashingError;
use crate::sessions::{self, NewSession, Origin, SignedInBy, UserId, Viewer};
use crate::store::users::{self, User};
use crate::store::{StoreError, profile, retried};
use crate::{Pool, Unavailable, events, new_password};
use model::{Event, FieldName, Password, Refusal, Why};

/// What somebody enters who wants another password.
#[derive(Debug, Clone)]
pub struct PasswordChange {
    pub current: Password,
    pub password: Password,
    /// The new one once more, where people type it.
    pub confirmation: Option<Password>,
}

/// The account has another password, and whoever was signed in with the old one no longer is.
#[derive(Debug, Clone)]
pub struct PasswordChanged {
    /// As typed at sign-up; the `sub`, where people have no username.
    pub username: String,
    /// What the browser goes on with that the change came from. An application goes on with the tokens that
    /// it has.
    pub session: Option<NewSession>,
}

/// Why the password stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// What can be told without looking at the account, all of it.
    #[error("refused fields: {0:?}")]
    Fields(Vec<(FieldName, Why)>),
    #[error("that is not the current password")]
    WrongPassword,
    #[error("too many failures; again in {seconds} s")]
    Wait { seconds: u32 },
    /// The session ended, or the account was deleted, meanwhile.
    #[error("nobody is signed in any more")]
    SignedOut,
    #[error("too many passwords wait to be hashed")]
    Busy,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<ChangePasswordError> for Refusal {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::Fields(fields) => Self { form: None, fields },
            ChangePasswordError::WrongPassword => Self::field(FieldName::CurrentPassword, Why::WrongPassword),
            ChangePasswordError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            ChangePasswordError::SignedOut => Self::form(Why::SignedOut),
            ChangePasswordError::Busy => Self::form(Why::Busy),
            ChangePasswordError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for ChangePasswordError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for ChangePasswordError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl From<HashingError> for ChangePasswordError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Busy,
            failed @ HashingError::Failed(_) => Self::Unavailable(failed.into()),
        }
    }
}

impl Pool {
    /// Sets another password for whoever knows the current one (operation ChangePassword). Every other
    /// session ends; a browser goes on under a new id, an application with its tokens. Every proven contact
    /// is told.
    ///
    /// A wrong current password counts like a failed sign-in, and makes the next try wait like one: a browser
    /// that was left open is no place to guess.
    pub async fn change_password(
        &self,
        viewer: &Viewer,
        form: PasswordChange,
        origin: &Origin,
    ) -> Result<PasswordChanged, ChangePasswordError> {
        let inner = &*self.inner;
        let missing = form.current.reveal().is_empty().then_some((FieldName::CurrentPassword, Why::Missing));
        let wrong = new_password::faults(&inner.settings, &form.password, form.confirmation.as_ref());
        let faults: Vec<_> = missing.into_iter().chain(wrong).collect();
        if !faults.is_empty() {
            return Err(ChangePasswordError::Fields(faults));
        }
        let found = users::by_id(&mut inner.store.read().await?, viewer.user).await?;
        let user = found.ok_or(ChangePasswordError::SignedOut)?;
        let failures = self.failed_passwords(&user, origin);
        retried(|| self.admit_sign_in(&failures, origin)).await??;
        if !inner.passwords.verify(Some(&user.password_hash), &form.current).await?.matches {
            return self.refuse_change(user.id, origin).await;
        }
        let hash = inner.passwords.hash(&form.password, &*inner.entropy).await?;
        let done = retried(|| self.finish_change(viewer, (&user, &hash), &failures, origin)).await?;
        self.keep_verifiers(user.id, &form.password, &hash).await;
        Ok(done)
    }

    /// How often a password was wrong for this account from this network: at sign-in by its username, or once
    /// signed in.
    pub(crate) fn failed_passwords(&self, user: &User, origin: &Origin) -> Key {
        let who = Identifier::parse(&user.username, self.inner.settings.sign_in);
        self.failed_sign_ins(&who.map_or_else(|| user.username.clone(), |who| who.to_key()), origin)
    }

    async fn refuse_change(
        &self,
        user: UserId,
        origin: &Origin,
    ) -> Result<PasswordChanged, ChangePasswordError> {
        let refusal = ChangePasswordError::WrongPassword.into();
        self.record_refusal(user, &Event::ChangePasswordFailure(refusal), origin).await?;
        Err(ChangePasswordError::WrongPassword)
    }

    async fn finish_change(
        &self,
        viewer: &Viewer,
        (verified, hash): (&User, &str),
        failures: &Key,
        origin: &Origin,
    ) -> Result<PasswordChanged, ChangePasswordError> {
        let (inner, user) = (&*self.inner, verified.id);
        let mut tx = inner.store.begin().await?;
        let now = users::lock(&mut tx, user).await?.ok_or(ChangePasswordError::SignedOut)?;
        if sessions::owner(&mut tx, viewer.session).await? != Some(user) {
            return Err(ChangePasswordError::SignedOut);
        }
        if now.password_hash != verified.password_hash {
            // It was changed while this one was being compared.
            return Err(ChangePasswordError::WrongPassword);
        }
        let account = profile::load(&mut tx, user).await?.ok_or(ChangePasswordError::SignedOut)?;
        limits::clear(&mut tx, failures).await?;
        let stays = (viewer.by == SignedInBy::Tokens).then_some(viewer.session);
        new_password::set(&mut tx, inner, (user, &account), (hash, stays), origin).await?;
        let session = match viewer.by {
            SignedInBy::Cookie => Some(sessions::begin(&mut tx, inner, user, &viewer.client, origin).await?),
            SignedInBy::Tokens => None,
        };
        let event = Event::ChangePassword { username: account.username.clone() };
        events::record(&mut tx, user, &event, self.now(), origin).await?;
        self.commit(tx, user).await?;
        Ok(PasswordChanged { username: account.username, session })
    }
}

#[cfg(test)]
mod tests;
