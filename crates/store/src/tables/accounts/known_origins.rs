//! Browsers and networks from which somebody has signed in to an account in full.

use crate::{Conn, StoreError, Tx};
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::UserId;

/// What is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// By the digest of the id in its cookie.
    Browser,
    /// By the digest of its address, for IPv6 of its /64.
    Network,
}

impl Kind {
    /// As the store spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Network => "network",
        }
    }
}

/// One thing that a request tells of where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct OriginDigest<'a> {
    /// Which thing.
    pub kind: Kind,
    /// What the store knows it by.
    pub digest: &'a [u8],
}

/// Notes that somebody has signed in from there; of each kind the account knows so many.
pub async fn note(
    tx: &mut Tx,
    user: UserId,
    origin: OriginDigest<'_>,
    now: Timestamp,
    most: u32,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO known_origins (user_id, kind, digest, seen_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id, kind, digest) DO UPDATE SET seen_at = excluded.seen_at",
    )
    .bind(user.0)
    .bind(origin.kind.as_str())
    .bind(origin.digest.to_vec())
    .bind(now.0)
    .run()
    .await?;
    tx.query(
        "DELETE FROM known_origins WHERE user_id = $1 AND kind = $2 AND digest NOT IN (
             SELECT digest FROM known_origins WHERE user_id = $1 AND kind = $2 ORDER BY seen_at DESC, digest LIMIT $3)",
    )
    .bind(user.0)
    .bind(origin.kind.as_str())
    .bind(i64::from(most))
    .run()
    .await?;
    Ok(())
}

/// Whether somebody has signed in to the account from there since.
pub async fn is_known(
    conn: &mut Conn,
    user: UserId,
    origin: OriginDigest<'_>,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let query = conn.query(
        "SELECT 1 FROM known_origins WHERE user_id = $1 AND kind = $2 AND digest = $3 AND seen_at > $4",
    );
    let query = query.bind(user.0).bind(origin.kind.as_str()).bind(origin.digest.to_vec()).bind(since.0);
    Ok(query.optional().await?.is_some())
}

/// Forgets all of them.
pub async fn forget(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.query("DELETE FROM known_origins WHERE user_id = $1").bind(user.0).run().await.map(drop)
}
