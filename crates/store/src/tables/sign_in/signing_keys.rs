//! The keys that tokens are signed with. All nodes have the same: whoever comes first makes it.

use crate::{Conn, StoreError, Tx};
use nameplate_core::clock::Timestamp;
use nameplate_core::secretive;

/// A key as the store has it.
pub struct Stored {
    /// What tokens and the key set name it by (RFC 7517, section 4.5).
    pub kid: String,
    /// The private key, sealed under the key file.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

secretive!(Stored);

/// Those that verify at this moment, the newest first.
pub async fn all(conn: &mut Conn, now: Timestamp) -> Result<Vec<Stored>, StoreError> {
    let query = conn.query(
        "SELECT kid, private_key, created_at FROM signing_keys
         WHERE number > 0 AND (retired_at IS NULL OR retired_at > $1) ORDER BY number DESC",
    );
    let rows = query.bind(now.0).all().await?;
    rows.iter()
        .map(|row| {
            Ok(Stored {
                kid: row.get("kid")?,
                sealed: row.get("private_key")?,
                created_at: Timestamp(row.get("created_at")?),
            })
        })
        .collect()
}

/// Keeps the first key, unless somebody else was first.
pub async fn set_once(tx: &mut Tx, kid: &str, sealed: &[u8], now: Timestamp) -> Result<(), StoreError> {
    tx.query("INSERT INTO signing_keys (number, kid, private_key, created_at) VALUES (1, $1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(kid.to_owned())
        .bind(sealed.to_vec())
        .bind(now.0)
        .run()
        .await?;
    Ok(())
}

/// Keeps the next key. Those before it verify nothing any more after that time. Of several at once one comes
/// after the other.
pub async fn add(
    tx: &mut Tx,
    kid: &str,
    sealed: &[u8],
    now: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    // The first key's row is there as long as the pool, so it is what is waited at.
    tx.query("UPDATE signing_keys SET kid = kid WHERE number = 1").run().await?;
    tx.query("UPDATE signing_keys SET retired_at = $1 WHERE number > 0 AND retired_at IS NULL")
        .bind(until.0)
        .run()
        .await?;
    tx.query(
        "INSERT INTO signing_keys (number, kid, private_key, created_at)
         SELECT MAX(number) + 1, $1, $2, $3 FROM signing_keys WHERE number > 0",
    )
    .bind(kid.to_owned())
    .bind(sealed.to_vec())
    .bind(now.0)
    .run()
    .await?;
    Ok(())
}
