//! What the service knows of itself.

use crate::{Conn, StoreError, Tx};

/// The fingerprints of the keys that the store was last opened with, newest first, separated by commas.
pub const KEYS: &str = "keys";

/// What applications know the user pool by.
pub const POOL_ID: &str = "pool_id";

/// The id of the user pool that is being copied into the store. It goes when the copy is whole.
pub const COPYING: &str = "copying";

/// When the store was first served with a mail provider or at a public address that isn't loopback. Set once,
/// never removed: from then on the development mailbox takes nothing from it.
pub const PRODUCTION: &str = "production";

/// What the store itself is called: what a key file notes, and what a node that serves looks for. Copies and
/// backups keep it.
pub const STORE_ID: &str = "store_id";

/// The fingerprints of the keys that were ever the newest one here, separated by commas, but for those that
/// were retired: something may be sealed or digested with each.
pub const KEYS_IN_USE: &str = "keys_in_use";

/// The fingerprints of the keys that were retired, separated by commas.
pub const KEYS_RETIRED: &str = "keys_retired";

/// What finds the digests of those keys, sealed.
pub const DIGESTS_OF_RETIRED: &str = "digests_of_retired";

/// The secret that made-up answers are made of, sealed. Never another one.
pub const MADE_UP: &str = "made_up";

/// When the clock was last known to be right, and since when it can't be trusted.
pub const CLOCK: &str = "clock";

/// What the stored passwords cost to compare, and how many there are of each cost.
pub const PASSWORD_COSTS: &str = "password_costs";

/// What checks of health write.
pub const CHECKED: &str = "checked";

/// The countries of the phone numbers that there were when the first version opened the store that sends
/// strangers' text messages to some countries only, separated by commas. Set once.
pub const TEXT_COUNTRIES: &str = "text_countries";

/// The value of that name.
pub async fn get(conn: &mut Conn, name: &str) -> Result<Option<String>, StoreError> {
    let row = conn.query("SELECT value FROM meta WHERE name = $1").bind(name.to_owned()).optional().await?;
    row.map(|row| row.get("value")).transpose()
}

/// The value of that name, of which commas separate the parts; none, if there is no value.
pub async fn list(conn: &mut Conn, name: &str) -> Result<Vec<String>, StoreError> {
    let value = get(conn, name).await?.unwrap_or_default();
    Ok(value.split(',').filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect())
}

/// Sets the value of that name.
pub async fn set(tx: &mut Tx, name: &str, value: &str) -> Result<(), StoreError> {
    tx.query("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(name.to_owned())
        .bind(value.to_owned())
        .run()
        .await?;
    Ok(())
}

/// Sets the value of that name if it is this one still.
pub async fn replace(tx: &mut Tx, name: &str, old: &str, new: &str) -> Result<(), StoreError> {
    let query = tx.query("UPDATE meta SET value = $3 WHERE name = $1 AND value = $2");
    query.bind(name.to_owned()).bind(old.to_owned()).bind(new.to_owned()).run().await.map(drop)
}

/// Sets the value of that name if there is none, and answers the one there is. The row stays taken until the
/// transaction ends.
pub async fn set_once(tx: &mut Tx, name: &str, value: &str) -> Result<String, StoreError> {
    let query =
        tx.query("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = meta.value RETURNING value");
    let row = query.bind(name.to_owned()).bind(value.to_owned()).optional().await?;
    row.ok_or_else(|| StoreError::unreadable("nothing came back"))?.get("value")
}

/// Removes the value of that name.
pub async fn remove(tx: &mut Tx, name: &str) -> Result<(), StoreError> {
    tx.query("DELETE FROM meta WHERE name = $1").bind(name.to_owned()).run().await.map(drop)
}
