//! Requests for codes by people who have proven nothing: gaps that grow and end, so that nobody is kept from
//! a code for longer than an hour.

use crate::limits::Key;
use crate::limits::rate::{DAY, Wait};
use nameplate_core::clock::{SKEW, Timestamp};
use std::time::Duration;
use store::limits::Counter;
use store::{Conn, StoreError, Tx, limits as table};

/// After each of the first requests within a day, in units of the shortest gap; the last one holds for those
/// that follow. With the shortest of half a minute: 30 s, 1, 2, 5, 10 and 15 minutes…
const GAPS: [u32; 6] = [1, 2, 4, 10, 20, 30];
/// …and after so many requests within a day…
const MANY: u32 = 20;
/// …an hour. It grows no further, however the shortest is set.
const LAST: u32 = 120;
const LONGEST: Duration = Duration::from_secs(3600);

/// How a ladder climbs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ladder {
    /// `[codes] resend_after`.
    pub(crate) shortest: Duration,
}

impl Ladder {
    /// How long it is until the next one, after this many within a day.
    fn gap(self, count: u32) -> Duration {
        let at = usize::try_from(count.saturating_sub(1)).unwrap_or(usize::MAX);
        let units = if count >= MANY { LAST } else { GAPS.get(at).or(GAPS.last()).copied().unwrap_or(LAST) };
        self.shortest.saturating_mul(units).min(LONGEST)
    }

    /// Takes the ladder for this transaction, so that what is read next stays as it is.
    pub(crate) async fn hold(self, tx: &mut Tx, key: &Key, now: Timestamp) -> Result<(), StoreError> {
        take(tx, key, now).await.map(drop)
    }

    /// Counts a request that is told when it comes too soon. After a [`Wait`] drop the transaction.
    pub(crate) async fn climb(
        self,
        tx: &mut Tx,
        key: &Key,
        now: Timestamp,
    ) -> Result<Result<Timestamp, Wait>, StoreError> {
        let rung = take(tx, key, now).await?;
        if is_in_gap(&rung, now) {
            return Ok(Err(Wait { seconds: rung.free_at.seconds_from(now) }));
        }
        let next = self.after(rung, now);
        table::set(tx, &key.0, next).await?;
        Ok(Ok(next.free_at))
    }

    /// Whose turn it is, in silence: a request inside of a gap gets the gap's end. `None`: another one has
    /// that already (it `waits`), and this one joins it.
    pub(crate) async fn turn(
        self,
        tx: &mut Tx,
        key: &Key,
        waits: bool,
        now: Timestamp,
    ) -> Result<Option<Turn>, StoreError> {
        let rung = take(tx, key, now).await?;
        let in_gap = is_in_gap(&rung, now);
        if in_gap && waits {
            return Ok(None);
        }
        let at = if in_gap { rung.free_at } else { now };
        let next = self.after(rung, at);
        table::set(tx, &key.0, next).await?;
        Ok(Some(Turn { at, count: next.count }))
    }

    /// When the last request was, and when the next one is free. `None`: there was none.
    pub(crate) async fn peek(
        self,
        conn: &mut Conn,
        key: &Key,
    ) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        let Some(rung) = table::get(conn, &key.0).await? else { return Ok(None) };
        Ok((rung.count > 0).then(|| (rung.free_at.minus(self.gap(rung.count)), rung.free_at)))
    }

    /// One more, at this time.
    fn after(self, rung: Counter, at: Timestamp) -> Counter {
        let count = rung.count.saturating_add(1);
        Counter { count, since: rung.since, free_at: at.plus(self.gap(count)) }
    }
}

/// When a code that strangers ask for is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) at: Timestamp,
    /// How many strangers asked for within a day, this one included.
    pub(crate) count: u32,
}

/// Takes the ladder's counter for this transaction, and makes it if need be: how many there were within a
/// day, and when the next one is free.
async fn take(tx: &mut Tx, key: &Key, now: Timestamp) -> Result<Counter, StoreError> {
    let rung = table::lock(tx, &key.0, now).await?;
    let is_over = rung.since <= now.minus(DAY) || rung.since > now.plus(SKEW);
    Ok(if is_over { Counter { count: 0, since: now, free_at: rung.free_at } } else { rung })
}

/// Whether a request has to wait. A time that no gap reaches is of a clock that was wrong, and counts as
/// nothing.
fn is_in_gap(rung: &Counter, now: Timestamp) -> bool {
    rung.free_at > now && rung.free_at <= now.plus(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::key;
    use crate::limits::names::LimitName;
    use crate::testing::TestPool;

    const LADDER: Ladder = Ladder { shortest: secs(30) };

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[tokio::test]
    async fn climb_gaps_grow_to_fifteen_minutes_and_then_an_hour() {
        let pool = TestPool::new().await;
        let key = key(&pool, LimitName::SignUps, &["ladder"]);
        let mut waits = Vec::new();
        for _ in 0..22 {
            let mut tx = pool.store.begin().await.unwrap();
            let free_at = LADDER.climb(&mut tx, &key, pool.time()).await.unwrap().unwrap();
            assert!(LADDER.climb(&mut tx, &key, pool.time()).await.unwrap().is_err());
            tx.commit().await.unwrap();
            let wait = free_at.seconds_from(pool.time());
            waits.push(wait);
            pool.wait(u64::from(wait));
        }
        assert_eq!(waits[..7], [30, 60, 120, 300, 600, 900, 900]);
        assert_eq!(waits[18..], [900, 3600, 3600, 3600]);
        pool.wait(24 * 3600);
        let mut tx = pool.store.begin().await.unwrap();
        assert_eq!(
            LADDER.climb(&mut tx, &key, pool.time()).await.unwrap(),
            Ok(pool.time().plus(secs(30))),
            "a day later it begins anew"
        );
    }

    #[tokio::test]
    async fn turn_within_a_gap_is_put_at_its_end_and_later_ones_join_it() {
        let pool = TestPool::new().await;
        let key = key(&pool, LimitName::SignUps, &["ladder"]);
        let start = pool.time();
        let mut tx = pool.store.begin().await.unwrap();
        assert_eq!(
            LADDER.turn(&mut tx, &key, false, start).await.unwrap(),
            Some(Turn { at: start, count: 1 })
        );
        let second = Turn { at: start.plus(secs(30)), count: 2 };
        assert_eq!(LADDER.turn(&mut tx, &key, false, start).await.unwrap(), Some(second));
        assert_eq!(LADDER.turn(&mut tx, &key, true, start.plus(secs(29))).await.unwrap(), None);
        let third = Turn { at: start.plus(secs(90)), count: 3 };
        assert_eq!(
            LADDER.turn(&mut tx, &key, false, start.plus(secs(31))).await.unwrap(),
            Some(third),
            "after the second one's gap"
        );
    }

    #[tokio::test]
    async fn climb_after_a_clock_error_keeps_no_one_waiting() {
        let pool = TestPool::new().await;
        let key = key(&pool, LimitName::SignUps, &["ladder"]);
        let (now, far) = (pool.time(), pool.time().plus(DAY * 365));
        let mut tx = pool.store.begin().await.unwrap();
        LADDER.climb(&mut tx, &key, far).await.unwrap().unwrap();
        assert_eq!(LADDER.climb(&mut tx, &key, now).await.unwrap(), Ok(now.plus(secs(30))));
    }
}
