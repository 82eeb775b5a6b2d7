//! The password once more: what is dangerous asks for it when the sign-in is no longer fresh.

use crate::Context;
use crate::error::{CommonError, common_error};
use crate::sign_in::failures::{self, Claim};
use crate::sign_in::freshness::NotFresh;
use crate::sign_in::outcome::Proven;
use crate::sign_in::renewal::{self, Renewal};
use model::{ErrorCode, FieldName, FormErrors, Password};
use nameplate_core::identity::{NewSession, Origin, SessionProof, Viewer};
use store::{retried, users};

impl From<NotFresh> for FormErrors {
    fn from(NotFresh: NotFresh) -> Self {
        Self::field(FieldName::CurrentPassword, ErrorCode::PasswordAgain)
    }
}

/// Why nobody was signed in again.
#[derive(Debug, thiserror::Error)]
pub enum SignInAgainError {
    /// It counts as a failed sign-in.
    #[error("that is not the password")]
    WrongPassword,
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(SignInAgainError);

impl From<SignInAgainError> for FormErrors {
    fn from(error: SignInAgainError) -> Self {
        match error {
            SignInAgainError::WrongPassword => {
                Self::field(FieldName::CurrentPassword, ErrorCode::WrongPassword)
            }
            SignInAgainError::Common(common) => common.into(),
        }
    }
}

/// Proves once more whose browser it is. It goes on under a new session, which is fresh; the old one
/// ends, so a copy of its cookie gains nothing.
///
/// A wrong password counts like a failed sign-in, and makes the next try wait like one.
pub async fn reauthenticate(
    ctx: &Context,
    viewer: &Viewer,
    password: &Password,
    origin: &Origin,
) -> Result<(NewSession, Viewer), SignInAgainError> {
    let proven = prove_again(ctx, viewer, password, origin).await?;
    retried(|| renew(ctx, viewer, &proven, origin)).await
}

/// The viewer's account, if that is its password.
pub(crate) async fn prove_again(
    ctx: &Context,
    viewer: &Viewer,
    password: &Password,
    origin: &Origin,
) -> Result<Proven, SignInAgainError> {
    let found = users::by_id(&mut ctx.store.read().await?, viewer.user).await?;
    let user = found.ok_or(CommonError::SignedOut)?;
    let failures = failures::failed_passwords(ctx, &user, origin);
    retried(|| failures::admit_sign_in(ctx, &failures, Claim::Proven, origin)).await??;
    if !ctx.passwords.verify(Some(&user.password_hash), password).await?.matches {
        retried(|| failures::note_failure(ctx, &failures, Some(&user), origin)).await?;
        return Err(SignInAgainError::WrongPassword);
    }
    Ok(Proven { user, rehashed: None, failures })
}

async fn renew(
    ctx: &Context,
    viewer: &Viewer,
    proven: &Proven,
    origin: &Origin,
) -> Result<(NewSession, Viewer), SignInAgainError> {
    let mut tx = ctx.store.begin().await?;
    let locked = renewal::take(&mut tx, viewer).await?;
    if proven.was_changed(locked.user()) {
        return Err(SignInAgainError::WrongPassword);
    }
    proven.failures.clear(&mut tx).await?;
    let renewal = Renewal { viewer, proof: SessionProof::Password, origin };
    Ok(renewal::finish(tx, ctx, locked.user(), renewal).await?)
}

#[cfg(test)]
mod tests;
