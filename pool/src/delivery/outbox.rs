//! The rows of the outbox once they are committed: claimed, sent, erased. [`super::queue`] writes them.
//!
//! A row is due, leased (due again later, should whoever claimed it die) or done. Its payload is sealed under
//! the key file for as long as it waits, and erased when it is done.

use super::message::Message;
use super::{sms, smtp};
use crate::Inner;
use crate::clock::Timestamp;
use crate::keys::Purpose;
use crate::store::{Conn, Row, StoreError, Tx};
use std::time::Duration;

/// How long a claimed message is this worker's. Longer than any attempt, so that nobody else sends it
/// meanwhile.
const LEASE: Duration = Duration::from_secs(300);
const _: () = assert!(LEASE.as_secs() > smtp::LONGEST.as_secs() && LEASE.as_secs() > sms::LONGEST.as_secs());

/// A message that this worker may send until its lease is over.
pub(super) struct Claimed {
    pub(super) id: String,
    pub(super) created_at: Timestamp,
    /// This one included.
    pub(super) attempts: u32,
    lease: Timestamp,
    payload: Vec<u8>,
}

impl Claimed {
    fn read(row: &Row, lease: Timestamp) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            payload: row.get(1)?,
            created_at: Timestamp(row.get(2)?),
            attempts: u32::try_from(row.get::<i64>(3)?).unwrap_or(u32::MAX),
            lease,
        })
    }

    /// What was promised. `None`: its key is gone, or it was written by another version.
    pub(super) fn open(&self, inner: &Inner) -> Option<Message> {
        let plain = inner.keys.open(Purpose::Outbox, &self.payload, self.id.as_bytes()).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

/// How a row ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Sent,
    GivenUp,
}

impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::GivenUp => "given_up",
        }
    }
}

/// Drops the due messages whose code is no longer the one to enter. How many there were. A transaction of its
/// own: in one with [`claim`], two workers could wait for each other's rows.
pub(super) async fn drop_stale(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.query(
        "UPDATE outbox SET outcome = 'stale', payload = NULL, due_at = NULL
         WHERE due_at <= $1 AND issue IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM codes
             WHERE codes.user_id = outbox.user_id AND codes.purpose = outbox.purpose
               AND codes.attribute = outbox.attribute AND codes.issue = outbox.issue
               AND codes.used_at IS NULL AND codes.expires_at > $1)
           AND NOT EXISTS (
             SELECT 1 FROM requested_codes
             WHERE requested_codes.message = outbox.id AND requested_codes.used_at IS NULL AND requested_codes.expires_at > $1)",
    )
    .bind(now.millis())
    .run()
    .await
}

// `due_at <= $1` stands there twice for databases with several writers: what another worker has leased since
// the inner query saw it is looked at again before it is changed, and then it isn't due.
const CLAIM: &str = "UPDATE outbox SET due_at = $2, attempts = attempts + 1
    WHERE due_at <= $1 AND id IN (SELECT id FROM outbox WHERE due_at <= $1 ORDER BY due_at LIMIT $3)
    RETURNING id, payload, created_at, attempts";
// A node that serves for real says so before it queues anything: whoever sees its message here sees its note
// too.
const CLAIM_IN_DEVELOPMENT: &str = "UPDATE outbox SET due_at = $2, attempts = attempts + 1
    WHERE due_at <= $1 AND id IN (SELECT id FROM outbox WHERE due_at <= $1 ORDER BY due_at LIMIT $3)
      AND NOT EXISTS (SELECT 1 FROM meta WHERE name = 'production')
    RETURNING id, payload, created_at, attempts";

/// Leases up to `most` due messages, the longest waiting first. None for the development mailbox if the store
/// is served for real.
pub(super) async fn claim(
    tx: &mut Tx,
    now: Timestamp,
    most: usize,
    development: bool,
) -> Result<Vec<Claimed>, StoreError> {
    let lease = now.plus(LEASE);
    let rows = tx
        .query(if development { CLAIM_IN_DEVELOPMENT } else { CLAIM })
        .bind(now.millis())
        .bind(lease.millis())
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .all()
        .await?;
    rows.iter().map(|row| Claimed::read(row, lease)).collect()
}

/// Ends a row: the payload is erased.
pub(super) async fn end(tx: &mut Tx, id: &str, outcome: Outcome) -> Result<(), StoreError> {
    tx.query("UPDATE outbox SET outcome = $2, payload = NULL, due_at = NULL WHERE id = $1")
        .bind(id.to_owned())
        .bind(outcome.as_str())
        .run()
        .await?;
    Ok(())
}

/// Puts a claimed message back until `due`; not if the lease was over and somebody else has it.
pub(super) async fn postpone(tx: &mut Tx, claimed: &Claimed, due: Timestamp) -> Result<(), StoreError> {
    tx.query("UPDATE outbox SET due_at = $2 WHERE id = $1 AND due_at = $3")
        .bind(claimed.id.clone())
        .bind(due.millis())
        .bind(claimed.lease.millis())
        .run()
        .await?;
    Ok(())
}

/// When the next message is due, leases included.
pub(super) async fn next_due(conn: &mut Conn) -> Result<Option<Timestamp>, StoreError> {
    let row = conn.query("SELECT MIN(due_at) FROM outbox WHERE due_at IS NOT NULL").optional().await?;
    Ok(row.map(|row| row.get::<Option<i64>>(0)).transpose()?.flatten().map(Timestamp))
}
