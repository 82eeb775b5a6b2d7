//! Rows that have run their course.
//!
//! Each condition stands twice in its statement for databases with several writers: what was changed since
//! the inner query saw it is looked at again before it goes.

use crate::tables::accounts::former_subs;
use crate::{Conn, StoreError, Tx};
use nameplate_core::clock::Timestamp;

/// What can be removed once it is old enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expired {
    /// By their absolute end.
    Sessions,
    /// By their last use.
    IdleSessions,
    /// By their end.
    SignUpTickets,
    /// Sign-ins that wait for a second step, by their end.
    Challenges,
    /// Passwords that an account had before it had none.
    FormerPasswords,
    /// The readable form of recovery codes; the codes stay.
    ReadableRecoveryCodes,
    /// Counters, by when they began and how long they make people wait.
    Limits,
    /// Codes that were asked for without a sign-in, by their expiry.
    RequestedCodes,
    /// By the last sign-in from them.
    KnownBrowsers,
    /// By the last sign-in from them.
    KnownNetworks,
    /// What could be undone, by its end.
    UndoableChanges,
    /// Second factors that stayed for a while after an undo.
    UndoneFactors,
    /// Messages that are done.
    Messages,
    /// The trail of accounts, by when it happened.
    Events,
    /// Codes of nobody, by their expiry.
    DecoyCodes,
    /// Messages to nobody, by when they were promised.
    DecoyMessages,
    /// What happened to nobody, by when it did.
    DecoyEvents,
}

impl Expired {
    #[expect(clippy::too_many_lines, reason = "a statement for each")]
    const fn statement(self) -> &'static str {
        match self {
            Self::Sessions => {
                "DELETE FROM sessions WHERE expires_at <= $1
                 AND id IN (SELECT id FROM sessions WHERE expires_at <= $1 LIMIT $2)"
            }
            Self::IdleSessions => {
                "DELETE FROM sessions WHERE last_seen_at <= $1
                 AND id IN (SELECT id FROM sessions WHERE last_seen_at <= $1 LIMIT $2)"
            }
            Self::SignUpTickets => {
                "DELETE FROM sign_up_tickets WHERE expires_at <= $1
                 AND hash IN (SELECT hash FROM sign_up_tickets WHERE expires_at <= $1 LIMIT $2)"
            }
            Self::Challenges => {
                "DELETE FROM challenges WHERE expires_at <= $1
                 AND hash IN (SELECT hash FROM challenges WHERE expires_at <= $1 LIMIT $2)"
            }
            Self::FormerPasswords => {
                "UPDATE users SET former_password = NULL, former_until = NULL WHERE former_until <= $1
                 AND id IN (SELECT id FROM users WHERE former_until <= $1 LIMIT $2)"
            }
            Self::ReadableRecoveryCodes => {
                "UPDATE recovery_codes SET readable = NULL WHERE readable IS NOT NULL AND created_at <= $1
                 AND digest IN (SELECT digest FROM recovery_codes WHERE readable IS NOT NULL AND created_at <= $1 LIMIT $2)"
            }
            Self::Limits => {
                "DELETE FROM limits WHERE since <= $1 AND free_at <= $1
                 AND key IN (SELECT key FROM limits WHERE since <= $1 AND free_at <= $1 LIMIT $2)"
            }
            Self::RequestedCodes => {
                "DELETE FROM requested_codes WHERE expires_at <= $1
                 AND issue IN (SELECT issue FROM requested_codes WHERE expires_at <= $1 LIMIT $2)"
            }
            Self::KnownBrowsers => {
                "DELETE FROM known_origins WHERE kind = 'browser' AND seen_at <= $1 AND (user_id, digest) IN (
                     SELECT user_id, digest FROM known_origins WHERE kind = 'browser' AND seen_at <= $1 LIMIT $2)"
            }
            Self::KnownNetworks => {
                "DELETE FROM known_origins WHERE kind = 'network' AND seen_at <= $1 AND (user_id, digest) IN (
                     SELECT user_id, digest FROM known_origins WHERE kind = 'network' AND seen_at <= $1 LIMIT $2)"
            }
            Self::UndoableChanges => {
                "DELETE FROM undoable_changes WHERE ends_at <= $1
                 AND hash IN (SELECT hash FROM undoable_changes WHERE ends_at <= $1 LIMIT $2)"
            }
            Self::UndoneFactors => {
                "DELETE FROM factors WHERE goes_at <= $1 AND (user_id, kind) IN (
                     SELECT user_id, kind FROM factors WHERE goes_at <= $1 LIMIT $2)"
            }
            Self::Messages => {
                "DELETE FROM outbox WHERE due_at IS NULL AND created_at <= $1
                 AND id IN (SELECT id FROM outbox WHERE due_at IS NULL AND created_at <= $1 LIMIT $2)"
            }
            Self::DecoyCodes => {
                "DELETE FROM decoy_requested_codes WHERE expires_at <= $1
                 AND issue IN (SELECT issue FROM decoy_requested_codes WHERE expires_at <= $1 LIMIT $2)"
            }
            Self::DecoyMessages => {
                "DELETE FROM decoy_outbox WHERE created_at <= $1
                 AND id IN (SELECT id FROM decoy_outbox WHERE created_at <= $1 LIMIT $2)"
            }
            Self::DecoyEvents => {
                "DELETE FROM decoy_events WHERE at <= $1
                 AND id IN (SELECT id FROM decoy_events WHERE at <= $1 LIMIT $2)"
            }
            Self::Events => {
                "DELETE FROM events WHERE at <= $1 AND id IN (SELECT id FROM events WHERE at <= $1 LIMIT $2)"
            }
        }
    }
}

/// When the newest thing happened that the store has; `None`: nothing ever did.
pub async fn newest(conn: &mut Conn) -> Result<Option<Timestamp>, StoreError> {
    let query = conn.query(
        "SELECT (SELECT at FROM events WHERE id = (SELECT MAX(id) FROM events)) AS event,
                (SELECT MAX(last_seen_at) FROM sessions) AS seen",
    );
    let Some(row) = query.optional().await? else { return Ok(None) };
    let (event, seen): (Option<i64>, Option<i64>) = (row.get("event")?, row.get("seen")?);
    Ok(event.max(seen).map(Timestamp))
}

/// Removes what was of use until then and no longer; so many rows at most. How many there were.
pub async fn remove(tx: &mut Tx, what: Expired, until: Timestamp, most: u32) -> Result<u64, StoreError> {
    tx.query(what.statement()).bind(until.0).bind(i64::from(most)).run().await
}

/// Removes accounts that waited to be confirmed since then or longer; so many at most. How many there were.
pub async fn remove_unconfirmed(tx: &mut Tx, until: Timestamp, most: u32) -> Result<usize, StoreError> {
    let query = tx.query(
        "DELETE FROM users WHERE status = 'unconfirmed' AND waiting_since <= $1
         AND id IN (SELECT id FROM users WHERE status = 'unconfirmed' AND waiting_since <= $1 LIMIT $2)
         RETURNING sub",
    );
    let deleted = query.bind(until.0).bind(i64::from(most)).all().await?;
    former_subs::remember(tx, &deleted).await?;
    Ok(deleted.len())
}
