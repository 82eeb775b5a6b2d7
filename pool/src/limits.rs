//! Counters that bound what one account, address or network may ask for. They are in the store, so that
//! restarts don't forget them and several nodes share them.
//!
//! A counter is called by a digest: what strangers type is not kept. (A new key begins new counters.)

use crate::Inner;
use crate::clock::Timestamp;
use crate::identifiers::ContactKind;
use crate::keys::Purpose;
use crate::sessions::UserId;
use crate::store::{Conn, Row, StoreError, Tx, Write};
use std::time::Duration;

mod ladder;

pub(crate) use ladder::{Ladder, Turn};

/// Too soon, or too often; again after so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) seconds: u32,
}

/// What a counter is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key(Vec<u8>);

/// The counter of that name: what is limited, and for whom.
pub(crate) fn key(inner: &Inner, parts: &[&str]) -> Key {
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    key_of(inner, &parts)
}

/// The same of parts that needn't be texts.
pub(crate) fn key_of(inner: &Inner, parts: &[&[u8]]) -> Key {
    Key(inner.keys.digest(Purpose::Limits, parts).to_vec())
}

/// So often within such a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    pub(crate) times: u32,
    pub(crate) per: Duration,
}

/// An hour.
pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);
/// A day.
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Waits that double.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    /// So many times without a wait.
    pub(crate) free: u32,
    pub(crate) first: Duration,
    pub(crate) longest: Duration,
}

struct Counter {
    count: u32,
    since: Timestamp,
    free_at: Timestamp,
}

impl Counter {
    fn read(row: Option<&Row>) -> Result<Self, StoreError> {
        let row = row.ok_or_else(|| StoreError::unreadable("no counter came back"))?;
        let count = u32::try_from(row.get::<i64>(0)?).unwrap_or(u32::MAX);
        Ok(Self { count, since: Timestamp(row.get(1)?), free_at: Timestamp(row.get(2)?) })
    }

    fn admits(&self, rate: Rate, now: Timestamp) -> Result<(), Wait> {
        if self.count <= rate.times {
            Ok(())
        } else {
            Err(Wait { seconds: self.since.plus(rate.per).seconds_from(now) })
        }
    }
}

/// Counts one more; one that began before `from` begins anew. The row stays taken until the transaction ends,
/// so that what is decided by the answer is decided once.
fn bumping(key: &Key, from: Timestamp, now: Timestamp) -> Write {
    Write::new(
        "INSERT INTO limits (key, count, since, free_at) VALUES ($1, 1, $2, 0)
         ON CONFLICT (key) DO UPDATE SET
             count = CASE WHEN limits.since <= $3 THEN 1 ELSE limits.count + 1 END,
             since = CASE WHEN limits.since <= $3 THEN $2 ELSE limits.since END
         RETURNING count, since, free_at",
    )
    .bind(key.0.clone())
    .bind(now.0)
    .bind(from.0)
}

async fn bump(tx: &mut Tx, key: &Key, from: Timestamp, now: Timestamp) -> Result<Counter, StoreError> {
    Counter::read(tx.ask(vec![bumping(key, from, now)]).await?.first())
}

/// Counts one more within the time. After a [`Wait`] drop the transaction: a refusal is not counted.
pub(crate) async fn count(
    tx: &mut Tx,
    key: &Key,
    rate: Rate,
    now: Timestamp,
) -> Result<Result<(), Wait>, StoreError> {
    Ok(bump(tx, key, now.minus(rate.per), now).await?.admits(rate, now))
}

/// Counts one more, and answers how many there were within the time.
pub(crate) async fn count_up(
    tx: &mut Tx,
    key: &Key,
    per: Duration,
    now: Timestamp,
) -> Result<u32, StoreError> {
    Ok(bump(tx, key, now.minus(per), now).await?.count)
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
    tx.query("UPDATE limits SET count = count - 1 WHERE key = $1 AND count > 0")
        .bind(key.0.clone())
        .run()
        .await
        .map(drop)
}

/// How many there were, whenever.
pub(crate) async fn counted(conn: &mut Conn, key: &Key) -> Result<i64, StoreError> {
    let query = conn.query("SELECT count FROM limits WHERE key = $1").bind(key.0.clone());
    Ok(query.optional().await?.map(|row| row.get::<i64>(0)).transpose()?.unwrap_or(0))
}

/// How many are left within the time, without counting.
pub(crate) async fn left(conn: &mut Conn, key: &Key, rate: Rate, now: Timestamp) -> Result<u32, StoreError> {
    let query = conn
        .query("SELECT count FROM limits WHERE key = $1 AND since > $2")
        .bind(key.0.clone())
        .bind(now.minus(rate.per).0);
    let counted = query.optional().await?.map(|row| row.get::<i64>(0)).transpose()?.unwrap_or(0);
    Ok(rate.times.saturating_sub(u32::try_from(counted).unwrap_or(u32::MAX)))
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
    let counter = bump(tx, key, now.minus(DAY), now).await?;
    let wait = match counter.count.checked_sub(backoff.free.max(1)) {
        None => Duration::ZERO,
        Some(doublings) => backoff
            .first
            .saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX))
            .min(backoff.longest),
    };
    hold(tx, key, &counter, wait, now).await
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
    tx.query("UPDATE limits SET free_at = $2, since = $3 WHERE key = $1")
        .bind(key.0.clone())
        .bind(now.plus(wait).0)
        .bind(now.0)
        .run()
        .await?;
    Ok(Ok(()))
}

/// Counts a code that the account asks for to this destination (`key` is canonical), signed in. What others
/// ask for doesn't count: nobody spends what is somebody else's. After a [`Wait`] drop the transaction.
pub(crate) async fn count_code_to(
    tx: &mut Tx,
    inner: &Inner,
    user: UserId,
    (kind, key): (ContactKind, &str),
) -> Result<Result<(), Wait>, StoreError> {
    let rate = Rate { times: inner.settings.limits.codes_per_destination_a_day, per: DAY };
    let key = self::key(inner, &["codes of account", &user.0.to_string(), "to", kind.as_str(), key]);
    count(tx, &key, rate, inner.clock.now()).await
}

/// Counts a code for a sign-in whose password was right: people may sign in more often than they change an
/// address. After a [`Wait`] drop the transaction.
pub(crate) async fn count_sign_in_code_to(
    tx: &mut Tx,
    inner: &Inner,
    kind: ContactKind,
    key: &str,
) -> Result<Result<(), Wait>, StoreError> {
    let rate = Rate { times: inner.settings.limits.sign_in_codes_per_destination_a_day, per: DAY };
    count(tx, &self::key(inner, &["sign-in codes to", kind.as_str(), key]), rate, inner.clock.now()).await
}

/// Counts a code of this account, wherever it goes and whatever it is for. After a [`Wait`] drop the
/// transaction.
pub(crate) async fn count_code_of(
    tx: &mut Tx,
    inner: &Inner,
    user: UserId,
) -> Result<Result<(), Wait>, StoreError> {
    let rate = Rate { times: inner.settings.limits.codes_per_account_a_day, per: DAY };
    count(tx, &self::key(inner, &["codes of account", &user.0.to_string()]), rate, inner.clock.now()).await
}

/// Counts a change that somebody makes to their account, or that was refused, and takes the account's row for
/// this transaction. After a [`Wait`] drop the transaction.
pub(crate) async fn count_change(
    tx: &mut Tx,
    inner: &Inner,
    user: UserId,
) -> Result<Result<(), Wait>, StoreError> {
    count_change_of(tx, inner, user).await.map(|admitted| admitted.map(drop))
}

/// The same, and the row: [`ATTRIBUTES`] is that column. `None`: the account is gone.
pub(crate) async fn count_change_of(
    tx: &mut Tx,
    inner: &Inner,
    user: UserId,
) -> Result<Result<Option<Row>, Wait>, StoreError> {
    let rows = tx.ask(vec![bumping_changes(user, inner.clock.now())]).await?;
    admit_change(inner, rows.into_iter().next())
}

/// The same, and the answer to what is asked of the account after it: on SQLite it is one trip.
pub(crate) async fn count_change_and(
    tx: &mut Tx,
    inner: &Inner,
    user: UserId,
    asked: Write,
) -> Result<Result<Option<Row>, Wait>, StoreError> {
    let mut rows = tx.ask(vec![bumping_changes(user, inner.clock.now()), asked]).await?.into_iter();
    Ok(admit_change(inner, rows.next())?.map(|_| rows.next()))
}

/// Which column of a counted row has the account's attributes.
pub(crate) const ATTRIBUTES: usize = 3;

/// This counter stands with its account: among many, every row elsewhere is one more page for each change.
fn bumping_changes(user: UserId, now: Timestamp) -> Write {
    Write::new(
        "UPDATE users SET
             changes = CASE WHEN changes_since <= $2 THEN 1 ELSE changes + 1 END,
             changes_since = CASE WHEN changes_since <= $2 THEN $3 ELSE changes_since END
         WHERE id = $1
         RETURNING changes, changes_since, CAST(0 AS BIGINT), attributes",
    )
    .bind(user.0)
    .bind(now.minus(HOUR).0)
    .bind(now.0)
}

/// Who is gone by now has nothing to change.
fn admit_change(inner: &Inner, row: Option<Row>) -> Result<Result<Option<Row>, Wait>, StoreError> {
    let rate = Rate { times: inner.settings.limits.changes_per_account_an_hour, per: HOUR };
    let Some(row) = row else { return Ok(Ok(None)) };
    let admitted = Counter::read(Some(&row))?.admits(rate, inner.clock.now());
    Ok(admitted.map(|()| Some(row)))
}

/// Forgets what was counted.
pub(crate) async fn clear(tx: &mut Tx, key: &Key) -> Result<(), StoreError> {
    tx.query("DELETE FROM limits WHERE key = $1").bind(key.0.clone()).run().await?;
    Ok(())
}

#[cfg(test)]
mod tests;
