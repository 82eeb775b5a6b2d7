//! The rows of the outbox once they are committed: claimed, sent, erased. [`super::queue()`] writes them.
//!
//! A payload is sealed under the key file for as long as it waits, and erased when it is done.

use crate::core::clock::Timestamp;
use crate::core::keys::Purpose;
use crate::delivery::Delivery;
use crate::delivery::message::Message;
use crate::delivery::{sms, smtp};
use crate::store::{StoreError, Tx, outbox};
use std::time::Duration;

pub(crate) use outbox::{Claimed, Outcome, drop_stale, end, next_due, postpone};

/// How long a claimed message is this worker's. Longer than any attempt, so that nobody else sends it
/// meanwhile.
const LEASE: Duration = Duration::from_secs(300);
const _: () = assert!(LEASE.as_secs() > smtp::LONGEST.as_secs() && LEASE.as_secs() > sms::LONGEST.as_secs());

/// Leases up to `most` due messages, the longest waiting first. None for the development mailbox if the store
/// is served for real.
pub(crate) async fn claim(
    tx: &mut Tx,
    now: Timestamp,
    most: usize,
    development: bool,
) -> Result<Vec<Claimed>, StoreError> {
    outbox::claim(tx, (now, now.plus(LEASE)), most, development).await
}

/// What was promised. `None`: its key is gone, or it was written by another version.
pub(crate) fn open(delivery: &Delivery, claimed: &Claimed) -> Option<Message> {
    let plain = delivery.keys.open(Purpose::Outbox, &claimed.payload, claimed.id.as_bytes()).ok()?;
    serde_json::from_slice(&plain).ok()
}
