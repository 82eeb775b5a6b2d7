//! The same person goes on under a new session, which is fresh.

use crate::Context;
use crate::account::events;
use crate::error::CommonError;
use crate::sessions::begin;
use nameplate_core::identity::{NewSession, Origin, SessionProof, Viewer};
use store::users::User;
use store::{LockedAccount, Tx, sessions};

/// The viewer's account, taken for this transaction. Their session ends, so a copy of its cookie gains nothing.
pub(crate) async fn take(tx: &mut Tx, viewer: &Viewer) -> Result<LockedAccount, CommonError> {
    let locked = LockedAccount::lock(tx, viewer.user).await?;
    let locked = locked.filter(|it| !it.user().disabled).ok_or(CommonError::SignedOut)?;
    if sessions::end(tx, viewer.session).await? { Ok(locked) } else { Err(CommonError::SignedOut) }
}

/// Who goes on, and what proved that it is them.
#[derive(Clone, Copy)]
pub(crate) struct Renewal<'a> {
    pub(crate) viewer: &'a Viewer,
    pub(crate) proof: SessionProof,
    pub(crate) origin: &'a Origin,
}

/// Begins the new session, and ends the transaction.
pub(crate) async fn finish(
    mut tx: Tx,
    ctx: &Context,
    user: &User,
    renewal: Renewal<'_>,
) -> Result<(NewSession, Viewer), CommonError> {
    let Renewal { viewer, proof, origin } = renewal;
    let session = begin::begin(&mut tx, ctx, user.id, &viewer.client, origin).await?;
    if proof != SessionProof::Password {
        sessions::set_proof(&mut tx, session.id(), proof).await?;
    }
    events::commit(ctx, tx, user.id).await?;
    let viewer = Viewer { session: session.id(), signed_in_at: ctx.now(), ..viewer.clone() };
    Ok((session, viewer))
}
