//! Proven contacts: one account owns each, and may sign in with it.

use super::{Conn, StoreError, Tx};
use crate::identifiers::ContactKind;
use crate::sessions::UserId;

/// Whose contact this is. `key` is canonical ([`ContactKind::key`]).
pub(crate) async fn owner(conn: &mut Conn, kind: ContactKind, key: &str) -> Result<Option<UserId>, StoreError> {
    let query = conn.query("SELECT user_id FROM aliases WHERE kind = $1 AND key = $2");
    query.bind(kind.as_str()).bind(key.to_owned()).optional().await?.map(|row| Ok(UserId(row.get(0)?))).transpose()
}

/// Makes the contact the account's own, in the place of the one of that kind that it had. `false`: it belongs to
/// another account, and nothing was changed.
pub(crate) async fn claim(tx: &mut Tx, user: UserId, kind: ContactKind, key: &str) -> Result<bool, StoreError> {
    // First take, then let go: a refusal leaves the old contact alone. The index on (user_id, kind) wants it the
    // other way round, so an own row is changed in place.
    let taken = tx
        .query(
            "UPDATE aliases SET key = $3 WHERE user_id = $1 AND kind = $2
             AND NOT EXISTS (SELECT 1 FROM aliases other WHERE other.kind = $2 AND other.key = $3 AND other.user_id <> $1)",
        )
        .bind(user.0)
        .bind(kind.as_str())
        .bind(key.to_owned())
        .run()
        .await?;
    if taken == 1 {
        return Ok(true);
    }
    // There was no own row, or the contact is somebody else's; both end here.
    let inserted = tx
        .query("INSERT INTO aliases (kind, key, user_id) VALUES ($2, $3, $1) ON CONFLICT DO NOTHING")
        .bind(user.0)
        .bind(kind.as_str())
        .bind(key.to_owned())
        .run()
        .await?;
    Ok(inserted == 1)
}

/// Lets go of the account's contact of that kind.
pub(crate) async fn release(tx: &mut Tx, user: UserId, kind: ContactKind) -> Result<(), StoreError> {
    tx.query("DELETE FROM aliases WHERE user_id = $1 AND kind = $2").bind(user.0).bind(kind.as_str()).run().await?;
    Ok(())
}
