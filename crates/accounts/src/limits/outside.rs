//! Messages that are outside of the [ceilings](super::ceiling): those of known people, second steps and
//! administrators, and text messages to verified numbers. None is refused; from ten times the ceiling in an hour
//! there is a line in the log.
//!
//! Nodes count in shares, so that no row is written for every message. What they haven't used of them counts too.

use crate::Context;
use crate::limits::counters::{key, within};
use crate::limits::names::LimitName;
use crate::limits::rate::HOUR;
use crate::limits::slices::Share;
use nameplate_core::clock::Timestamp;
use nameplate_core::identifiers::ContactKind;
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::{StoreError, Tx, limits as table, retried};

/// The largest share is this part of the whole.
const SHARES: u32 = 20;

/// Counts one message, in the transaction that queues it.
pub(crate) async fn count(tx: &mut Tx, ctx: &Context, kind: ContactKind) -> Result<(), StoreError> {
    if !use_one(ctx, kind) {
        take_share(tx, ctx, kind).await?;
    }
    Ok(())
}

/// The same in a transaction of its own, where one is needed.
pub(crate) async fn count_apart(ctx: &Context, kind: ContactKind) -> Result<(), StoreError> {
    if use_one(ctx, kind) {
        return Ok(());
    }
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        take_share(&mut tx, ctx, kind).await?;
        tx.commit().await
    })
    .await
}

const fn name(kind: ContactKind) -> LimitName {
    match kind {
        ContactKind::Email => LimitName::MailsForOthers,
        ContactKind::PhoneNumber => LimitName::TextsForOthers,
    }
}

fn share(ctx: &Context, kind: ContactKind) -> MutexGuard<'_, Share> {
    let share: &Mutex<Share> = match kind {
        ContactKind::Email => &ctx.ceilings.other_mails,
        ContactKind::PhoneNumber => &ctx.ceilings.other_texts,
    };
    share.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_current(share: &Share, now: Timestamp) -> bool {
    // After a clock was put back the hour isn't longer than one.
    share.until > now && share.until <= now.plus(HOUR)
}

/// Whether there was one left.
fn use_one(ctx: &Context, kind: ContactKind) -> bool {
    let mut share = share(ctx, kind);
    let is_there = is_current(&share, ctx.now()) && share.left > 0;
    share.left -= u32::from(is_there);
    is_there
}

/// Takes another share, and uses one of it. Meanwhile nobody waits: others take theirs.
async fn take_share(tx: &mut Tx, ctx: &Context, kind: ContactKind) -> Result<(), StoreError> {
    let (name, now) = (name(kind), ctx.now());
    let most = name.rate(&ctx.settings).times;
    let size = share(ctx, kind).size.saturating_mul(2).clamp(1, most.div_ceil(SHARES));
    let taken = table::bump_by(tx, &key(ctx, name, &[]).0, size, within(HOUR, now)).await?;
    if taken.count >= most && taken.count - size < most {
        tracing::error!(
            limit = ?name,
            an_hour = most,
            "ten times as many messages were asked for as this installation sends for strangers in an hour: by known people, second steps and administrators, or to verified numbers"
        );
    }
    let until = taken.since.plus(HOUR);
    let mut share = share(ctx, kind);
    let left = if share.until == until { share.left } else { 0 };
    *share = Share { left: left + size - 1, until, size };
    Ok(())
}

#[cfg(test)]
mod tests;
