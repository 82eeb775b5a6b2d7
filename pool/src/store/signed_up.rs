//! What belongs to a sign-up that was not confirmed.

use super::{StoreError, Tx};
use crate::sessions::UserId;

/// Forgets the try before: attributes, codes, tickets, and the trail, which tells about another person perhaps.
pub(crate) async fn clear(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    for sql in [
        "UPDATE users SET attributes = '{}' WHERE id = $1",
        "DELETE FROM codes WHERE user_id = $1",
        "DELETE FROM sign_up_tickets WHERE user_id = $1",
        "DELETE FROM events WHERE user_id = $1",
    ] {
        tx.query(sql).bind(user.0).run().await?;
    }
    Ok(())
}
