//! One passkey less: a device was lost, or given away.

use crate::account::events;
use crate::error::{CommonError, common_error};
use crate::passkeys::questions::handle;
use crate::sign_in::freshness::{NotFresh, require_fresh};
use crate::{Context, limits};
use delivery::{Message, queue_to_all};
use model::{Event, FormErrors};
use nameplate_core::identity::{Origin, Viewer};
use store::{LockedAccount, passkeys, retried, sessions};

/// Why the passkey is still there.
#[derive(Debug, thiserror::Error)]
pub enum RemovePasskeyError {
    /// The password has to be entered once more.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(RemovePasskeyError);

impl From<RemovePasskeyError> for FormErrors {
    fn from(error: RemovePasskeyError) -> Self {
        match error {
            RemovePasskeyError::NotFresh(stale) => stale.into(),
            RemovePasskeyError::Common(common) => common.into(),
        }
    }
}

/// Removes the passkey that pages call so, and answers what its owner called it. Nobody signs in with it
/// any more, and every proven contact is told. One that is gone already is no error.
pub async fn remove_passkey(
    ctx: &Context,
    viewer: &Viewer,
    which: &str,
    origin: &Origin,
) -> Result<Option<String>, RemovePasskeyError> {
    require_fresh(ctx, viewer)?;
    retried(|| take_away(ctx, viewer, which, origin)).await
}

async fn take_away(
    ctx: &Context,
    viewer: &Viewer,
    which: &str,
    origin: &Origin,
) -> Result<Option<String>, RemovePasskeyError> {
    let user = viewer.user;
    let mut tx = ctx.store.begin().await?;
    let locked = LockedAccount::lock(&mut tx, user).await?.ok_or(CommonError::SignedOut)?;
    if sessions::owner(&mut tx, viewer.session).await? != Some(user) {
        return Err(RemovePasskeyError::Common(CommonError::SignedOut));
    }
    limits::count_change(&mut tx, ctx, user).await??;
    let all = passkeys::of_user(&mut tx, user).await?;
    let Some(passkey) = all.into_iter().find(|kept| handle(&kept.credential) == which) else {
        return Ok(None);
    };
    passkeys::delete(&mut tx, user, &passkey.credential).await?;
    queue_to_all(&mut tx, &ctx.delivery, &locked, |to, asked| Message::PasskeyRemoved { to, asked }, origin)
        .await?;
    events::record(&mut tx, user, &Event::RemovePasskey { passkey: passkey.name.clone() }, ctx.now(), origin)
        .await?;
    events::commit(ctx, tx, user).await?;
    Ok(Some(passkey.name))
}
