//! Passwords that were wrong: counted before they are judged, and recorded.

use crate::Context;
use crate::account::events;
use crate::limits::rate::Wait;
use crate::limits::{self, Key, LimitName};
use crate::sign_in::outcome::SignInError;
use crate::sign_in::typed_name::TypedName;
use model::Event;
use nameplate_core::identity::{Origin, UserId};
use store::users::{self, User};
use store::{StoreError, retried};

/// Whoever has proven the password is told that the operator lets nobody in; the trail shows it as a
/// failure.
pub(crate) async fn refuse_disabled(
    ctx: &Context,
    proven: &User,
    origin: &Origin,
) -> Result<(), SignInError> {
    if !proven.disabled {
        return Ok(());
    }
    retried(|| note_failure(ctx, Some(proven), origin)).await?;
    Err(SignInError::Disabled)
}

/// How often a password was wrong for this name (in canonical form) from this network.
pub(crate) fn failed_sign_ins(ctx: &Context, name: &str, origin: &Origin) -> Key {
    limits::key(ctx, LimitName::SignInFailures, &[name, &origin.household().to_string()])
}

/// Counts a password that somebody is about to try; its own transaction, so that it stays counted.
pub(crate) async fn admit_sign_in(
    ctx: &Context,
    failures: &Key,
    origin: &Origin,
) -> Result<Result<(), Wait>, StoreError> {
    if origin.tally.is_paid() {
        return Ok(Ok(()));
    }
    let now = ctx.now();
    let mut tx = ctx.store.begin().await?;
    if let Err(wait) = limits::count_from_network(&mut tx, ctx, LimitName::SignIns, origin).await? {
        return Ok(Err(wait));
    }
    if let Err(wait) = limits::knock(&mut tx, failures, limits::backoff(&ctx.settings), now).await? {
        return Ok(Err(wait));
    }
    tx.commit().await?;
    origin.tally.count();
    Ok(Ok(()))
}

/// Writes for nobody what it writes for somebody, but for the line in the account's own trail.
pub(crate) async fn note_failure(
    ctx: &Context,
    user: Option<&User>,
    origin: &Origin,
) -> Result<(), StoreError> {
    let now = ctx.now();
    let network = limits::key(ctx, LimitName::FailedSignIns, &[&origin.household().to_string()]);
    let mut tx = ctx.store.begin().await?;
    // No account has the number of nobody.
    let user = users::lock(&mut tx, user.map_or(UserId(0), |user| user.id)).await?;
    limits::count_down(&mut tx, &network, LimitName::FailedSignIns.rate(&ctx.settings), now).await?;
    let Some(user) = user.filter(|user| user.confirmed) else { return tx.commit().await };
    events::record(&mut tx, user.id, &Event::SignInFailure { username: user.username }, now, origin).await?;
    events::commit(ctx, tx, user.id).await
}

/// How often a password was wrong for this account from this network: at sign-in by its username, or once
/// signed in.
pub(crate) fn failed_passwords(ctx: &Context, user: &User, origin: &Origin) -> Key {
    failed_sign_ins(ctx, &TypedName::read(ctx, &user.username).key(), origin)
}
