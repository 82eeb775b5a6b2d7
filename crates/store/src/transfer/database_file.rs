//! The SQLite file as a thing to copy, to look into and to bring to rest.

use crate::{StoreError, meta, migrations};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

/// How long a statement waits for a program that holds the lock.
const BUSY: Duration = Duration::from_secs(10);

/// Why a database is none that this version could serve.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum FileError {
    #[error("the database is damaged: {0}")]
    Damaged(String),
    #[error(
        "the database has shape {found}, of a newer version of this program; this one knows the shapes up to {known}"
    )]
    Newer { found: i64, known: i64 },
    #[error("the database has a shape that no version of this program gave it")]
    Foreign,
    #[error("the database holds nothing: nobody has been served from it yet")]
    Unused,
}

/// What a database says of itself.
#[derive(Debug)]
pub struct Found {
    /// The number of the newest migration that it has.
    pub schema: i64,
    /// What its keys are called, newest first.
    pub keys: Vec<String>,
    /// The user pool's id.
    pub pool: String,
}

impl Found {
    /// The key that it can't be opened without.
    pub fn key(&self) -> &str {
        self.keys.first().map_or("", String::as_str)
    }

    pub(super) fn refuse_other_keys(&self, given: &[String]) -> Result<(), StoreError> {
        if given.iter().any(|it| it == self.key()) {
            return Ok(());
        }
        Err(StoreError::KeyDiffers { stored: self.key().to_owned(), given: given.join(", ") })
    }
}

fn existing(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(BUSY)
        .disable_statement_logging()
}

/// Writes what the database holds at this moment into an empty file, while others read and write.
pub async fn snapshot(database: &Path, copy: &Path) -> Result<(), StoreError> {
    let error = |source| StoreError::File { path: copy.display().to_string(), source };
    let name = copy.to_str().ok_or_else(|| error(ErrorKind::InvalidFilename.into()))?;
    let mut conn = SqliteConnection::connect_with(&existing(database)).await?;
    sqlx::query("VACUUM INTO $1").bind(name).execute(&mut conn).await?;
    conn.close().await?;
    File::open(copy).and_then(|file| file.sync_all()).map_err(error)
}

/// Looks whether the database is whole, and of a shape that this version knows.
pub async fn inspect(database: &Path) -> Result<Found, FileError> {
    // Whatever the database can't answer here, it could not when it is needed.
    let damaged = |error: sqlx::Error| FileError::Damaged(error.to_string());
    let mut conn =
        SqliteConnection::connect_with(&existing(database).read_only(true)).await.map_err(damaged)?;
    refuse_damage(&mut conn).await?;
    let applied =
        sqlx::query("SELECT version, checksum FROM _sqlx_migrations ORDER BY version").fetch_all(&mut conn);
    let mut schema = 0;
    for row in applied.await.map_err(damaged)? {
        schema = row.try_get("version").map_err(damaged)?;
        let checksum: Vec<u8> = row.try_get("checksum").map_err(damaged)?;
        if schema > migrations::NEWEST {
            return Err(FileError::Newer { found: schema, known: migrations::NEWEST });
        }
        if !migrations::is_known(schema, &checksum) {
            return Err(FileError::Foreign);
        }
    }
    let mut known = async |name: &'static str| {
        let row = sqlx::query("SELECT value FROM meta WHERE name = $1")
            .bind(name)
            .fetch_optional(&mut conn)
            .await
            .map_err(damaged)?;
        row.ok_or(FileError::Unused)?.try_get::<String, _>("value").map_err(damaged)
    };
    let keys = known(meta::KEYS).await?.split(',').map(ToOwned::to_owned).collect();
    let found = Found { schema, keys, pool: known(meta::POOL_ID).await? };
    conn.close().await.map_err(damaged)?;
    Ok(found)
}

/// When the database was first served for real, if it is this pool's. One that can't be read says nothing.
pub async fn production(database: &Path, pool: &str) -> Option<String> {
    let mut conn = SqliteConnection::connect_with(&existing(database).read_only(true)).await.ok()?;
    let sql = "SELECT value FROM meta WHERE name = $1 AND EXISTS (SELECT 1 FROM meta WHERE name = $2 AND value = $3)";
    let query = sqlx::query(sql).bind(meta::PRODUCTION).bind(meta::POOL_ID).bind(pool);
    let since = query.fetch_optional(&mut conn).await.ok()??.try_get("value").ok()?;
    conn.close().await.ok()?;
    Some(since)
}

/// Notes in the database that it was served for real since then.
pub async fn mark_production(database: &Path, since: &str) -> Result<(), StoreError> {
    let mut conn = SqliteConnection::connect_with(&existing(database)).await?;
    let query = sqlx::query("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING");
    query.bind(meta::PRODUCTION).bind(since).execute(&mut conn).await?;
    Ok(conn.close().await?)
}

async fn refuse_damage(conn: &mut SqliteConnection) -> Result<(), FileError> {
    let damaged = |error: sqlx::Error| FileError::Damaged(error.to_string());
    let verdict = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut *conn).await;
    let verdict: String = verdict.and_then(|row| row.try_get("integrity_check")).map_err(damaged)?;
    if verdict != "ok" {
        return Err(FileError::Damaged(verdict));
    }
    let orphan = sqlx::query("PRAGMA foreign_key_check").fetch_optional(conn).await.map_err(damaged)?;
    match orphan {
        Some(row) => Err(FileError::Damaged(format!(
            "a row of {} belongs to nobody",
            row.try_get::<String, _>("table").map_err(damaged)?
        ))),
        None => Ok(()),
    }
}

/// Makes the database one file, without a write-ahead log beside it. One that is damaged stays as it is.
pub async fn settle(database: &Path) -> Result<(), StoreError> {
    let settled = async {
        let mut conn = SqliteConnection::connect_with(&existing(database)).await?;
        let settled = sqlx::query("PRAGMA journal_mode = DELETE").execute(&mut conn).await;
        // Closed in any case before this goes on: SQLite may still do something to its files then.
        conn.close().await.and(settled)
    };
    match settled.await {
        Err(error) if is_busy(&error) => Err(StoreError::InUse(database.display().to_string())),
        _ => Ok(()),
    }
}

/// Whether another program has the database open (SQLITE_BUSY and SQLITE_LOCKED, whatever their extension).
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|it| it.code()).and_then(|code| code.parse::<i32>().ok());
    code.is_some_and(|code| matches!(code & 0xff, 5 | 6))
}
