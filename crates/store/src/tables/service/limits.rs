//! Counters of limits, each under a digest of its name. The counter of an account's changes stands with the
//! account.

use crate::tables::accounts::attributes;
use crate::tables::accounts::locked::LockedAccount;
use crate::tables::accounts::profile::{self, Account};
use crate::tables::accounts::users::{self, User};
use crate::{Conn, Row, Statement, StoreError, Tx};
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::UserId;

/// What a counter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// How often since then.
    pub count: u32,
    /// When it began.
    pub since: Timestamp,
    /// Until when nothing more is admitted, where a limit waits.
    pub free_at: Timestamp,
}

impl Counter {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            count: u32::try_from(row.get::<i64>("count")?).unwrap_or(u32::MAX),
            since: Timestamp(row.get("since")?),
            free_at: Timestamp(row.get("free_at")?),
        })
    }

    fn returned(row: Option<&Row>) -> Result<Self, StoreError> {
        Self::read(row.ok_or_else(|| StoreError::unreadable("no counter came back"))?)
    }
}

/// Since when things are counted together, and the time that it is.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// A counter that began no later begins anew.
    pub from: Timestamp,
    /// When a new one begins.
    pub now: Timestamp,
    /// One that begins later than this was begun by a clock that was wrong, and begins anew.
    pub ahead: Timestamp,
}

/// The counter, if there is one.
pub async fn get(conn: &mut Conn, key: &[u8]) -> Result<Option<Counter>, StoreError> {
    let query = conn.query("SELECT count, since, free_at FROM limits WHERE key = $1");
    query.bind(key.to_vec()).optional().await?.as_ref().map(Counter::read).transpose()
}

/// Counts one more within the window. The row stays taken until the transaction ends, so that what is decided
/// by the answer is decided once.
pub async fn bump(tx: &mut Tx, key: &[u8], window: Window) -> Result<Counter, StoreError> {
    let query = tx.query(
        "INSERT INTO limits (key, count, since, free_at) VALUES ($1, 1, $2, 0)
         ON CONFLICT (key) DO UPDATE SET
             count = CASE WHEN limits.since <= $3 OR limits.since > $4 THEN 1 ELSE limits.count + 1 END,
             since = CASE WHEN limits.since <= $3 OR limits.since > $4 THEN $2 ELSE limits.since END
         RETURNING count, since, free_at",
    );
    let query = query.bind(key.to_vec()).bind(window.now.0).bind(window.from.0).bind(window.ahead.0);
    Counter::returned(query.all().await?.first())
}

/// Counts so many more at once.
pub async fn bump_by(tx: &mut Tx, key: &[u8], many: u32, window: Window) -> Result<Counter, StoreError> {
    let query = tx.query(
        "INSERT INTO limits (key, count, since, free_at) VALUES ($1, $4, $2, 0)
         ON CONFLICT (key) DO UPDATE SET
             count = CASE WHEN limits.since <= $3 OR limits.since > $5 THEN $4 ELSE limits.count + $4 END,
             since = CASE WHEN limits.since <= $3 OR limits.since > $5 THEN $2 ELSE limits.since END
         RETURNING count, since, free_at",
    );
    let query = query.bind(key.to_vec()).bind(window.now.0).bind(window.from.0).bind(i64::from(many));
    let query = query.bind(window.ahead.0);
    Counter::returned(query.all().await?.first())
}

/// Takes the counter's row for this transaction, and makes it if need be.
pub async fn lock(tx: &mut Tx, key: &[u8], now: Timestamp) -> Result<Counter, StoreError> {
    let query = tx.query(
        "INSERT INTO limits (key, count, since, free_at) VALUES ($1, 0, $2, 0)
         ON CONFLICT (key) DO UPDATE SET count = limits.count
         RETURNING count, since, free_at",
    );
    Counter::returned(query.bind(key.to_vec()).bind(now.0).optional().await?.as_ref())
}

/// Writes the counter.
pub async fn set(tx: &mut Tx, key: &[u8], counter: Counter) -> Result<(), StoreError> {
    tx.query("UPDATE limits SET count = $2, since = $3, free_at = $4 WHERE key = $1")
        .bind(key.to_vec())
        .bind(i64::from(counter.count))
        .bind(counter.since.0)
        .bind(counter.free_at.0)
        .run()
        .await?;
    Ok(())
}

/// Admits nothing more until `free_at`.
pub async fn wait_until(
    tx: &mut Tx,
    key: &[u8],
    free_at: Timestamp,
    since: Timestamp,
) -> Result<(), StoreError> {
    tx.query("UPDATE limits SET free_at = $2, since = $3 WHERE key = $1")
        .bind(key.to_vec())
        .bind(free_at.0)
        .bind(since.0)
        .run()
        .await?;
    Ok(())
}

/// Takes one back.
pub async fn give_back(tx: &mut Tx, key: &[u8]) -> Result<(), StoreError> {
    let query = tx.query("UPDATE limits SET count = count - 1 WHERE key = $1 AND count > 0");
    query.bind(key.to_vec()).run().await.map(drop)
}

/// Removes the counter.
pub async fn remove(tx: &mut Tx, key: &[u8]) -> Result<(), StoreError> {
    tx.query("DELETE FROM limits WHERE key = $1").bind(key.to_vec()).run().await.map(drop)
}

/// Counts one more change of the account, which takes its row. The counter stands with its account: among many,
/// every row elsewhere is one more page for each change.
const BUMP_CHANGES: &str = concat!(
    "UPDATE users SET
         changes = CASE WHEN changes_since <= $2 OR changes_since > $4 THEN 1 ELSE changes + 1 END,
         changes_since = CASE WHEN changes_since <= $2 OR changes_since > $4 THEN $3 ELSE changes_since END
     WHERE id = $1
     RETURNING changes AS count, changes_since AS since, CAST(0 AS BIGINT) AS free_at, attributes, ",
    users::columns!()
);

fn bump_changes(user: UserId, window: Window) -> Statement {
    Statement::new(BUMP_CHANGES).bind(user.0).bind(window.from.0).bind(window.now.0).bind(window.ahead.0)
}

/// Counts a change of the account. `None`: it is gone.
pub async fn count_change(tx: &mut Tx, user: UserId, window: Window) -> Result<Option<Counter>, StoreError> {
    let rows = tx.read_all(vec![bump_changes(user, window)]).await?;
    rows.first().map(Counter::read).transpose()
}

/// The same with the account's attributes, which come in the same row. Everything else of the [`Account`] is
/// empty.
pub async fn count_change_with_attributes(
    tx: &mut Tx,
    user: UserId,
    window: Window,
) -> Result<Option<(Counter, LockedAccount)>, StoreError> {
    let rows = tx.read_all(vec![bump_changes(user, window)]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let attributes = attributes::read(row.get("attributes")?)?;
    let account = Account { attributes, ..Account::default() };
    Ok(Some((Counter::read(row)?, LockedAccount::new(User::read(row)?, account))))
}

/// The same with the account as it stands: on SQLite in one batch.
pub async fn count_change_with_account(
    tx: &mut Tx,
    user: UserId,
    window: Window,
) -> Result<Option<(Counter, LockedAccount)>, StoreError> {
    let rows = tx.read_all(vec![bump_changes(user, window), profile::statement(user)]).await?;
    match rows.as_slice() {
        [changed, account] => {
            let locked = LockedAccount::new(User::read(changed)?, Account::read(account)?);
            Ok(Some((Counter::read(changed)?, locked)))
        }
        _ => Ok(None),
    }
}
