//! Second factors after the password was reset: the code that did it satisfies none of them.
//!
//! Whoever reads the codes for a new password reads those of a second factor that are sent to the same contact.
//! They don't count until somebody has signed in with another factor, a recovery code or a passkey. Where there
//! is no other factor they count again after a while, of which every verified contact is told.

use crate::Context;
use crate::account::events;
use crate::factors::second_factors::{Usable, usable};
use delivery::{Message, queue_to_all};
use model::Event;
use nameplate_core::clock::{SKEW, Timestamp};
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::Origin;
use std::time::Duration;
use store::factors::{self, Stored};
use store::passkeys::Kept;
use store::profile::Account;
use store::resets::{self, Resets};
use store::users::User;
use store::{LockedAccount, StoreError, Tx, passkeys};

/// So long after the wait a further reset goes on to be one of the same row: whoever resets again and again
/// doesn't keep others waiting.
const REMEMBERED: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// A passkey that is newer may be that of whom the reset is against.
const RECENT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The second factors that can be asked for as things are.
pub(crate) struct Counting {
    pub(crate) usable: Vec<Usable>,
    /// There are factors, and none of them counts before then.
    pub(crate) possible_at: Option<Timestamp>,
}

/// The factors that count for a sign-in whose password was right.
pub(crate) fn counting(ctx: &Context, user: &User, account: &Account, stored: &[Stored]) -> Counting {
    counting_after(ctx, &user.resets, usable(&ctx.settings, account, stored))
}

fn counting_after(ctx: &Context, resets: &Resets, usable: Vec<Usable>) -> Counting {
    let Some(reset) = resets.latest().filter(|_| !usable.is_empty()) else {
        return Counting { usable, possible_at: None };
    };
    let is_elsewhere = |it: &Usable| it.contact.as_ref().is_none_or(|contact| contact.kind != reset.kind);
    if usable.iter().any(is_elsewhere) {
        return Counting { usable: usable.into_iter().filter(is_elsewhere).collect(), possible_at: None };
    }
    let now = ctx.now();
    let until = reset.since.min(now).plus(ctx.settings.codes.factors_after_reset);
    // One that is still to come is of a clock that was wrong, and would have no end before its time.
    if until > now && reset.since <= now.plus(SKEW) {
        Counting { usable: Vec::new(), possible_at: Some(until) }
    } else {
        Counting { usable, possible_at: None }
    }
}

/// Notes that a code to this contact has just set the account's password.
pub(crate) async fn note(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    kind: ContactKind,
    origin: &Origin,
) -> Result<(), StoreError> {
    let stored = factors::of_user(tx, locked.id()).await?;
    if !stored.iter().any(|it| it.enabled) {
        return Ok(());
    }
    let now = ctx.now();
    let forgotten = now.minus(ctx.settings.codes.factors_after_reset + REMEMBERED);
    let resets = locked.user().resets.with(kind, now, forgotten);
    resets::set(tx, locked.id(), &resets).await?;
    let counting = counting_after(ctx, &resets, usable(&ctx.settings, locked.account(), &stored));
    if let Some(until) = counting.possible_at {
        let message = |to, asked| Message::SignInPaused { to, until, asked };
        queue_to_all(tx, &ctx.delivery, locked, message, origin).await?;
    }
    Ok(())
}

/// Somebody has signed in with all that was asked for: the factors count as before.
pub(crate) async fn end(tx: &mut Tx, user: &User) -> Result<(), StoreError> {
    if user.resets.is_empty() {
        return Ok(());
    }
    resets::set(tx, user.id, &Resets::default()).await
}

/// Whether a reset removes this passkey as things are.
pub(crate) fn goes_with_reset(ctx: &Context, passkey: &Kept) -> bool {
    !passkey.vouched && passkey.created_at > ctx.now().minus(RECENT)
}

/// Removes the passkeys that were added lately by somebody who had not passed the second step.
pub(crate) async fn remove_recent_passkeys(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    origin: &Origin,
) -> Result<(), StoreError> {
    let (user, now) = (locked.id(), ctx.now());
    let all = passkeys::of_user(tx, user).await?;
    for passkey in all.into_iter().filter(|it| goes_with_reset(ctx, it)) {
        passkeys::delete(tx, user, &passkey.credential).await?;
        let message = |to, asked| Message::PasskeyRemoved { to, asked };
        queue_to_all(tx, &ctx.delivery, locked, message, origin).await?;
        events::record(tx, user, &Event::RemovePasskey { passkey: passkey.name }, now, origin).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
