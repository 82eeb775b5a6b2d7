//! Codes that prove a contact of an account: one for each account, purpose and attribute, and the change that
//! waits for it.

use crate::{Conn, Row, StoreError, Tx};
use nameplate_core::clock::Timestamp;
use nameplate_core::code::{AttemptCost, Issue, Slot};
use nameplate_core::secretive;

/// A code as it is stored.
#[derive(Clone)]
pub struct Stored {
    /// What it proves, and what the attribute becomes.
    pub value: String,
    /// When it was made.
    pub sent_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether the right code was entered already.
    pub used: bool,
    /// Which code of its place it is.
    pub issue: Issue,
    /// What an entered code is compared with, under the key file.
    pub digest: Vec<u8>,
}

impl Stored {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let issue: Vec<u8> = row.get("issue")?;
        Ok(Self {
            value: row.get("value")?,
            sent_at: Timestamp(row.get("sent_at")?),
            expires_at: Timestamp(row.get("expires_at")?),
            attempts: u32::try_from(row.get::<i64>("attempts")?).unwrap_or(u32::MAX),
            used: row.get::<Option<i64>>("used_at")?.is_some(),
            issue: issue.try_into().map_err(|_| StoreError::unreadable("the name of a code"))?,
            digest: row.get("digest")?,
        })
    }
}

/// A code that was just made.
pub struct New<'a> {
    /// The account, purpose and attribute that it is for.
    pub slot: &'a Slot,
    /// What it proves, and what the attribute becomes.
    pub value: &'a str,
    /// A name of its own: the message that carries it is known by that.
    pub issue: &'a Issue,
    /// Of the code, under the key file; the code itself is never stored.
    pub digest: Vec<u8>,
    /// When it is made.
    pub now: Timestamp,
    /// From when on it is refused.
    pub expires_at: Timestamp,
}

secretive!(Stored, New<'_>);

/// Keeps the code in the place of the one before. `requested_at` stays what it was while the same value
/// waits.
pub async fn put(tx: &mut Tx, new: New<'_>) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO codes (user_id, purpose, attribute, value, issue, digest, requested_at, sent_at, expires_at,
                            attempts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, 0)
         ON CONFLICT (user_id, purpose, attribute) DO UPDATE SET
             requested_at = CASE WHEN codes.value = excluded.value AND codes.used_at IS NULL
                                 THEN codes.requested_at ELSE excluded.requested_at END,
             value = excluded.value, issue = excluded.issue, digest = excluded.digest,
             sent_at = excluded.sent_at, expires_at = excluded.expires_at, attempts = 0, used_at = NULL",
    )
    .bind(new.slot.user.0)
    .bind(new.slot.purpose.as_str())
    .bind(new.slot.attribute.as_str().to_owned())
    .bind(new.value.to_owned())
    .bind(new.issue.to_vec())
    .bind(new.digest)
    .bind(new.now.0)
    .bind(new.expires_at.0)
    .run()
    .await?;
    Ok(())
}

/// The newest code of this place, used and expired ones included.
pub async fn get(conn: &mut Conn, slot: &Slot) -> Result<Option<Stored>, StoreError> {
    let row = conn
        .query(
            "SELECT value, sent_at, expires_at, attempts, used_at, issue, digest FROM codes
             WHERE user_id = $1 AND purpose = $2 AND attribute = $3",
        )
        .bind(slot.user.0)
        .bind(slot.purpose.as_str())
        .bind(slot.attribute.as_str().to_owned())
        .optional()
        .await?;
    row.as_ref().map(Stored::read).transpose()
}

/// Counts an attempt at the code. `None`: there is no code, or it can't be tried any more.
pub async fn count_attempt(
    tx: &mut Tx,
    slot: &Slot,
    cost: AttemptCost,
    now: Timestamp,
) -> Result<Option<Stored>, StoreError> {
    let row = tx
        .query(
            "UPDATE codes SET attempts = attempts + $6
             WHERE user_id = $1 AND purpose = $2 AND attribute = $3
               AND used_at IS NULL AND attempts < $4 AND expires_at > $5
             RETURNING value, sent_at, expires_at, attempts, used_at, issue, digest",
        )
        .bind(slot.user.0)
        .bind(slot.purpose.as_str())
        .bind(slot.attribute.as_str().to_owned())
        .bind(i64::from(cost.below))
        .bind(now.0)
        .bind(i64::from(cost.attempts))
        .optional()
        .await?;
    row.as_ref().map(Stored::read).transpose()
}

/// Uses the code up. `false`: it was used, replaced or has expired.
pub async fn consume(tx: &mut Tx, slot: &Slot, issue: &Issue, now: Timestamp) -> Result<bool, StoreError> {
    let used = tx
        .query(
            "UPDATE codes SET used_at = $5
             WHERE user_id = $1 AND purpose = $2 AND attribute = $3 AND issue = $4
               AND used_at IS NULL AND expires_at > $5",
        )
        .bind(slot.user.0)
        .bind(slot.purpose.as_str())
        .bind(slot.attribute.as_str().to_owned())
        .bind(issue.to_vec())
        .bind(now.0)
        .run()
        .await?;
    Ok(used == 1)
}

/// Removes the code that waits. `false`: none did.
pub async fn remove_unused(tx: &mut Tx, slot: &Slot) -> Result<bool, StoreError> {
    let removed = tx
        .query("DELETE FROM codes WHERE user_id = $1 AND purpose = $2 AND attribute = $3 AND used_at IS NULL")
        .bind(slot.user.0)
        .bind(slot.purpose.as_str())
        .bind(slot.attribute.as_str().to_owned())
        .run()
        .await?;
    Ok(removed > 0)
}
