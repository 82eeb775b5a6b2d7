//! Values of attributes, as text.
//!
//! They stand with their account, all in one column: who is looked at or changed is one row, and among many
//! accounts every row elsewhere is one more page to read, to log and to copy.
//!
//! `sub`, `updated_at`, the verified flags and what nobody set are not among them: the first two are columns
//! of their own, and a contact is verified while it is the account's own ([`crate::tables::accounts::aliases`]).

#[cfg(any(test, feature = "testing"))]
use crate::Tx;
use crate::{Conn, Statement, StoreError};
use model::AttributeName;
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::UserId;
use std::collections::BTreeMap;

/// What is set, by name.
pub type Attributes = BTreeMap<AttributeName, String>;

/// Reads the column.
pub fn read(column: &str) -> Result<Attributes, StoreError> {
    serde_json::from_str(column).map_err(StoreError::unreadable)
}

fn column(all: &Attributes) -> Result<String, StoreError> {
    serde_json::to_string(all).map_err(StoreError::unreadable)
}

/// These are all that the account has, of which nobody is told when they changed: it has just come, or waits
/// for its code.
pub fn put(user: UserId, all: &Attributes) -> Result<Statement, StoreError> {
    Ok(Statement::new("UPDATE users SET attributes = $2 WHERE id = $1").bind(user.0).bind(column(all)?))
}

/// These are all that the account has from now on (`updated_at`). Whoever read the others holds the account
/// since.
pub fn change(user: UserId, all: &Attributes, now: Timestamp) -> Result<Statement, StoreError> {
    let statement = Statement::new("UPDATE users SET attributes = $2, updated_at = $3 WHERE id = $1");
    Ok(statement.bind(user.0).bind(column(all)?).bind(now.0))
}

/// What is set of the accounts after this one, those that wait for their code included, in order.
pub async fn of_accounts_after(
    conn: &mut Conn,
    after: UserId,
    most: u32,
) -> Result<Vec<(UserId, Attributes)>, StoreError> {
    let query = conn.query("SELECT id, attributes FROM users WHERE id > $1 ORDER BY id LIMIT $2");
    let rows = query.bind(after.0).bind(i64::from(most)).all().await?;
    rows.iter().map(|row| Ok((UserId(row.get("id")?), read(row.get("attributes")?)?))).collect()
}

/// Sets one beside those that there are.
#[cfg(any(test, feature = "testing"))]
pub async fn set(tx: &mut Tx, user: UserId, name: AttributeName, value: &str) -> Result<(), StoreError> {
    let row = tx.query("SELECT attributes FROM users WHERE id = $1").bind(user.0).optional().await?;
    let Some(row) = row else { return Ok(()) };
    let mut all = read(row.get("attributes")?)?;
    all.insert(name, value.to_owned());
    tx.write(vec![put(user, &all)?]).await
}

/// All that is stored of the account.
#[cfg(any(test, feature = "testing"))]
pub async fn all(conn: &mut Conn, user: UserId) -> Result<Attributes, StoreError> {
    let row = conn.query("SELECT attributes FROM users WHERE id = $1").bind(user.0).optional().await?;
    row.map_or(Ok(Attributes::new()), |row| read(row.get("attributes")?))
}
