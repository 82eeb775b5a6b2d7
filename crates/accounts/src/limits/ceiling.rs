//! What this installation sends in an hour to strangers, all of them together, and to numbers that no account has
//! verified: the last line against somebody with many addresses.
//!
//! Each node takes a slice of what is left for the hour and spends it in memory, so that no row is written by
//! every request. What it hasn't spent when the hour ends, nobody has.

use crate::Context;
use crate::limits::counters::{key, within};
use crate::limits::names::LimitName;
use crate::limits::rate::{Full, HOUR};
use crate::limits::slices::Slice;
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use store::{StoreError, limits as table, retried};
use tokio::sync::Mutex;

/// A slice is this part of the whole.
const SLICES: u32 = 20;

/// Takes one message that strangers ask for from what the installation sends in an hour; in a transaction of its
/// own, where a new slice is needed. Whoever comes meanwhile waits for that slice.
pub(crate) async fn take_one(ctx: &Context, kind: ContactKind) -> Result<Result<(), Full>, StoreError> {
    let (name, mine) = of(ctx, kind);
    let now = ctx.clock.now();
    let mut slice = mine.lock().await;
    // After a clock was put back the hour isn't longer than one.
    let is_over = slice.until <= now || slice.until > now.plus(HOUR);
    if is_over || (slice.left == 0 && !slice.is_last) {
        *slice = another(ctx, name, now).await?;
    }
    if slice.left == 0 {
        return Ok(Err(Full { seconds: slice.until.seconds_from(now) }));
    }
    slice.left -= 1;
    Ok(Ok(()))
}

/// Takes the text message that verifies a number, where one of these contacts is a number: whoever asks, it
/// costs as much. Whether an account has verified it already doesn't matter here, or it would be told.
pub(crate) async fn take_text(ctx: &Context, contacts: &[Contact]) -> Result<Result<bool, Full>, StoreError> {
    if !contacts.iter().any(|contact| contact.kind == ContactKind::PhoneNumber) {
        return Ok(Ok(false));
    }
    Ok(take_one(ctx, ContactKind::PhoneNumber).await?.map(|()| true))
}

/// Gives back a text message that isn't sent after all.
pub(crate) async fn give_text_back(ctx: &Context) {
    give_back(ctx, ContactKind::PhoneNumber).await;
}

/// Gives back a message that isn't asked for after all: what is refused to one network is there for others.
pub(crate) async fn give_back(ctx: &Context, kind: ContactKind) {
    let mut slice = of(ctx, kind).1.lock().await;
    if slice.until > ctx.clock.now() {
        slice.left += 1;
    }
}

fn of(ctx: &Context, kind: ContactKind) -> (LimitName, &Mutex<Slice>) {
    match kind {
        ContactKind::Email => (LimitName::MailsForStrangers, &ctx.ceilings.mails),
        ContactKind::PhoneNumber => (LimitName::TextsForStrangers, &ctx.ceilings.texts),
    }
}

async fn another(ctx: &Context, name: LimitName, now: Timestamp) -> Result<Slice, StoreError> {
    let most = name.rate(&ctx.settings).times;
    let size = most.div_ceil(SLICES);
    let taken = retried(async || {
        let mut tx = ctx.store.begin().await?;
        let taken = table::bump_by(&mut tx, &key(ctx, name, &[]).0, size, within(HOUR, now)).await?;
        tx.commit().await.map(|()| taken)
    })
    .await?;
    let left = most.saturating_sub(taken.count.saturating_sub(size)).min(size);
    if left < size {
        tracing::error!(
            limit = ?name,
            an_hour = most,
            "strangers have asked for as many messages as this installation sends for them in an hour, or people have for text messages to new numbers"
        );
    }
    Ok(Slice { left, until: taken.since.plus(HOUR), is_last: left < size })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Services;
    use crate::testing::TestPool;
    use nameplate_core::settings::Settings;

    async fn pool(mails: u32) -> TestPool {
        let mut settings = Settings::default();
        settings.limits.mails_for_strangers_an_hour = mails;
        TestPool::with(settings).await
    }

    #[tokio::test]
    async fn take_one_beyond_the_ceiling_waits_until_its_hour_ends() {
        let pool = pool(25).await;
        for number in 0..25 {
            assert_eq!(take_one(&pool, ContactKind::Email).await.unwrap(), Ok(()), "{number}");
        }
        assert_eq!(take_one(&pool, ContactKind::Email).await.unwrap(), Err(Full { seconds: 3600 }));
        assert_eq!(take_one(&pool, ContactKind::PhoneNumber).await.unwrap(), Ok(()), "texts are apart");
        pool.wait(3600);
        assert_eq!(take_one(&pool, ContactKind::Email).await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn ceiling_between_two_nodes_is_shared() {
        let here = pool(40).await;
        let there = Context::from(Services { ceilings: std::sync::Arc::default(), ..Services::clone(&here) });
        let mut taken = 0;
        for _ in 0..40 {
            for node in [&here as &Context, &there] {
                taken += u32::from(take_one(node, ContactKind::Email).await.unwrap().is_ok());
            }
        }
        assert_eq!(taken, 40);
    }
}
