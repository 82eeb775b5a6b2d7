//! Messages that wait to be sent, sealed, and what became of them.
//!
//! A row waits until it is due, is leased to the worker that claimed it, or is done. A worker says again and
//! again that it still has what it leased; what nobody says so of is released, and due again.

use crate::engine::readable;
use crate::{Conn, Row, StoreError, Tx};
use nameplate_core::clock::Timestamp;
use nameplate_core::code::{Issue, Slot};
use nameplate_core::identity::UserId;
use nameplate_core::secretive;
use std::time::Duration;

/// A message that is promised.
#[derive(Debug)]
pub struct New<'a> {
    /// A UUID: the row's name, and the message's for whoever takes it.
    pub id: &'a str,
    /// Mail or text message, as `DeliveryMedium` spells it.
    pub medium: &'static str,
    /// Sealed.
    pub payload: Vec<u8>,
    /// The account that it goes with.
    pub user: Option<UserId>,
    /// The code that it carries.
    pub code: Option<(&'a Slot, &'a Issue)>,
    /// When it was promised.
    pub created_at: Timestamp,
    /// When to send it.
    pub due_at: Timestamp,
}

/// Keeps a message.
pub async fn insert(tx: &mut Tx, new: New<'_>) -> Result<(), StoreError> {
    tx.query_of(
        new.user.unwrap_or(UserId(0)),
        "INSERT INTO outbox (id, medium, payload, user_id, purpose, attribute, issue, created_at, due_at, attempts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)",
    )
    .bind(new.id.to_owned())
    .bind(new.medium)
    .bind(new.payload)
    .bind(new.user.map(|user| user.0))
    .bind(new.code.map(|(slot, _)| slot.purpose.as_str()))
    .bind(new.code.map(|(slot, _)| slot.attribute.as_str().to_owned()))
    .bind(new.code.map(|(_, issue)| issue.to_vec()))
    .bind(new.created_at.0)
    .bind(new.due_at.0)
    .run()
    .await?;
    Ok(())
}

/// The sealed text of a message that waits. `None`: it is done.
pub async fn payload(conn: &mut Conn, user: UserId, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let query = conn.query_of(user, "SELECT payload FROM outbox WHERE id = $1 AND payload IS NOT NULL");
    query.bind(id.to_owned()).optional().await?.map(|row| row.get("payload")).transpose()
}

/// Puts another text in its place. `false`: a worker may be sending it.
pub async fn replace(
    tx: &mut Tx,
    user: UserId,
    id: &str,
    payload: Vec<u8>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = tx.query_of(user, "UPDATE outbox SET payload = $2 WHERE id = $1 AND payload IS NOT NULL AND attempts = 0 AND due_at > $3");
    Ok(query.bind(id.to_owned()).bind(payload).bind(now.0).run().await? == 1)
}

/// Drops what waits to be sent to the account's contacts, whatever it says, but for a code that others wait
/// for too.
pub async fn withdraw(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    let query = tx.query(
        "UPDATE outbox SET outcome = 'stale', payload = NULL, due_at = NULL, lease = NULL
         WHERE due_at > 0 AND user_id = $1 AND NOT EXISTS (
             SELECT 1 FROM requested_codes c WHERE c.message = outbox.id AND c.user_id <> $1 AND c.used_at IS NULL)",
    );
    query.bind(user.0).run().await.map(drop)
}

/// A message that one worker may send for as long as it has the lease.
pub struct Claimed {
    /// Its row.
    pub id: String,
    /// When it was promised.
    pub created_at: Timestamp,
    /// This one included.
    pub attempts: u32,
    /// Sealed.
    pub payload: Vec<u8>,
    lease: i64,
}

secretive!(Claimed);

impl Claimed {
    fn read(row: &Row, lease: i64) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            payload: row.get("payload")?,
            created_at: Timestamp(row.get("created_at")?),
            attempts: u32::try_from(row.get::<i64>("attempts")?).unwrap_or(u32::MAX),
            lease,
        })
    }
}

/// A message that a worker has, or had when it died.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Leased {
    /// Which message.
    pub id: String,
    lease: i64,
    renewals: i64,
}

/// How a row ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A provider took it.
    Sent,
    /// Refused for good, or failing for too long.
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
pub async fn drop_stale(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    tx.query(
        "UPDATE outbox SET outcome = 'stale', payload = NULL, due_at = NULL
         WHERE due_at <= $1 AND lease IS NULL AND issue IS NOT NULL AND NOT EXISTS (
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

// The condition stands there twice for databases with several writers: what another worker has leased since the
// inner query saw it is looked at again before it is changed, and then it is leased.
const CLAIM: &str = "UPDATE outbox SET lease = $2, renewals = 0, attempts = attempts + 1
    WHERE due_at <= $1 AND lease IS NULL
      AND id IN (SELECT id FROM outbox WHERE due_at <= $1 AND lease IS NULL ORDER BY due_at LIMIT $3)
    RETURNING id, payload, created_at, attempts";
// A node that serves for real says so before it queues anything: a transaction that sees its message here
// sees its note too.
const CLAIM_IN_DEVELOPMENT: &str = "UPDATE outbox SET lease = $2, renewals = 0, attempts = attempts + 1
    WHERE due_at <= $1 AND lease IS NULL
      AND id IN (SELECT id FROM outbox WHERE due_at <= $1 AND lease IS NULL ORDER BY due_at LIMIT $3)
      AND NOT EXISTS (SELECT 1 FROM meta WHERE name = 'production')
    RETURNING id, payload, created_at, attempts";

/// What a worker claims messages with.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    /// What is due by then may be claimed.
    pub now: Timestamp,
    /// A number above zero that nobody else has.
    pub number: i64,
}

/// Leases up to `most` due messages, the longest waiting first. None for the development mailbox if the store is
/// served for real.
pub async fn claim(
    tx: &mut Tx,
    lease: Lease,
    most: usize,
    development: bool,
) -> Result<Vec<Claimed>, StoreError> {
    let rows = tx
        .query(if development { CLAIM_IN_DEVELOPMENT } else { CLAIM })
        .bind(lease.now.millis())
        .bind(lease.number)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .all()
        .await?;
    Ok(readable(&rows, "outbox", |row| Claimed::read(row, lease.number)))
}

/// Says that the worker still has the message. `false`: it has not; it was released, withdrawn or sent.
pub async fn renew(tx: &mut Tx, claimed: &Claimed) -> Result<bool, StoreError> {
    let query = tx.query("UPDATE outbox SET renewals = renewals + 1 WHERE id = $1 AND lease = $2");
    Ok(query.bind(claimed.id.clone()).bind(claimed.lease).run().await? == 1)
}

/// What is leased, by living workers and dead ones.
pub async fn leased(conn: &mut Conn) -> Result<Vec<Leased>, StoreError> {
    let rows = conn.query("SELECT id, lease, renewals FROM outbox WHERE lease > 0").all().await?;
    let read = |row: &Row| {
        Ok(Leased { id: row.get("id")?, lease: row.get("lease")?, renewals: row.get("renewals")? })
    };
    rows.iter().map(read).collect()
}

/// Takes a lease from a worker that doesn't renew it; not if it has done so meanwhile.
pub async fn release(tx: &mut Tx, leased: &Leased) -> Result<(), StoreError> {
    let query = tx.query("UPDATE outbox SET lease = NULL WHERE id = $1 AND lease = $2 AND renewals = $3");
    query.bind(leased.id.clone()).bind(leased.lease).bind(leased.renewals).run().await.map(drop)
}

/// Takes all leases, for somebody who knows that there is no other worker.
pub async fn release_all(tx: &mut Tx) -> Result<u64, StoreError> {
    tx.query("UPDATE outbox SET lease = NULL WHERE lease > 0").run().await
}

/// Ends a row: the payload is erased.
pub async fn end(tx: &mut Tx, id: &str, outcome: Outcome) -> Result<(), StoreError> {
    tx.query("UPDATE outbox SET outcome = $2, payload = NULL, due_at = NULL, lease = NULL WHERE id = $1")
        .bind(id.to_owned())
        .bind(outcome.as_str())
        .run()
        .await?;
    Ok(())
}

/// Puts a claimed message back until `due`; not if the lease is lost and another worker may have it.
pub async fn postpone(tx: &mut Tx, claimed: &Claimed, due: Timestamp) -> Result<(), StoreError> {
    tx.query("UPDATE outbox SET due_at = $2, lease = NULL WHERE id = $1 AND lease = $3")
        .bind(claimed.id.clone())
        .bind(due.millis())
        .bind(claimed.lease)
        .run()
        .await?;
    Ok(())
}

/// No message waits longer than an hour for its time. One that would was queued by a clock that was wrong.
pub const FURTHEST: Duration = Duration::from_secs(2 * 60 * 60);

/// When the messages are due that nobody has in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The next one.
    pub next: Timestamp,
    /// The last one.
    pub last: Timestamp,
}

/// When the next message is due that nobody has in hand, and when the last one.
pub async fn due(conn: &mut Conn) -> Result<Option<Due>, StoreError> {
    let query = conn.query(
        "SELECT (SELECT MIN(due_at) FROM outbox WHERE due_at IS NOT NULL AND lease IS NULL) AS next_due,
                (SELECT MAX(due_at) FROM outbox WHERE due_at IS NOT NULL AND lease IS NULL) AS last_due",
    );
    let Some(row) = query.optional().await? else { return Ok(None) };
    let due: (Option<i64>, Option<i64>) = (row.get("next_due")?, row.get("last_due")?);
    Ok(due.0.zip(due.1).map(|(next, last)| Due { next: Timestamp(next), last: Timestamp(last) }))
}

/// Makes what would wait for too long due now, and its codes with it.
pub async fn bring_forward(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    let far = now.plus(FURTHEST);
    for sql in [
        "UPDATE requested_codes SET sent_at = $1 WHERE sent_at > $2
         AND message IN (SELECT id FROM outbox WHERE due_at > $2 AND lease IS NULL)",
        "UPDATE outbox SET due_at = $1 WHERE due_at > $2 AND lease IS NULL",
    ] {
        tx.query(sql).bind(now.0).bind(far.0).run().await?;
    }
    Ok(())
}
