//! Tickets of browsers that signed up and are not signed in yet.

use super::users::{self, User};
use super::{Conn, StoreError, Tx};
use crate::clock::Timestamp;
use crate::sessions::{BrowserTicket, UserId};

/// Remembers the ticket, as its hash.
pub(crate) async fn insert(tx: &mut Tx, ticket: &BrowserTicket, user: UserId, now: Timestamp, until: Timestamp) -> Result<(), StoreError> {
    tx.query("INSERT INTO sign_up_tickets (hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(ticket.hash().to_vec())
        .bind(user.0)
        .bind(now.0)
        .bind(until.0)
        .run()
        .await?;
    Ok(())
}

/// The account that was signed up with this ticket, while it waits to be confirmed.
pub(crate) async fn unconfirmed(conn: &mut Conn, ticket: &BrowserTicket, now: Timestamp) -> Result<Option<UserId>, StoreError> {
    let query = conn.query(
        "SELECT t.user_id FROM sign_up_tickets t JOIN users u ON u.id = t.user_id
         WHERE t.hash = $1 AND t.expires_at > $2 AND u.status = 'unconfirmed'",
    );
    query.bind(ticket.hash().to_vec()).bind(now.0).optional().await?.map(|row| Ok(UserId(row.get(0)?))).transpose()
}

/// The same, with the account's row taken for this transaction.
pub(crate) async fn lock_unconfirmed(tx: &mut Tx, ticket: &BrowserTicket, now: Timestamp) -> Result<Option<User>, StoreError> {
    let Some(found) = unconfirmed(tx, ticket, now).await? else { return Ok(None) };
    let user = users::lock(tx, found).await?;
    // Until the row was ours somebody may have confirmed the account, or signed up anew.
    Ok(match unconfirmed(tx, ticket, now).await? {
        Some(still) if still == found => user,
        _ => None,
    })
}

/// Takes the ticket in. `false`: it is worth nothing any more.
pub(crate) async fn redeem(tx: &mut Tx, ticket: &BrowserTicket, user: UserId, now: Timestamp) -> Result<bool, StoreError> {
    let query = tx.query("DELETE FROM sign_up_tickets WHERE hash = $1 AND user_id = $2 AND expires_at > $3");
    Ok(query.bind(ticket.hash().to_vec()).bind(user.0).bind(now.0).run().await? == 1)
}

/// Makes all tickets of the account worthless.
pub(crate) async fn clear(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.query("DELETE FROM sign_up_tickets WHERE user_id = $1").bind(user.0).run().await?;
    Ok(())
}
