//! Counters that bound what one account, address or network may ask for. They are in the store, so that
//! restarts don't forget them and several nodes share them.
//!
//! A counter is called by a digest: what strangers type is not kept. (A new key begins new counters.)

use crate::Context;
use crate::limits::names::LimitName;
use crate::limits::rate::{Backoff, DAY, HOUR, Rate, Wait};
use nameplate_core::clock::{SKEW, Timestamp};
use nameplate_core::identity::UserId;
use nameplate_core::keys::Purpose;
use std::time::Duration;
use store::limits::{Counter, Window};
use store::profile::Part;
use store::{Conn, LockedAccount, StoreError, Tx, limits as table};

/// What a counter is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key(pub(crate) Vec<u8>);

/// The counter of this limit for somebody or something.
pub(crate) fn key(ctx: &Context, name: LimitName, of: &[&str]) -> Key {
    let of: Vec<&[u8]> = of.iter().map(|part| part.as_bytes()).collect();
    key_of(ctx, name, &of)
}

/// The same for what needn't be a text.
pub(crate) fn key_of(ctx: &Context, name: LimitName, of: &[&[u8]]) -> Key {
    let parts: Vec<&[u8]> = std::iter::once(name.label().as_bytes()).chain(of.iter().copied()).collect();
    Key(ctx.keys.digest(Purpose::Limits, &parts).to_vec())
}

fn admits(counter: &Counter, rate: Rate, now: Timestamp) -> Result<(), Wait> {
    if counter.count <= rate.times {
        Ok(())
    } else {
        Err(Wait { seconds: counter.since.plus(rate.per).seconds_from(now) })
    }
}

/// What began no longer ago than this counts together.
pub(super) fn within(per: Duration, now: Timestamp) -> Window {
    Window { from: now.minus(per), now, ahead: now.plus(SKEW) }
}

/// Counts one more within the time. After a [`Wait`] drop the transaction: a refusal is not counted.
pub(crate) async fn count(
    tx: &mut Tx,
    key: &Key,
    rate: Rate,
    now: Timestamp,
) -> Result<Result<(), Wait>, StoreError> {
    Ok(admits(&table::bump(tx, &key.0, within(rate.per, now)).await?, rate, now))
}

/// Counts one more, and answers how many there were within the time.
pub(crate) async fn count_up(
    tx: &mut Tx,
    key: &Key,
    per: Duration,
    now: Timestamp,
) -> Result<u32, StoreError> {
    Ok(table::bump(tx, &key.0, within(per, now)).await?.count)
}

/// Counts one more, and answers how many are left within the time; none, from the last one on.
pub(crate) async fn count_down(
    tx: &mut Tx,
    key: &Key,
    rate: Rate,
    now: Timestamp,
) -> Result<u32, StoreError> {
    Ok(rate.times.saturating_sub(count_up(tx, key, rate.per, now).await?))
}

/// Takes one back.
pub(crate) async fn give_back(tx: &mut Tx, key: &Key) -> Result<(), StoreError> {
    table::give_back(tx, &key.0).await
}

/// How many there were, whenever.
pub(crate) async fn counted(conn: &mut Conn, key: &Key) -> Result<i64, StoreError> {
    Ok(table::get(conn, &key.0).await?.map_or(0, |counter| i64::from(counter.count)))
}

/// How many are left within the time, without counting.
pub(crate) async fn left(conn: &mut Conn, key: &Key, rate: Rate, now: Timestamp) -> Result<u32, StoreError> {
    let counter = table::get(conn, &key.0)
        .await?
        .filter(|counter| counter.since > now.minus(rate.per) && counter.since <= now.plus(SKEW));
    Ok(rate.times.saturating_sub(counter.map_or(0, |counter| counter.count)))
}

/// Counts a try that may turn out to be a failure, before it is known: of many at once only the free ones get
/// through. After a [`Wait`] drop the transaction; after a success [`clear`] the counter. A day without a try
/// forgets them.
pub(crate) async fn knock(
    tx: &mut Tx,
    key: &Key,
    backoff: Backoff,
    now: Timestamp,
) -> Result<Result<(), Wait>, StoreError> {
    let counter = table::bump(tx, &key.0, within(DAY, now)).await?;
    let wait = match counter.count.checked_sub(backoff.free.max(1)) {
        None => Duration::ZERO,
        Some(doublings) => backoff
            .first
            .saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX))
            .min(backoff.longest),
    };
    // A time that no wait reaches is of a clock that was wrong, and counts as nothing.
    let longest = now.plus(backoff.longest).plus(SKEW);
    let free_at = if counter.free_at > longest { now } else { counter.free_at };
    hold(tx, key, &Counter { free_at, ..counter }, wait, now).await
}

async fn hold(
    tx: &mut Tx,
    key: &Key,
    counter: &Counter,
    wait: Duration,
    now: Timestamp,
) -> Result<Result<(), Wait>, StoreError> {
    if counter.free_at > now {
        return Ok(Err(Wait { seconds: counter.free_at.seconds_from(now) }));
    }
    table::wait_until(tx, &key.0, now.plus(wait), now).await?;
    Ok(Ok(()))
}

/// Counts a change that somebody makes to their account, or that was refused, and takes the account's row for
/// this transaction. After a [`Wait`] drop the transaction.
pub(crate) async fn count_change(
    tx: &mut Tx,
    ctx: &Context,
    user: UserId,
) -> Result<Result<(), Wait>, StoreError> {
    let counter = table::count_change(tx, user, within(HOUR, ctx.clock.now())).await?;
    Ok(counter.map_or(Ok(()), |counter| admit_change(ctx, &counter)))
}

/// The same with what the change looks at of the account. `None`: it is gone, and has nothing to change.
pub(crate) async fn count_change_and_load(
    tx: &mut Tx,
    ctx: &Context,
    user: UserId,
    part: Part,
) -> Result<Result<Option<LockedAccount>, Wait>, StoreError> {
    let window = within(HOUR, ctx.clock.now());
    let found = match part {
        Part::All => table::count_change_with_account(tx, user, window).await?,
        Part::Attributes => table::count_change_with_attributes(tx, user, window).await?,
    };
    let Some((counter, locked)) = found else { return Ok(Ok(None)) };
    Ok(admit_change(ctx, &counter).map(|()| Some(locked)))
}

fn admit_change(ctx: &Context, counter: &Counter) -> Result<(), Wait> {
    admits(counter, LimitName::Changes.rate(&ctx.settings), ctx.clock.now())
}

/// Forgets what was counted.
pub(crate) async fn clear(tx: &mut Tx, key: &Key) -> Result<(), StoreError> {
    table::remove(tx, &key.0).await
}

#[cfg(test)]
mod tests;
