//! A passkey that was added lately stays after a reset of the password: whoever passed the second step says so.

use crate::account::events;
use crate::error::{CommonError, common_error};
use crate::factors::step_up::{self, Asked, StepUp, StepUpError};
use crate::passkeys::questions::handle;
use crate::sign_in::freshness::{NotFresh, require_fresh};
use crate::{Context, limits};
use model::{ErrorCode, Event, FormErrors};
use nameplate_core::identity::{Origin, Viewer};
use store::{LockedAccount, passkeys, retried, sessions};

/// Why a reset still removes it.
#[derive(Debug, thiserror::Error)]
pub enum KeepPasskeyError {
    /// The password has to be entered once more.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// A second factor has to be proven first, or was not.
    #[error(transparent)]
    StepUp(#[from] StepUpError),
    /// The account has no second step to pass.
    #[error("there is no second factor")]
    NoFactor,
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(KeepPasskeyError);

impl From<KeepPasskeyError> for FormErrors {
    fn from(error: KeepPasskeyError) -> Self {
        match error {
            KeepPasskeyError::NotFresh(stale) => stale.into(),
            KeepPasskeyError::StepUp(error) => error.into(),
            KeepPasskeyError::NoFactor => Self::form(ErrorCode::NoSuchFactor),
            KeepPasskeyError::Common(common) => common.into(),
        }
    }
}

/// Keeps the passkey that pages call so, for whoever enters a code of the second factor or a recovery code. One
/// that is gone already is no error.
pub async fn keep_passkey(
    ctx: &Context,
    viewer: &Viewer,
    which: &str,
    typed: &str,
    origin: &Origin,
) -> Result<Option<String>, KeepPasskeyError> {
    require_fresh(ctx, viewer)?;
    let step = step_up::judge(ctx, viewer, Asked::Settled, typed, origin).await?;
    if !step.is_proven() {
        return Err(KeepPasskeyError::NoFactor);
    }
    let done = retried(|| vouch(ctx, viewer, which, &step, origin)).await;
    if let Err(KeepPasskeyError::StepUp(refused)) = &done {
        step_up::note(ctx, viewer, refused, origin).await?;
    }
    done
}

async fn vouch(
    ctx: &Context,
    viewer: &Viewer,
    which: &str,
    step: &StepUp,
    origin: &Origin,
) -> Result<Option<String>, KeepPasskeyError> {
    let user = viewer.user;
    let mut tx = ctx.store.begin().await?;
    let locked = LockedAccount::lock(&mut tx, user).await?.ok_or(CommonError::SignedOut)?;
    if sessions::owner(&mut tx, viewer.session).await? != Some(user) {
        return Err(KeepPasskeyError::Common(CommonError::SignedOut));
    }
    limits::count_change(&mut tx, ctx, user).await??;
    let all = passkeys::of_user(&mut tx, user).await?;
    let Some(passkey) = all.into_iter().find(|kept| handle(&kept.credential) == which) else {
        return Ok(None);
    };
    step.spend(&mut tx, ctx, &locked, origin).await?;
    passkeys::vouch(&mut tx, user, &passkey.credential).await?;
    let event = Event::KeepPasskey { passkey: passkey.name.clone() };
    events::record(&mut tx, user, &event, ctx.now(), origin).await?;
    events::commit(ctx, tx, user).await?;
    Ok(Some(passkey.name))
}
