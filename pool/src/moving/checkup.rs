//! Looking at a store as it is: nothing is made, brought to shape or locked, and who is served goes on being
//! served.

use super::place::Place;
use crate::clock::Timestamp;
use crate::store::{Conn, Store, StoreError, meta, migrations};
use std::collections::BTreeMap;

/// What a store says of itself.
#[derive(Debug)]
pub struct Checkup {
    /// The number of its shape, and that of this version's.
    pub shape: i64,
    pub newest_shape: i64,
    /// What its keys are called, newest first; none: nobody was ever served from it.
    pub keys: Vec<String>,
    /// Whether a copy into it was begun and not finished.
    pub half_copied: bool,
    /// Whether it was ever served with a mail provider, or at a public address that isn't loopback.
    pub production: bool,
    pub accounts: i64,
    /// Sign-ups among them that wait for their code, and how many of these others have tried too.
    pub waiting: i64,
    pub contested: i64,
    /// When somebody last did something.
    pub latest: Option<Timestamp>,
    /// The names of the attributes that are stored, and how often.
    pub attributes: BTreeMap<String, i64>,
}

/// Why a store is of no use.
#[derive(Debug, thiserror::Error)]
pub enum Sick {
    #[error("nobody has ever been served from it")]
    Unused,
    #[error("it is damaged: {0}")]
    Damaged(String),
    #[error("it has a shape that no version of this program gave it")]
    Foreign,
    #[error("it can't be read")]
    Store(#[from] StoreError),
}

/// Looks at the store.
///
/// # Errors
/// Nothing can be said about it, or nothing should be done with it.
pub async fn checkup(place: &Place) -> Result<Checkup, Sick> {
    let mut conn = look(place).await?.ok_or(Sick::Unused)?;
    if let Place::Sqlite(_) = place {
        let verdict = conn.query("PRAGMA quick_check(1)").optional().await.map_err(damaged)?;
        let verdict = verdict.map_or(Ok("no answer".to_owned()), |row| row.get::<String>(0))?;
        if verdict != "ok" {
            return Err(Sick::Damaged(verdict));
        }
    }
    let shape = shape(&mut conn, place).await?;
    if shape == 0 {
        return Err(Sick::Unused);
    }
    let keys = meta::get(&mut conn, meta::KEYS).await?;
    let keys = keys.map(|keys| keys.split(',').map(ToOwned::to_owned).collect()).unwrap_or_default();
    let half_copied = meta::get(&mut conn, meta::COPYING).await?.is_some();
    let production = meta::get(&mut conn, meta::PRODUCTION).await?.is_some();
    let mut latest: Option<i64> = None;
    for sql in [
        "SELECT MAX(at) FROM events",
        "SELECT MAX(last_seen_at) FROM sessions",
        "SELECT MAX(created_at) FROM users",
    ] {
        latest = latest.max(number(&mut conn, sql).await?);
    }
    let rows = conn.query(names(place, shape)).all().await?;
    let attributes =
        rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, StoreError>>()?;
    let accounts = number(&mut conn, "SELECT COUNT(*) FROM users").await?.unwrap_or_default();
    let waiting = number(&mut conn, "SELECT COUNT(*) FROM users WHERE status = 'unconfirmed'")
        .await?
        .unwrap_or_default();
    let contested = match shape {
        ..15 => 0,
        _ => number(&mut conn, "SELECT COUNT(*) FROM users WHERE contested = 1").await?.unwrap_or_default(),
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
        latest,
        attributes,
    })
}

/// Whether the store was ever served for real. It is left as it is: a newer version that must not serve it
/// must not bring it to its own shape either.
///
/// # Errors
/// Nothing can be said about it.
pub async fn is_production(place: &Place) -> Result<bool, Sick> {
    let Some(mut conn) = look(place).await? else { return Ok(false) };
    Ok(shape(&mut conn, place).await? > 0 && meta::get(&mut conn, meta::PRODUCTION).await?.is_some())
}

/// A connection that changes nothing, if there is anything to look at.
async fn look(place: &Place) -> Result<Option<Conn>, StoreError> {
    Ok(Some(match place {
        Place::Sqlite(path) if !path.exists() => return Ok(None),
        Place::Sqlite(path) => Store::inspect_sqlite(path).await?,
        Place::Postgres(url) => Store::inspect_postgres(url).await?,
    }))
}

/// How many accounts have an attribute of each name; a store of an earlier version is looked at too.
const fn names(place: &Place, shape: i64) -> &'static str {
    match place {
        _ if shape < 11 => "SELECT name, COUNT(*) FROM attributes GROUP BY name",
        Place::Sqlite(_) => "SELECT key, COUNT(*) FROM users, json_each(users.attributes) GROUP BY key",
        Place::Postgres(_) => {
            "SELECT key, COUNT(*) FROM users, json_object_keys(users.attributes::json) AS key GROUP BY key"
        }
    }
}

fn damaged(error: StoreError) -> Sick {
    match error {
        StoreError::Database(error) => Sick::Damaged(error.to_string()),
        other => Sick::Store(other),
    }
}

async fn number(conn: &mut Conn, sql: &'static str) -> Result<Option<i64>, StoreError> {
    conn.query(sql).optional().await?.map_or(Ok(None), |row| row.get(0))
}

/// The number of the newest migration; 0: there were none yet.
async fn shape(conn: &mut Conn, place: &Place) -> Result<i64, Sick> {
    let tables = match place {
        Place::Sqlite(_) => "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'",
        Place::Postgres(_) => {
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = '_sqlx_migrations'"
        }
    };
    if number(conn, tables).await?.unwrap_or_default() == 0 {
        return Ok(0);
    }
    let rows = conn.query("SELECT version, checksum FROM _sqlx_migrations ORDER BY version").all().await?;
    let mut newest = 0;
    for row in &rows {
        newest = row.get(0)?;
        let checksum: Vec<u8> = row.get(1)?;
        // A newer version's are unknown here; that is said by their number.
        let ours = match place {
            Place::Sqlite(_) => migrations::is_known(newest, &checksum),
            Place::Postgres(_) => true,
        };
        if newest <= migrations::NEWEST && !ours {
            return Err(Sick::Foreign);
        }
    }
    Ok(newest)
}
