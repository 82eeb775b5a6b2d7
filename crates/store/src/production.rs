//! Whether a store was ever served for real: with a mail provider, or at a public address that isn't
//! loopback.
//!
//! Such a store holds the contacts and codes of real people. The development mailbox must never show them, so
//! the store remembers it for good, and the delivery of messages looks at it in the statement that claims
//! them.

use crate::{Store, StoreError, meta, retried};
use nameplate_core::clock::Timestamp;

/// Notes that the store is served for real, since now. Called before anyone is served; it costs a read where
/// it is known.
///
/// # Errors
/// The store did not answer.
pub async fn mark_production(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    if is_production(store).await? {
        return Ok(());
    }
    let since = now.millis().to_string();
    retried(async || {
        let mut tx = store.begin().await?;
        meta::set_once(&mut tx, meta::PRODUCTION, &since).await?;
        tx.commit().await
    })
    .await
}

/// Whether the store was ever served for real.
///
/// # Errors
/// The store did not answer.
pub async fn is_production(store: &Store) -> Result<bool, StoreError> {
    Ok(meta::get(&mut store.read().await?, meta::PRODUCTION).await?.is_some())
}
