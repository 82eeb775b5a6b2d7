//! What goes with the session that begins, or is asked for instead.

use crate::Context;
use crate::account::events;
use crate::limits::{self, Key};
use crate::sign_in::outcome::{Asked, Proven, SignInError};
use crate::sign_in::second_factor::challenge::{self, Door};
use crate::sign_in::{known_origins, new_password};
use model::Event;
use nameplate_core::client::ClientId;
use nameplate_core::identity::Origin;
use store::users::{self, User};
use store::{LockedAccount, Tx};

/// How far a sign-in got whose password was right.
pub(crate) enum Admission {
    /// Its session begins now.
    Admitted(LockedAccount),
    /// This is asked for before it does.
    Asked(Asked),
}

/// What goes with the session that begins now, whatever proves that; or what is asked for instead.
pub(crate) async fn admit(
    ctx: &Context,
    tx: &mut Tx,
    (proven, failures): (&Proven, &Key),
    whence: (&ClientId, Door),
    origin: &Origin,
) -> Result<Admission, SignInError> {
    let Proven { user, rehashed } = proven;
    let locked = still_holds(ctx, tx, user).await?;
    limits::clear(tx, failures).await?;
    if let Some(hash) = rehashed {
        users::rehash(tx, user.id, &user.password_hash, hash).await?;
    }
    let hash = rehashed.as_ref().unwrap_or(&user.password_hash);
    if let Some(challenge) = challenge::demand(tx, ctx, (&locked, hash), whence, origin).await? {
        return Ok(Admission::Asked(Asked::SecondFactor(challenge)));
    }
    if let Some(asked) = new_password::demand(tx, ctx, (&locked, hash), whence.0).await? {
        return Ok(Admission::Asked(Asked::NewPassword(asked)));
    }
    let event = Event::SignIn { username: user.username.clone() };
    events::record(tx, user.id, &event, ctx.now(), origin).await?;
    known_origins::note(tx, ctx, user.id, origin).await?;
    Ok(Admission::Admitted(locked))
}

/// The password may have been changed, or the account disabled, while this one was being compared.
pub(crate) async fn still_holds(
    _ctx: &Context,
    tx: &mut Tx,
    proven: &User,
) -> Result<LockedAccount, SignInError> {
    match LockedAccount::lock(tx, proven.id).await? {
        Some(now) if now.user().disabled => Err(SignInError::Disabled),
        Some(now) if now.user().password_hash == proven.password_hash => Ok(now),
        _ => Err(SignInError::WrongCredentials),
    }
}
