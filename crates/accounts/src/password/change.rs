//! Another password for somebody who knows the one in force (operation ChangePassword).

use crate::Context;
use crate::account::events;
use crate::error::{CommonError, common_error};
use crate::password::rules::{self, NewPassword};
use crate::password::strength::OwnWords;
use crate::sessions::begin;
use crate::sign_in::confirmation::{self, PasswordAsked};
use crate::sign_in::failures::{self, Claim, failed_passwords};
use crate::sign_in::freshness::NotFresh;
use crate::sign_in::outcome::Proven;
use crate::sign_in::srp::verifiers;
use model::{ErrorCode, Event, FieldName, FormErrors, Password};
use nameplate_core::identity::{NewSession, Origin, SignedInBy, UserId, Viewer};
use store::{LockedAccount, retried, sessions, users};

/// What somebody enters who wants another password.
#[derive(Debug, Clone)]
pub struct PasswordChange {
    /// The one that the account has (`PreviousPassword`); empty where nobody has to enter it.
    pub current: Password,
    /// The one that takes its place (`ProposedPassword`).
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
    Fields(Vec<(FieldName, ErrorCode)>),
    /// It counts as a failed sign-in.
    #[error("that is not the current password")]
    WrongPassword,
    /// The account has none to enter, and the sign-in was a while ago.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(ChangePasswordError);

impl From<ChangePasswordError> for FormErrors {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::Fields(fields) => Self { form: None, fields },
            ChangePasswordError::WrongPassword => {
                Self::field(FieldName::CurrentPassword, ErrorCode::WrongPassword)
            }
            ChangePasswordError::NotFresh(stale) => stale.into(),
            ChangePasswordError::Common(common) => common.into(),
        }
    }
}

/// Sets another password for whoever knows the current one, or has just confirmed with a passkey that it is them
/// (operation ChangePassword). Every other
/// session ends; a browser goes on under a new id, an application with its tokens. Every proven contact
/// is told.
///
/// A wrong current password counts like a failed sign-in, and makes the next try wait like one: a browser
/// that was left open is no place to guess.
pub async fn change(
    ctx: &Context,
    viewer: &Viewer,
    form: PasswordChange,
    origin: &Origin,
) -> Result<PasswordChanged, ChangePasswordError> {
    let mut conn = ctx.store.read().await?;
    let user = users::by_id(&mut conn, viewer.user).await?.ok_or(CommonError::SignedOut)?;
    let own = OwnWords::of_user(&mut conn, &user).await?;
    let asked = confirmation::password_asked(&mut conn, ctx, viewer, &user).await?;
    drop(conn);
    let missing = asked == PasswordAsked::Yes && form.current.reveal().is_empty();
    let missing = missing.then_some((FieldName::CurrentPassword, ErrorCode::Missing));
    let wrong = rules::choice_faults(&ctx.settings, &form.password, form.confirmation.as_ref(), &own);
    let faults: Vec<_> = missing.into_iter().chain(wrong).collect();
    if !faults.is_empty() {
        return Err(ChangePasswordError::Fields(faults));
    }
    let failures = failed_passwords(ctx, &user, origin);
    match asked {
        PasswordAsked::Yes => {
            retried(|| failures::admit_sign_in(ctx, &failures, Claim::Proven, origin)).await??;
            if !ctx.passwords.verify(Some(&user.password_hash), &form.current).await?.matches {
                return refuse_change(ctx, user.id, origin).await;
            }
        }
        PasswordAsked::StoodFor => {}
        PasswordAsked::NotFresh => return Err(NotFresh.into()),
    }
    let hash = ctx.passwords.hash(&form.password, &*ctx.entropy).await?;
    let proven = Proven { user, rehashed: None, failures };
    let done = retried(|| finish_change(ctx, viewer, &proven, &hash, origin)).await?;
    verifiers::keep_verifiers(ctx, proven.user.id, &form.password, &hash).await;
    Ok(done)
}

async fn refuse_change(
    ctx: &Context,
    user: UserId,
    origin: &Origin,
) -> Result<PasswordChanged, ChangePasswordError> {
    let refusal = ChangePasswordError::WrongPassword.into();
    events::record_refusal(ctx, user, &Event::ChangePasswordFailure(refusal), origin).await?;
    Err(ChangePasswordError::WrongPassword)
}

async fn finish_change(
    ctx: &Context,
    viewer: &Viewer,
    proven: &Proven,
    hash: &str,
    origin: &Origin,
) -> Result<PasswordChanged, ChangePasswordError> {
    let user = proven.user.id;
    let mut tx = ctx.store.begin().await?;
    let locked = LockedAccount::lock(&mut tx, user).await?.ok_or(CommonError::SignedOut)?;
    if sessions::owner(&mut tx, viewer.session).await? != Some(user) {
        return Err(ChangePasswordError::Common(CommonError::SignedOut));
    }
    if proven.was_changed(locked.user()) {
        return Err(ChangePasswordError::WrongPassword);
    }
    proven.failures.clear(&mut tx).await?;
    let stays = (viewer.by == SignedInBy::Tokens).then_some(viewer.session);
    rules::set(&mut tx, ctx, &locked, NewPassword { hash, stays }, origin).await?;
    let session = match viewer.by {
        SignedInBy::Cookie => Some(begin::begin(&mut tx, ctx, user, &viewer.client, origin).await?),
        SignedInBy::Tokens => None,
    };
    let username = locked.into_account().username;
    let event = Event::ChangePassword { username: username.clone() };
    events::record(&mut tx, user, &event, ctx.now(), origin).await?;
    events::commit(ctx, tx, user).await?;
    Ok(PasswordChanged { username, session })
}

#[cfg(test)]
mod tests;
