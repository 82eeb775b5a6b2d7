//! What passwords are compared with in SRP, sealed under the key file. An account has one for each name that
//! it may have in the exchange.

use crate::{Conn, StoreError, Tx};
use nameplate_core::identity::UserId;

/// The name in the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// In canonical form.
    Username,
    /// That of accounts from before, until their password is next entered.
    Sub,
    /// Its own name for this, by whoever names the account by a contact (`USER_ID_FOR_SRP`).
    Id,
}

impl Name {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Username, Self::Sub, Self::Id];

    /// As the store spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Sub => "sub",
            Self::Id => "srp_id",
        }
    }
}

/// The sealed verifier.
pub async fn get(conn: &mut Conn, user: UserId, name: Name) -> Result<Option<Vec<u8>>, StoreError> {
    let query = conn.query("SELECT verifier FROM srp_verifiers WHERE user_id = $1 AND name = $2");
    query.bind(user.0).bind(name.as_str()).optional().await?.map(|row| row.get("verifier")).transpose()
}

/// Forgets them: they are made anew when the password is entered next.
pub async fn remove(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.query("DELETE FROM srp_verifiers WHERE user_id = $1").bind(user.0).run().await.map(drop)
}

/// Keeps it in the place of the one before.
pub async fn set(tx: &mut Tx, user: UserId, name: Name, sealed: &[u8]) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO srp_verifiers (user_id, name, verifier) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, name) DO UPDATE SET verifier = excluded.verifier",
    )
    .bind(user.0)
    .bind(name.as_str())
    .bind(sealed.to_vec())
    .run()
    .await?;
    Ok(())
}
