//! Tickets of browsers and applications that signed up and are not signed in yet.

use crate::tables::pending::waiting::{self, Waiting};
use crate::{Conn, StoreError, Tx};
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{BrowserTicket, UserId};

/// A ticket as the store has it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The sign-up that waits.
    pub user: UserId,
    /// Whether whoever has it knows the password that waits.
    pub is_holder: bool,
    /// What was entered with it, sealed.
    pub attributes: Option<Vec<u8>>,
    /// When the right code was entered with it: a password is next.
    pub proven_at: Option<Timestamp>,
}

/// Remembers the ticket, as its hash.
pub async fn insert(
    tx: &mut Tx,
    ticket: &BrowserTicket,
    stored: &Stored,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO sign_up_tickets (hash, user_id, created_at, expires_at, holder, attributes, proven_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(ticket.hash().to_vec())
    .bind(stored.user.0)
    .bind(now.0)
    .bind(until.0)
    .bind(i64::from(stored.is_holder))
    .bind(stored.attributes.clone())
    .bind(stored.proven_at.map(|at| at.0))
    .run()
    .await?;
    Ok(())
}

/// The ticket, while it lives.
pub async fn get(
    conn: &mut Conn,
    ticket: &BrowserTicket,
    now: Timestamp,
) -> Result<Option<Stored>, StoreError> {
    let query = conn.query("SELECT user_id, holder, attributes, proven_at FROM sign_up_tickets WHERE hash = $1 AND expires_at > $2");
    let row = query.bind(ticket.hash().to_vec()).bind(now.0).optional().await?;
    row.map(|row| {
        Ok(Stored {
            user: UserId(row.get("user_id")?),
            is_holder: row.get::<i64>("holder")? > 0,
            attributes: row.get("attributes")?,
            proven_at: row.get::<Option<i64>>("proven_at")?.map(Timestamp),
        })
    })
    .transpose()
}

/// The ticket and the sign-up that it belongs to, while that waits to be confirmed.
pub async fn waiting(
    conn: &mut Conn,
    ticket: &BrowserTicket,
    now: Timestamp,
) -> Result<Option<(Stored, Waiting)>, StoreError> {
    let Some(stored) = get(conn, ticket, now).await? else { return Ok(None) };
    Ok(waiting::by_id(conn, stored.user).await?.map(|waiting| (stored, waiting)))
}

/// The same, with the sign-up's row taken for this transaction.
pub async fn lock_waiting(
    tx: &mut Tx,
    ticket: &BrowserTicket,
    now: Timestamp,
) -> Result<Option<(Stored, Waiting)>, StoreError> {
    let Some(found) = get(tx, ticket, now).await? else { return Ok(None) };
    let waiting = waiting::lock(tx, found.user).await?;
    // Until the row was ours the ticket may have moved to another one.
    let still = get(tx, ticket, now).await?.filter(|still| still.user == found.user);
    Ok(still.zip(waiting))
}

/// Moves the ticket to another sign-up. `false`: it is gone.
pub async fn move_to(tx: &mut Tx, ticket: &BrowserTicket, stored: &Stored) -> Result<bool, StoreError> {
    let query =
        tx.query("UPDATE sign_up_tickets SET user_id = $2, holder = $3, attributes = $4 WHERE hash = $1");
    let query = query.bind(ticket.hash().to_vec()).bind(stored.user.0).bind(i64::from(stored.is_holder));
    Ok(query.bind(stored.attributes.clone()).run().await? == 1)
}

/// Makes all tickets of the account worthless.
pub async fn clear(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.query("DELETE FROM sign_up_tickets WHERE user_id = $1").bind(user.0).run().await?;
    Ok(())
}
