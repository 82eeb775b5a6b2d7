//! Passwords that were wrong: counted before they are judged, and recorded.

use crate::Context;
use crate::account::events;
use crate::limits::rate::Wait;
use crate::limits::{self, LimitName};
use crate::sign_in::failure_counters::FailureCounters;
use crate::sign_in::known_origins;
use crate::sign_in::outcome::SignInError;
use crate::sign_in::typed_name::TypedName;
use model::Event;
use nameplate_core::identifiers::Identifier;
use nameplate_core::identity::{Origin, UserId};
use store::users::{self, User};
use store::{StoreError, Tx, retried};

/// Whoever has proven the password is told that the operator lets nobody in; the trail shows it as a
/// failure.
pub(crate) async fn refuse_disabled(
    ctx: &Context,
    proven: &User,
    failures: &FailureCounters,
    origin: &Origin,
) -> Result<(), SignInError> {
    if !proven.disabled {
        return Ok(());
    }
    retried(|| note_failure(ctx, failures, Some(proven), origin)).await?;
    Err(SignInError::Disabled)
}

/// What somebody has shown by now who is about to try a password.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Claim<'a> {
    /// Only a name. `None`: it can't be anybody's.
    Name(Option<&'a Identifier>),
    /// Only the name of this account; that of nobody, where it has none.
    NameOf(UserId),
    /// A session, a passkey or the right code.
    Proven,
}

/// Counts a password that somebody is about to try; its own transaction, so that it stays counted.
pub(crate) async fn admit_sign_in(
    ctx: &Context,
    failures: &FailureCounters,
    claim: Claim<'_>,
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
    let here = limits::knock(&mut tx, &failures.network, limits::backoff(&ctx.settings), now).await?;
    let mut refused = here.err();
    if is_under_attack(&mut tx, ctx, failures).await? && !is_known(&mut tx, ctx, claim, origin).await? {
        let backoff = limits::backoff_with_none_free(&ctx.settings);
        let longer = limits::knock(&mut tx, &failures.site, backoff, now).await?.err();
        refused = refused.max(longer);
    }
    if let Some(wait) = refused {
        return Ok(Err(wait));
    }
    tx.commit().await?;
    origin.tally.count();
    Ok(Ok(()))
}

/// Whether there were so many failures of this name that none is free any more where nobody is known.
async fn is_under_attack(tx: &mut Tx, ctx: &Context, failures: &FailureCounters) -> Result<bool, StoreError> {
    let rate = LimitName::FailedSignInsOfName.rate(&ctx.settings);
    Ok(limits::left(tx, &failures.everywhere, rate, ctx.now()).await? == 0)
}

/// Whether the account knows the browser or the network. The statements are the same for nobody.
async fn is_known(tx: &mut Tx, ctx: &Context, claim: Claim<'_>, origin: &Origin) -> Result<bool, StoreError> {
    let user = match claim {
        Claim::Proven => return Ok(true),
        Claim::NameOf(user) => user,
        Claim::Name(None) => UserId(0),
        Claim::Name(Some(who)) => users::by_identifier(tx, who).await?.map_or(UserId(0), |user| user.id),
    };
    known_origins::is_known(tx, ctx, user, origin).await
}

/// Writes for nobody what it writes for somebody: a line in a trail that nobody is shown.
pub(crate) async fn note_failure(
    ctx: &Context,
    failures: &FailureCounters,
    user: Option<&User>,
    origin: &Origin,
) -> Result<(), StoreError> {
    let now = ctx.now();
    let network = limits::key(ctx, LimitName::FailedSignIns, &[&origin.household().to_string()]);
    let mut tx = ctx.store.begin().await?;
    let user = users::lock(&mut tx, user.map_or(UserId::NOBODY, |user| user.id)).await?;
    limits::count_down(&mut tx, &network, LimitName::FailedSignIns.rate(&ctx.settings), now).await?;
    let of_name = LimitName::FailedSignInsOfName.rate(&ctx.settings);
    limits::count_down(&mut tx, &failures.everywhere, of_name, now).await?;
    let (user, username) = match user.filter(|user| user.confirmed) {
        Some(user) => (user.id, user.username),
        None => (UserId::NOBODY, String::new()),
    };
    events::record(&mut tx, user, &Event::SignInFailure { username }, now, origin).await?;
    events::commit(ctx, tx, user).await
}

/// How often a password was wrong for this account from this network: at sign-in by its username, or once
/// signed in.
pub(crate) fn failed_passwords(ctx: &Context, user: &User, origin: &Origin) -> FailureCounters {
    FailureCounters::of(ctx, &TypedName::read(ctx, &user.username).key(), origin)
}

#[cfg(test)]
mod tests;
