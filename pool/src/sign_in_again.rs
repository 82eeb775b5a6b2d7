//! The password once more: what is dangerous asks for it when the sign-in is no longer fresh.

use crate::limits::{self, Wait};
use crate::passwords::HashingError;
use crate::sessions::{self, NewSession, Origin, SignedInBy, Viewer};
use crate::store::users::{self, User};
use crate::store::{StoreError, retried};
use crate::{Inner, Pool, Unavailable};
use model::{FieldName, Password, Refusal, Why};

/// The sign-in is too old for what somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sign-in is not fresh")]
pub struct NotFresh;

impl From<NotFresh> for Refusal {
    fn from(NotFresh: NotFresh) -> Self {
        Self::field(FieldName::CurrentPassword, Why::PasswordAgain)
    }
}

/// Refuses what is dangerous to somebody who signed in long ago: a browser may have been left open. An
/// application with a valid access token may go on, as with Cognito.
pub(crate) fn require_fresh(inner: &Inner, viewer: &Viewer) -> Result<(), NotFresh> {
    if is_fresh(inner, viewer) { Ok(()) } else { Err(NotFresh) }
}

fn is_fresh(inner: &Inner, viewer: &Viewer) -> bool {
    viewer.by == SignedInBy::Tokens
        || inner.clock.now().since(viewer.signed_in_at) < inner.settings.sessions.fresh
}

/// Why nobody was signed in again.
#[derive(Debug, thiserror::Error)]
pub enum SignInAgainError {
    #[error("that is not the password")]
    WrongPassword,
    #[error("too many failures; again in {seconds} s")]
    Wait { seconds: u32 },
    /// The session ended, or the account was deleted or disabled, meanwhile.
    #[error("nobody is signed in any more")]
    SignedOut,
    #[error("too many passwords wait to be hashed")]
    Busy,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<SignInAgainError> for Refusal {
    fn from(error: SignInAgainError) -> Self {
        match error {
            SignInAgainError::WrongPassword => Self::field(FieldName::CurrentPassword, Why::WrongPassword),
            SignInAgainError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            SignInAgainError::SignedOut => Self::form(Why::SignedOut),
            SignInAgainError::Busy => Self::form(Why::Busy),
            SignInAgainError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for SignInAgainError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for SignInAgainError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl From<HashingError> for SignInAgainError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Busy,
            failed @ HashingError::Failed(_) => Self::Unavailable(failed.into()),
        }
    }
}

impl Pool {
    /// Whether somebody signed in so lately that their password is not asked for once more.
    pub fn is_fresh(&self, viewer: &Viewer) -> bool {
        is_fresh(&self.inner, viewer)
    }

    /// Proves once more whose browser it is. It goes on under a new session, which is fresh; the old one
    /// ends, so a copy of its cookie gains nothing.
    ///
    /// A wrong password counts like a failed sign-in, and makes the next try wait like one.
    pub async fn sign_in_again(
        &self,
        viewer: &Viewer,
        password: &Password,
        origin: &Origin,
    ) -> Result<(NewSession, Viewer), SignInAgainError> {
        let (user, failures) = self.prove_again(viewer, password, origin).await?;
        retried(async || self.renew(viewer, &user, &failures, origin).await).await
    }

    /// The viewer's account, if that is its password, and what counts the failures.
    pub(crate) async fn prove_again(
        &self,
        viewer: &Viewer,
        password: &Password,
        origin: &Origin,
    ) -> Result<(User, limits::Key), SignInAgainError> {
        let inner = &*self.inner;
        let found = users::by_id(&mut inner.store.read().await?, viewer.user).await?;
        let user = found.ok_or(SignInAgainError::SignedOut)?;
        let failures = self.failed_passwords(&user, origin);
        retried(|| self.admit_sign_in(&failures, origin)).await??;
        if !inner.passwords.verify(Some(&user.password_hash), password).await?.matches {
            retried(|| self.note_failure(Some(&user), origin)).await?;
            return Err(SignInAgainError::WrongPassword);
        }
        Ok((user, failures))
    }

    async fn renew(
        &self,
        viewer: &Viewer,
        verified: &User,
        failures: &limits::Key,
        origin: &Origin,
    ) -> Result<(NewSession, Viewer), SignInAgainError> {
        let inner = &*self.inner;
        let mut tx = inner.store.begin().await?;
        let user = users::lock(&mut tx, viewer.user)
            .await?
            .filter(|user| !user.disabled)
            .ok_or(SignInAgainError::SignedOut)?;
        if !sessions::end(&mut tx, viewer.session).await? {
            return Err(SignInAgainError::SignedOut);
        }
        if user.password_hash != verified.password_hash {
            // It was changed while this one was being compared.
            return Err(SignInAgainError::WrongPassword);
        }
        limits::clear(&mut tx, failures).await?;
        let session = sessions::begin(&mut tx, inner, user.id, &viewer.client, origin).await?;
        self.commit(tx, user.id).await?;
        let viewer = Viewer { session: session.id(), signed_in_at: self.now(), ..viewer.clone() };
        Ok((session, viewer))
    }
}

#[cfg(test)]
mod tests;
