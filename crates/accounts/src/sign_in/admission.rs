//! What goes with the session that begins, or is asked for instead.

use crate::Context;
use crate::account::events;
use crate::factors::after_reset;
use crate::sign_in::outcome::{Asked, Proven, SignInError};
use crate::sign_in::second_factor::challenge::{self, SignInRequest};
use crate::sign_in::{known_origins, new_password};
use model::Event;
use store::{LockedAccount, PasswordFingerprint, Tx, users};

/// How far a sign-in got whose password was right.
pub(crate) enum Admission {
    /// Its session begins now.
    Admitted(Box<LockedAccount>),
    /// This is asked for before it does.
    Asked(Asked),
}

/// What goes with the session that begins now, whatever proves that; or what is asked for instead.
pub(crate) async fn admit(
    ctx: &Context,
    tx: &mut Tx,
    proven: &Proven,
    request: SignInRequest<'_>,
) -> Result<Admission, SignInError> {
    let user = &proven.user;
    let locked = still_holds(tx, proven).await?;
    proven.failures.clear(tx).await?;
    if let Some(hash) = &proven.rehashed {
        users::rehash(tx, user.id, &user.password_hash, hash).await?;
    }
    let password = PasswordFingerprint::of(proven.hash());
    if let Some(challenge) = challenge::demand(tx, ctx, &locked, &password, request).await? {
        return Ok(Admission::Asked(Asked::SecondFactor(challenge)));
    }
    if let Some(asked) = new_password::demand(tx, ctx, &locked, &password, request.client).await? {
        return Ok(Admission::Asked(Asked::NewPassword(asked)));
    }
    after_reset::end(tx, locked.user()).await?;
    let event = Event::SignIn { username: user.username.clone() };
    events::record(tx, user.id, &event, ctx.now(), request.origin).await?;
    known_origins::note(tx, ctx, user.id, request.origin).await?;
    Ok(Admission::Admitted(Box::new(locked)))
}

/// The password may have been changed, or the account disabled, while this one was being compared.
async fn still_holds(tx: &mut Tx, proven: &Proven) -> Result<LockedAccount, SignInError> {
    match LockedAccount::lock(tx, proven.user.id).await? {
        Some(now) if now.user().disabled => Err(SignInError::Disabled),
        Some(now) if proven.was_changed(now.user()) => Err(SignInError::WrongCredentials),
        Some(now) => Ok(now),
        None => Err(SignInError::WrongCredentials),
    }
}
