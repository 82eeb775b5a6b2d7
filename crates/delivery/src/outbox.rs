//! The rows of the outbox once they are committed: claimed, sent, erased. [`super::queue()`] writes them.
//!
//! A payload is sealed under the key file for as long as it waits, and erased when it is done.

use crate::Delivery;
use crate::message::Message;
use crate::{sms, smtp};
use nameplate_core::clock::Timestamp;
use nameplate_core::keys::Purpose;
use std::time::Duration;
use store::outbox::Lease;
use store::{StoreError, Tx, outbox};

pub use outbox::{Claimed, Outcome, drop_stale, end, next_due, postpone};

/// How long a claimed message is this worker's. Longer than any attempt, so that nobody else sends it
/// meanwhile.
const LEASE: Duration = Duration::from_secs(300);
const _: () = assert!(LEASE.as_secs() > smtp::LONGEST.as_secs() && LEASE.as_secs() > sms::LONGEST.as_secs());

/// Leases up to `most` due messages, the longest waiting first. None for the development mailbox if the store
/// is served for real.
pub async fn claim(
    tx: &mut Tx,
    now: Timestamp,
    most: usize,
    development: bool,
) -> Result<Vec<Claimed>, StoreError> {
    outbox::claim(tx, Lease { from: now, until: now.plus(LEASE) }, most, development).await
}

/// What was promised. `None`: its key is gone, or it was written by another version.
pub fn open(delivery: &Delivery, claimed: &Claimed) -> Option<Message> {
    let plain = delivery.keys.open(Purpose::Outbox, &claimed.payload, claimed.id.as_bytes()).ok()?;
    serde_json::from_slice(&plain).ok()
}
