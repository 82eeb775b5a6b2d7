//! Values of attributes, as text.
//!
//! `sub`, `updated_at`, the verified flags and what nobody set have no row here: the first two are columns of the
//! account, and a contact is verified while it is the account's own ([`super::aliases`]).

use super::{StoreError, Tx, Write};
use crate::sessions::UserId;
use model::AttributeName;

/// Sets the value.
pub(crate) fn set(user: UserId, name: &AttributeName, value: &str) -> Write {
    Write::new(
        "INSERT INTO attributes (user_id, name, value) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value",
    )
    .bind(user.0)
    .bind(name.as_str().to_owned())
    .bind(value.to_owned())
}

/// Removes the value, if there is one.
pub(crate) async fn remove(tx: &mut Tx, user: UserId, name: &AttributeName) -> Result<(), StoreError> {
    let query = tx.query("DELETE FROM attributes WHERE user_id = $1 AND name = $2");
    query.bind(user.0).bind(name.as_str().to_owned()).run().await?;
    Ok(())
}

/// All that is stored of the account.
#[cfg(test)]
pub(crate) async fn all(conn: &mut super::Conn, user: UserId) -> Result<std::collections::BTreeMap<AttributeName, String>, StoreError> {
    let rows = conn.query("SELECT name, value FROM attributes WHERE user_id = $1").bind(user.0).all().await?;
    rows.iter().map(|row| Ok((row.get::<String>(0)?.parse().map_err(StoreError::unreadable)?, row.get(1)?))).collect()
}
