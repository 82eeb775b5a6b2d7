//! The rows of the outbox once they are committed: claimed, sent, erased. [`super::queue()`] writes them.
//!
//! A payload is sealed under the key file for as long as it waits, and erased when it is done.

use crate::Delivery;
use crate::message::Message;
use nameplate_core::clock::Timestamp;
use nameplate_core::keys::Purpose;
use store::outbox::Lease;
use store::{StoreError, Tx, outbox};

pub use outbox::{Claimed, Outcome, drop_stale, due, end, leased, postpone, release, release_all, renew};

/// Leases up to `most` due messages, the longest waiting first. None for the development mailbox if the store
/// is served for real.
pub async fn claim(
    tx: &mut Tx,
    delivery: &Delivery,
    now: Timestamp,
    most: usize,
    development: bool,
) -> Result<Vec<Claimed>, StoreError> {
    let number = (i64::from_le_bytes(delivery.entropy.bytes()) & i64::MAX).max(1);
    outbox::claim(tx, Lease { now, number }, most, development).await
}

/// What was promised. `None`: its key is gone, or it was written by another version.
pub fn open(delivery: &Delivery, claimed: &Claimed) -> Option<Message> {
    let plain = delivery.keys.open(Purpose::Outbox, &claimed.payload, claimed.id.as_bytes()).ok()?;
    serde_json::from_slice(&plain).ok()
}
