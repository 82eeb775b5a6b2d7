//! Refresh tokens: the store knows them by hashes, and one row for each session that has one.

use crate::{Conn, StoreError, Tx};
use nameplate_core::client::ClientId;
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{SessionId, UserId};
use nameplate_core::secretive;

/// A session that is proven by a refresh token.
pub struct Held {
    /// The session.
    pub session: SessionId,
    /// The application that it was issued to: no other can exchange it.
    pub client: ClientId,
    /// When the session began (`auth_time`).
    pub signed_in_at: Timestamp,
    /// When the session was last used; it ends when that is too long ago.
    pub last_seen: Timestamp,
    /// When the session ends at the latest, however often the token is exchanged.
    pub expires_at: Timestamp,
    /// The hash of the token that can be exchanged.
    pub current: Vec<u8>,
    /// The hash of the one before it, which a client may send once more that got no answer.
    pub previous: Option<Vec<u8>>,
    /// When the current one took its place.
    pub rotated_at: Timestamp,
}

secretive!(Held);

/// Gives a session its refresh token.
pub async fn insert(
    tx: &mut Tx,
    session: SessionId,
    family: &[u8; 32],
    current: &[u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query("INSERT INTO refresh_tokens (family, session, current, rotated_at) VALUES ($1, $2, $3, $4)")
        .bind(family.to_vec())
        .bind(session.number())
        .bind(current.to_vec())
        .bind(now.0)
        .run()
        .await?;
    Ok(())
}

/// Whose session it is.
pub async fn owner(conn: &mut Conn, family: &[u8; 32]) -> Result<Option<UserId>, StoreError> {
    let query = conn.query(
        "SELECT s.user_id FROM refresh_tokens r JOIN sessions s ON s.id = r.session WHERE r.family = $1",
    );
    query.bind(family.to_vec()).optional().await?.map(|row| Ok(UserId(row.get("user_id")?))).transpose()
}

/// The session, ended or not, as long as it is remembered.
pub async fn held(conn: &mut Conn, family: &[u8; 32]) -> Result<Option<Held>, StoreError> {
    let query = conn.query(
        "SELECT s.hash, s.client, s.created_at, s.last_seen_at, s.expires_at, r.current, r.previous, r.rotated_at
         FROM refresh_tokens r JOIN sessions s ON s.id = r.session WHERE r.family = $1",
    );
    let Some(row) = query.bind(family.to_vec()).optional().await? else { return Ok(None) };
    Ok(Some(Held {
        session: SessionId(
            row.get::<Vec<u8>>("hash")?
                .try_into()
                .map_err(|_| StoreError::unreadable("the id of a session"))?,
        ),
        client: ClientId(row.get("client")?),
        signed_in_at: Timestamp(row.get("created_at")?),
        last_seen: Timestamp(row.get("last_seen_at")?),
        expires_at: Timestamp(row.get("expires_at")?),
        current: row.get("current")?,
        previous: row.get("previous")?,
        rotated_at: Timestamp(row.get("rotated_at")?),
    }))
}

/// Puts the next token in the place of the one that was exchanged.
pub async fn rotate(
    tx: &mut Tx,
    family: &[u8; 32],
    next: &[u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query("UPDATE refresh_tokens SET previous = current, current = $2, rotated_at = $3 WHERE family = $1")
        .bind(family.to_vec())
        .bind(next.to_vec())
        .bind(now.0)
        .run()
        .await?;
    Ok(())
}
