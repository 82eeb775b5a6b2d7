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

/// The value of that name.
pub async fn get(conn: &mut Conn, name: &str) -> Result<Option<String>, StoreError> {
    let row = conn.query("SELECT value FROM meta WHERE name = $1").bind(name.to_owned()).optional().await?;
    row.map(|row| row.get("value")).transpose()
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
