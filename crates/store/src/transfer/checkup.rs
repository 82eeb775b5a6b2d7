//! Looking at a store as it is: nothing is made, brought to shape or locked, and who is served goes on being
//! served.

use crate::transfer::location::StoreLocation;
use crate::{Conn, Store, StoreError, meta, migrations};
use nameplate_core::clock::Timestamp;
use std::collections::BTreeMap;

/// What a store says of itself.
#[derive(Debug)]
pub struct Checkup {
    /// The number of the newest migration that it has.
    pub shape: i64,
    /// The number of this version's newest migration.
    pub newest_shape: i64,
    /// What its keys are called, newest first; none: nobody was ever served from it.
    pub keys: Vec<String>,
    /// Whether a copy into it was begun and not finished.
    pub half_copied: bool,
    /// Whether it was ever served with a mail provider, or at a public address that isn't loopback.
    pub production: bool,
    /// Sign-ups that wait included.
    pub accounts: i64,
    /// Sign-ups that wait for their code.
    pub waiting: i64,
    /// Those of them that somebody else has tried too, with another password.
    pub contested: i64,
    /// Changes of contacts and second factors that can still be undone.
    pub undoable: i64,
    /// When the first of them no longer can.
    pub undoable_until: Option<Timestamp>,
    /// When somebody last did something.
    pub latest: Option<Timestamp>,
    /// The names of the attributes that are stored, and how often.
    pub attributes: BTreeMap<String, i64>,
}

/// Why a store is of no use.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CheckError {
    #[error("nobody has ever been served from it")]
    Unused,
    #[error("it is damaged: {0}")]
    Damaged(String),
    #[error("it has a shape that no version of this program gave it")]
    Foreign,
    #[error("it can't be read")]
    Store(#[from] StoreError),
}

/// Looks at the store as it is at this moment.
///
/// # Errors
/// Nothing can be said about it, or nothing should be done with it.
pub async fn checkup(place: &StoreLocation, now: Timestamp) -> Result<Checkup, CheckError> {
    let mut conn = look(place).await?.ok_or(CheckError::Unused)?;
    if let StoreLocation::Sqlite(_) = place {
        let verdict = conn.query("PRAGMA quick_check(1)").optional().await.map_err(damaged)?;
        let verdict = verdict.map_or(Ok("no answer".to_owned()), |row| row.get::<String>("quick_check"))?;
        if verdict != "ok" {
            return Err(CheckError::Damaged(verdict));
        }
    }
    let shape = shape(&mut conn, place).await?;
    if shape == 0 {
        return Err(CheckError::Unused);
    }
    let keys = meta::get(&mut conn, meta::KEYS).await?;
    let keys = keys.map(|keys| keys.split(',').map(ToOwned::to_owned).collect()).unwrap_or_default();
    let half_copied = meta::get(&mut conn, meta::COPYING).await?.is_some();
    let production = meta::get(&mut conn, meta::PRODUCTION).await?.is_some();
    let mut latest: Option<i64> = None;
    for sql in [
        "SELECT MAX(at) AS number FROM events",
        "SELECT MAX(last_seen_at) AS number FROM sessions",
        "SELECT MAX(created_at) AS number FROM users",
    ] {
        latest = latest.max(number(&mut conn, sql).await?);
    }
    let rows = conn.query(names(place, shape)).all().await?;
    let attributes = rows
        .iter()
        .map(|row| Ok((row.get("name")?, row.get("accounts")?)))
        .collect::<Result<_, StoreError>>()?;
    let accounts = number(&mut conn, "SELECT COUNT(*) AS number FROM users").await?.unwrap_or_default();
    let waiting = number(&mut conn, "SELECT COUNT(*) AS number FROM users WHERE status = 'unconfirmed'")
        .await?
        .unwrap_or_default();
    let contested = match shape {
        ..15 => 0,
        _ => number(&mut conn, "SELECT COUNT(*) AS number FROM users WHERE contested = 1")
            .await?
            .unwrap_or_default(),
    };
    let (undoable, undoable_until) = match shape {
        ..26 => (0, None),
        _ => undoable(&mut conn, now).await?,
    };
    let (newest_shape, latest) = (migrations::NEWEST, latest.map(Timestamp));
    Ok(Checkup {
        shape,
        newest_shape,
        keys,
        half_copied,
        production,
        accounts,
        waiting,
        contested,
        undoable,
        undoable_until,
        latest,
        attributes,
    })
}

async fn undoable(conn: &mut Conn, now: Timestamp) -> Result<(i64, Option<Timestamp>), StoreError> {
    let query = conn.query(
        "SELECT COUNT(*) AS changes, MIN(ends_at) AS first_end FROM undoable_changes WHERE ends_at > $1",
    );
    let Some(row) = query.bind(now.0).optional().await? else { return Ok((0, None)) };
    Ok((row.get("changes")?, row.get::<Option<i64>>("first_end")?.map(Timestamp)))
}

/// Whether the store was ever served for real. It is left as it is: a newer version that must not serve it
/// must not bring it to its own shape either.
///
/// # Errors
/// Nothing can be said about it.
pub async fn is_production(place: &StoreLocation) -> Result<bool, CheckError> {
    let Some(mut conn) = look(place).await? else { return Ok(false) };
    Ok(shape(&mut conn, place).await? > 0 && meta::get(&mut conn, meta::PRODUCTION).await?.is_some())
}

/// Whether somebody was ever served from it, or a copy into it was begun. It is left as it is.
///
/// # Errors
/// Nothing can be said about it.
pub async fn was_served(place: &StoreLocation) -> Result<bool, CheckError> {
    let Some(mut conn) = look(place).await? else { return Ok(false) };
    Ok(shape(&mut conn, place).await? > 0
        && (meta::get(&mut conn, meta::KEYS).await?.is_some()
            || meta::get(&mut conn, meta::COPYING).await?.is_some()))
}

/// A connection that changes nothing, if there is anything to look at.
async fn look(place: &StoreLocation) -> Result<Option<Conn>, StoreError> {
    Ok(Some(match place {
        StoreLocation::Sqlite(path) if !path.exists() => return Ok(None),
        StoreLocation::Sqlite(path) => Store::inspect_sqlite(path).await?,
        StoreLocation::Postgres(url) => Store::inspect_postgres(url).await?,
    }))
}

/// How many accounts have an attribute of each name; a store of an earlier version is looked at too.
const fn names(place: &StoreLocation, shape: i64) -> &'static str {
    match place {
        _ if shape < 11 => "SELECT name, COUNT(*) AS accounts FROM attributes GROUP BY name",
        StoreLocation::Sqlite(_) => {
            "SELECT key AS name, COUNT(*) AS accounts FROM users, json_each(users.attributes) GROUP BY key"
        }
        StoreLocation::Postgres(_) => {
            "SELECT key AS name, COUNT(*) AS accounts FROM users, json_object_keys(users.attributes::json) AS key GROUP BY key"
        }
    }
}

fn damaged(error: StoreError) -> CheckError {
    if let StoreError::Database(error) = error {
        CheckError::Damaged(error.to_string())
    } else {
        CheckError::Store(error)
    }
}

async fn number(conn: &mut Conn, sql: &'static str) -> Result<Option<i64>, StoreError> {
    conn.query(sql).optional().await?.map_or(Ok(None), |row| row.get("number"))
}

/// The number of the newest migration; 0: there were none yet.
async fn shape(conn: &mut Conn, place: &StoreLocation) -> Result<i64, CheckError> {
    let tables = match place {
        StoreLocation::Sqlite(_) => {
            "SELECT COUNT(*) AS number FROM sqlite_master WHERE name = '_sqlx_migrations'"
        }
        StoreLocation::Postgres(_) => {
            "SELECT COUNT(*) AS number FROM information_schema.tables WHERE table_name = '_sqlx_migrations'"
        }
    };
    if number(conn, tables).await?.unwrap_or_default() == 0 {
        return Ok(0);
    }
    let rows = conn.query("SELECT version, checksum FROM _sqlx_migrations ORDER BY version").all().await?;
    let mut newest = 0;
    for row in &rows {
        newest = row.get("version")?;
        let checksum: Vec<u8> = row.get("checksum")?;
        // A newer version's are unknown here; that is said by their number.
        let ours = match place {
            StoreLocation::Sqlite(_) => migrations::is_known(newest, &checksum),
            StoreLocation::Postgres(_) => true,
        };
        if newest <= migrations::NEWEST && !ours {
            return Err(CheckError::Foreign);
        }
    }
    Ok(newest)
}
