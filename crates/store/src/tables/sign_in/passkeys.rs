//! Passkeys: the public halves of keys that people sign in with.

use crate::engine::readable;
use crate::tables::accounts::users::{self, User};
use crate::{Conn, Row, StoreError, Tx};
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::UserId;

/// A passkey as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What the authenticator calls it.
    pub credential: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// How the authenticator is reached (Web Authentication, section 5.8.4), as bits.
    pub transports: u8,
    /// What its answers are verified with, encoded.
    pub public_key: Vec<u8>,
    /// What changes with its use, such as the signature counter, encoded.
    pub state: Vec<u8>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When somebody last signed in with it.
    pub last_used_at: Option<Timestamp>,
    /// Whoever added it passed the second step to do so.
    pub vouched: bool,
}

impl Kept {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            credential: row.get("credential")?,
            name: row.get("name")?,
            transports: u8::try_from(row.get::<i64>("transports")?).map_err(StoreError::unreadable)?,
            public_key: row.get("public_key")?,
            state: row.get("state")?,
            created_at: Timestamp(row.get("created_at")?),
            last_used_at: row.get::<Option<i64>>("last_used_at")?.map(Timestamp),
            vouched: row.get::<i64>("vouched")? == 1,
        })
    }
}

/// All of the account's passkeys, oldest first.
pub async fn of_user(conn: &mut Conn, user: UserId) -> Result<Vec<Kept>, StoreError> {
    let query = conn.query(
        "SELECT credential, name, transports, public_key, state, created_at, last_used_at, vouched FROM passkeys
         WHERE user_id = $1 ORDER BY created_at, credential",
    );
    Ok(readable(&query.bind(user.0).all().await?, "passkeys", Kept::read))
}

/// The passkey that the authenticator calls so, and whose it is.
pub async fn find(conn: &mut Conn, credential: &[u8]) -> Result<Option<(Kept, User)>, StoreError> {
    let query = conn.query(
        "SELECT credential, name, transports, public_key, state, created_at, last_used_at, vouched, user_id FROM passkeys WHERE credential = $1",
    );
    let Some(row) = query.bind(credential.to_vec()).optional().await? else { return Ok(None) };
    let kept = Kept::read(&row)?;
    let owner = users::by_id(conn, UserId(row.get("user_id")?)).await?;
    Ok(owner.map(|owner| (kept, owner)))
}

/// Adds a passkey. `false`: there is one that the authenticator calls so.
pub async fn insert(tx: &mut Tx, user: UserId, passkey: &Kept) -> Result<bool, StoreError> {
    let query = tx.query(
        "INSERT INTO passkeys (credential, user_id, name, transports, public_key, state, created_at, last_used_at, vouched)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (credential) DO NOTHING",
    );
    let added = query
        .bind(passkey.credential.clone())
        .bind(user.0)
        .bind(passkey.name.clone())
        .bind(i64::from(passkey.transports))
        .bind(passkey.public_key.clone())
        .bind(passkey.state.clone())
        .bind(passkey.created_at.0)
        .bind(passkey.last_used_at.map(|at| at.0))
        .bind(i64::from(passkey.vouched))
        .run()
        .await?;
    Ok(added == 1)
}

/// Notes a use, and what has changed with it. `false`: it was removed, or used, since it was looked at.
pub async fn used(
    tx: &mut Tx,
    user: UserId,
    before: &Kept,
    state: &[u8],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = tx.query("UPDATE passkeys SET state = $4, last_used_at = $5 WHERE credential = $1 AND user_id = $2 AND state = $3");
    let query = query
        .bind(before.credential.clone())
        .bind(user.0)
        .bind(before.state.clone())
        .bind(state.to_vec())
        .bind(now.0);
    Ok(query.run().await? == 1)
}

/// Notes that somebody who passed the second step wants to keep it. `false`: the account has none such.
pub async fn vouch(tx: &mut Tx, user: UserId, credential: &[u8]) -> Result<bool, StoreError> {
    let query = tx.query("UPDATE passkeys SET vouched = 1 WHERE credential = $1 AND user_id = $2");
    Ok(query.bind(credential.to_vec()).bind(user.0).run().await? == 1)
}

/// Removes a passkey of the account. `false`: it has none such.
pub async fn delete(tx: &mut Tx, user: UserId, credential: &[u8]) -> Result<bool, StoreError> {
    let query = tx.query("DELETE FROM passkeys WHERE credential = $1 AND user_id = $2");
    Ok(query.bind(credential.to_vec()).bind(user.0).run().await? == 1)
}
