//! A store moves from one database to the other, row by row.
//!
//! A note in the target says that a copy was begun; nobody is served from there until it was finished. Begun
//! again, it does the whole of it anew: what has changed at the source meanwhile is not found by looking for
//! what is missing.

use crate::transfer::location::StoreLocation;
use crate::transfer::tables::{COUNTED, Kind, TABLES, Table};
use crate::{Conn, Query, Row, Store, StoreError, Tx, meta};
use std::time::Duration;

/// Why the target is not, or not yet, the same as the source.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CopyError {
    #[error("there is no store at {0}")]
    Missing(String),
    #[error("the store at {0} holds nothing: nobody has been served from it yet")]
    Unused(String),
    #[error("source and target are the same store")]
    Same,
    #[error("{at} holds another user pool ({theirs}): name an empty database, or a folder without one")]
    AnotherPool { at: String, theirs: String },
    #[error(
        "{0} has been used since: what happened there later would be lost; copy from there, or name an empty database"
    )]
    Later(String),
    #[error(
        "table {table} has {source_rows} rows in the source and {target_rows} in the target: copy again while nobody uses them"
    )]
    Counts { table: &'static str, source_rows: i64, target_rows: i64 },
    #[error("the store can't be copied")]
    Store(#[from] StoreError),
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The table that is being copied.
    pub table: &'static str,
    /// Rows of it that the target has.
    pub done: i64,
    /// Rows of it that the source had when it began.
    pub all: i64,
}

/// What was copied.
#[derive(Debug)]
pub struct Copied {
    /// The user pool's id.
    pub pool: String,
    /// What the keys are called that it can be opened with, newest first.
    pub keys: String,
    /// Of all tables together.
    pub rows: i64,
}

/// Makes the target hold what the source holds, and counts on both sides. It has to be empty, or hold the
/// same user pool from an earlier copy.
///
/// # Errors
/// Either is in use, the target holds something else or something later, or the counts differ.
pub async fn copy(
    from: &StoreLocation,
    to: &StoreLocation,
    mut report: impl FnMut(Progress),
) -> Result<Copied, CopyError> {
    if from.is_same_as(to) {
        return Err(CopyError::Same);
    }
    let source = from.open().await?.ok_or_else(|| CopyError::Missing(from.to_string()))?;
    let target = match to.open_or_make().await {
        Ok(target) => target,
        Err(error) => {
            source.close().await;
            return Err(error.into());
        }
    };
    let done = async {
        refuse_use(&source, from).await?;
        refuse_use(&target, to).await?;
        let copied = begin(&source, from, &target, to).await?;
        finish(&source, &target, copied, &mut report).await
    };
    let done = done.await;
    source.close().await;
    target.close().await;
    done
}

/// A file is locked by whoever serves it; a database knows who is connected.
async fn refuse_use(store: &Store, place: &StoreLocation) -> Result<(), CopyError> {
    if !store.is_postgres() {
        return Ok(());
    }
    const OTHERS: &str = "SELECT COUNT(*) AS others FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'nameplate' AND pid <> pg_backend_pid()";
    // Who just left may still be on the list.
    for _ in 0..20 {
        let row = store.read().await?.query(OTHERS).optional().await?;
        if row.map_or(Ok(0), |row| row.get::<i64>("others"))? == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(StoreError::InUse(place.to_string()).into())
}

/// Looks whether both are what they should be, and notes in the target that a copy has begun.
async fn begin(
    source: &Store,
    from: &StoreLocation,
    target: &Store,
    to: &StoreLocation,
) -> Result<Copied, CopyError> {
    source.refuse_unfinished_copy().await?;
    let mut conn = source.read().await?;
    let unused = || CopyError::Unused(from.to_string());
    let pool = meta::get(&mut conn, meta::POOL_ID).await?.ok_or_else(unused)?;
    let keys = meta::get(&mut conn, meta::KEYS).await?.ok_or_else(unused)?;
    let production = meta::get(&mut conn, meta::PRODUCTION).await?;
    let latest = latest(&mut conn).await?;
    drop(conn);

    let mut conn = target.read().await?;
    let begun = meta::get(&mut conn, meta::COPYING).await?;
    let is_whole = begun.is_none();
    if let Some(theirs) = begun.or(meta::get(&mut conn, meta::POOL_ID).await?) {
        if theirs != pool {
            return Err(CopyError::AnotherPool { at: to.to_string(), theirs });
        }
        if is_whole && self::latest(&mut conn).await? > latest {
            return Err(CopyError::Later(to.to_string()));
        }
    }
    drop(conn);
    let mut tx = target.begin().await?;
    meta::set(&mut tx, meta::COPYING, &pool).await?;
    // Before anything of a store that was served for real is there.
    if let Some(since) = production {
        meta::set_once(&mut tx, meta::PRODUCTION, &since).await?;
    }
    tx.commit().await?;
    Ok(Copied { pool, keys, rows: 0 })
}

/// When somebody last did something there.
async fn latest(conn: &mut Conn) -> Result<Option<i64>, StoreError> {
    let mut latest: Option<i64> = None;
    for sql in [
        "SELECT MAX(at) AS latest FROM events",
        "SELECT MAX(last_seen_at) AS latest FROM sessions",
        "SELECT MAX(since) AS latest FROM limits",
    ] {
        let row = conn.query(sql).optional().await?;
        latest = latest.max(row.map_or(Ok(None), |row| row.get("latest"))?);
    }
    Ok(latest)
}

async fn finish(
    source: &Store,
    target: &Store,
    mut copied: Copied,
    report: &mut impl FnMut(Progress),
) -> Result<Copied, CopyError> {
    for table in TABLES.iter().rev() {
        clear(target, table).await?;
    }
    for table in TABLES {
        copied.rows += copy_table(source, target, table, report).await?;
    }
    for name in COUNTED {
        count_on(source, target, name).await?;
    }
    for table in TABLES {
        let (source_rows, target_rows) = (rows_of(source, table).await?, rows_of(target, table).await?);
        if source_rows != target_rows {
            return Err(CopyError::Counts { table: table.name, source_rows, target_rows });
        }
    }
    let mut tx = target.begin().await?;
    meta::remove(&mut tx, meta::COPYING).await?;
    tx.commit().await?;
    Ok(copied)
}

/// Removes what an earlier copy left.
async fn clear(target: &Store, table: &Table) -> Result<(), StoreError> {
    loop {
        let mut tx = target.begin().await?;
        let gone = tx.query_composed(table.remove_some()).run().await?;
        tx.commit().await?;
        if gone == 0 {
            return Ok(());
        }
    }
}

async fn rows_of(store: &Store, table: &Table) -> Result<i64, StoreError> {
    let row = store.read().await?.query_composed(table.count()).optional().await?;
    row.ok_or_else(|| StoreError::unreadable("nothing came back"))?.get("number")
}

#[expect(clippy::indexing_slicing, reason = "a row has the columns of its table")]
async fn copy_table(
    source: &Store,
    target: &Store,
    table: &'static Table,
    report: &mut impl FnMut(Progress),
) -> Result<i64, StoreError> {
    let (mut done, all) = (0, rows_of(source, table).await?);
    let mut last: Option<Vec<Value>> = None;
    loop {
        let page = page(source, table, last.as_deref()).await?;
        if !page.is_empty() {
            let mut tx = target.begin().await?;
            insert(&mut tx, table, &page).await?;
            tx.commit().await?;
        }
        done += i64::try_from(page.len()).unwrap_or(i64::MAX);
        report(Progress { table: table.name, done, all });
        if page.len() < crate::transfer::tables::PAGE {
            return Ok(done);
        }
        last = page.into_iter().last().map(|row| row[..table.key].to_vec());
    }
}

/// What one column of one row holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// TEXT.
    Text(Option<String>),
    /// BIGINT.
    Number(Option<i64>),
    /// BLOB or BYTEA.
    Bytes(Option<Vec<u8>>),
}

impl Value {
    fn read(row: &Row, column: &str, kind: Kind) -> Result<Self, StoreError> {
        Ok(match kind {
            Kind::Text => Self::Text(row.get(column)?),
            Kind::Number => Self::Number(row.get(column)?),
            Kind::Bytes => Self::Bytes(row.get(column)?),
        })
    }

    fn bind<'c>(&self, query: Query<'c>) -> Query<'c> {
        match self {
            Self::Text(it) => query.bind(it.clone()),
            Self::Number(it) => query.bind(*it),
            Self::Bytes(it) => query.bind(it.clone()),
        }
    }
}

/// The rows after that key, or the first ones.
pub async fn page(
    store: &Store,
    table: &Table,
    after: Option<&[Value]>,
) -> Result<Vec<Vec<Value>>, StoreError> {
    let mut conn = store.read().await?;
    let query = conn.query_composed(table.page(after.is_some()));
    let rows = after.unwrap_or_default().iter().fold(query, |query, value| value.bind(query)).all().await?;
    let values = |row: &Row| -> Result<Vec<Value>, StoreError> {
        table.columns.iter().map(|(column, kind)| Value::read(row, column, *kind)).collect()
    };
    rows.iter().map(values).collect()
}

async fn insert(tx: &mut Tx, table: &Table, rows: &[Vec<Value>]) -> Result<(), StoreError> {
    let query = tx.query_composed(table.insert(rows.len()));
    rows.iter().flatten().fold(query, |query, value| value.bind(query)).run().await.map(drop)
}

/// The target gives no id a second time, though the row that had it may be gone.
async fn count_on(source: &Store, target: &Store, table: &'static str) -> Result<(), StoreError> {
    let given = last_id(source, table).await?;
    let mut tx = target.begin().await?;
    if target.is_postgres() {
        if given > 0 {
            tx.query("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)")
                .bind(table)
                .bind(given)
                .optional()
                .await?;
        }
    } else {
        // SQLite looks there for events itself, and `next_user_id` for users.
        let known = tx
            .query("UPDATE sqlite_sequence SET seq = $2 WHERE name = $1")
            .bind(table)
            .bind(given)
            .run()
            .await?;
        if known == 0 {
            tx.query("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)")
                .bind(table)
                .bind(given)
                .run()
                .await?;
        }
    }
    tx.commit().await
}

async fn last_id(store: &Store, table: &'static str) -> Result<i64, StoreError> {
    let mut conn = store.read().await?;
    let counter = if store.is_postgres() {
        conn.query("SELECT pg_sequence_last_value(pg_get_serial_sequence($1, 'id')::regclass) AS seq")
            .bind(table)
            .optional()
            .await?
    } else {
        conn.query("SELECT seq FROM sqlite_sequence WHERE name = $1").bind(table).optional().await?
    };
    let counter: Option<i64> = counter.map_or(Ok(None), |row| row.get("seq"))?;
    let row = conn.query_composed(format!("SELECT MAX(id) AS largest FROM {table}")).optional().await?;
    let largest: Option<i64> = row.map_or(Ok(None), |row| row.get("largest"))?;
    Ok(counter.max(largest).unwrap_or(0))
}
