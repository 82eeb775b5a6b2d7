//! Subs of accounts that were deleted, as digests: no account gets one of them as its username.

use crate::{Row, StoreError, Tx};
use nameplate_core::identifiers::username_key;
use sha2::{Digest as _, Sha256};

/// What a deleted account is remembered by.
pub(in crate::tables) fn digest(key: &str) -> Vec<u8> {
    Sha256::digest(key.as_bytes()).to_vec()
}

/// Remembers accounts that were deleted, of which these rows have the `sub`.
pub(in crate::tables) async fn remember(tx: &mut Tx, deleted: &[Row]) -> Result<(), StoreError> {
    for row in deleted {
        let sub: String = row.get("sub")?;
        let query = tx.query("INSERT INTO former_subs (digest) VALUES ($1) ON CONFLICT DO NOTHING");
        query.bind(digest(&username_key(&sub))).run().await?;
    }
    Ok(())
}
