//! Second factors of accounts, and the recovery codes that take their place.

use crate::engine::readable;
use crate::tables::accounts::undo;
use crate::{Conn, Row, StoreError, Tx};
use model::Factor;
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::UserId;
use nameplate_core::secretive;

/// A second factor as it is stored.
#[derive(Clone)]
pub struct Stored {
    /// Which one; an account has at most one of each.
    pub factor: Factor,
    /// Of an authenticator app, sealed.
    pub secret: Option<Vec<u8>>,
    /// The next such secret and since when it waits for its first code.
    pub pending: Option<(Vec<u8>, Timestamp)>,
    /// Whether sign-in asks for it.
    pub enabled: bool,
    /// Since when it does, by the secret of now: another app begins anew.
    pub enabled_at: Option<Timestamp>,
    /// Whether it is asked for first.
    pub preferred: bool,
    /// When it was last used to sign in.
    pub used_at: Option<Timestamp>,
    /// Until when it is asked for, if an undo let it stay for a while.
    pub goes_at: Option<Timestamp>,
}

secretive!(Stored);

impl Stored {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let kind: String = row.get("kind")?;
        let pending_at: Option<i64> = row.get("pending_at")?;
        let enabled_at = row.get::<Option<i64>>("enabled_at")?.map(Timestamp);
        Ok(Self {
            factor: kind.parse().map_err(|_| StoreError::unreadable("an unknown second factor"))?,
            secret: row.get("secret")?,
            pending: row.get::<Option<Vec<u8>>>("pending")?.zip(pending_at.map(Timestamp)),
            enabled: enabled_at.is_some(),
            enabled_at,
            preferred: row.get::<i64>("preferred")? == 1,
            used_at: row.get::<Option<i64>>("used_at")?.map(Timestamp),
            goes_at: row.get::<Option<i64>>("goes_at")?.map(Timestamp),
        })
    }
}

const OF_USER: &str = "SELECT kind, secret, pending, pending_at, enabled_at, preferred, used_at, goes_at FROM factors WHERE user_id = $1";

/// All that the account has, the one that is asked for first in front, then in the order in which they are
/// offered. One that can't be read is an error: a sign-in must not go on without it.
pub async fn of_user(conn: &mut Conn, user: UserId) -> Result<Vec<Stored>, StoreError> {
    let rows = conn.query(OF_USER).bind(user.0).all().await?;
    Ok(in_order(rows.iter().map(Stored::read).collect::<Result<_, _>>()?))
}

/// The same at this moment of a sign-in, without those that stayed for a while after an undo, and no longer.
pub async fn asked_of_user(conn: &mut Conn, user: UserId, now: Timestamp) -> Result<Vec<Stored>, StoreError> {
    let mut all = of_user(conn, user).await?;
    all.retain(|it| it.goes_at.is_none_or(|at| at > now));
    Ok(all)
}

/// The same for people to look at, without what can't be read.
pub async fn shown_of_user(conn: &mut Conn, user: UserId) -> Result<Vec<Stored>, StoreError> {
    let rows = conn.query(OF_USER).bind(user.0).all().await?;
    Ok(in_order(readable(&rows, "factors", Stored::read)))
}

fn in_order(mut all: Vec<Stored>) -> Vec<Stored> {
    all.sort_by_key(|it| (!it.preferred, it.factor));
    all
}

/// An app whose first code was right.
#[derive(Clone, Copy)]
pub struct NewApp<'a> {
    /// Its secret.
    pub sealed: &'a [u8],
    /// The time step of that code.
    pub step: i64,
    /// Since when it is the account's.
    pub now: Timestamp,
}

secretive!(NewApp<'_>);

/// Keeps a secret that waits for its first code; one that is in use stays in use.
pub async fn set_pending(tx: &mut Tx, user: UserId, sealed: &[u8], now: Timestamp) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO factors (user_id, kind, pending, pending_at, preferred) VALUES ($1, $2, $3, $4, 0)
         ON CONFLICT (user_id, kind) DO UPDATE SET pending = excluded.pending, pending_at = excluded.pending_at",
    )
    .bind(user.0)
    .bind(Factor::SoftwareToken.as_str())
    .bind(sealed.to_vec())
    .bind(now.0)
    .run()
    .await?;
    Ok(())
}

/// What waited is in use from now on; the code of this time step is spent. An app that was asked for before is
/// another one from now on.
pub async fn adopt_pending(tx: &mut Tx, user: UserId, app: NewApp<'_>) -> Result<(), StoreError> {
    let NewApp { sealed, step, now } = app;
    tx.query(
        "UPDATE factors SET secret = $3, pending = NULL, pending_at = NULL, last_step = $4,
         enabled_at = CASE WHEN enabled_at IS NULL THEN NULL ELSE CAST($5 AS BIGINT) END
         WHERE user_id = $1 AND kind = $2",
    )
    .bind(user.0)
    .bind(Factor::SoftwareToken.as_str())
    .bind(sealed.to_vec())
    .bind(step)
    .bind(now.0)
    .run()
    .await?;
    Ok(())
}

/// Spends the code of this time step. `false`: that one, or a later one, was used before.
pub async fn spend_step(tx: &mut Tx, user: UserId, step: i64) -> Result<bool, StoreError> {
    let query = tx.query("UPDATE factors SET last_step = $3 WHERE user_id = $1 AND kind = $2 AND (last_step IS NULL OR last_step < $3 OR last_step > $3 + 20)");
    Ok(query.bind(user.0).bind(Factor::SoftwareToken.as_str()).bind(step).run().await? == 1)
}

/// It is asked for from now on.
pub async fn enable(tx: &mut Tx, user: UserId, factor: Factor, now: Timestamp) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO factors (user_id, kind, enabled_at, preferred) VALUES ($1, $2, $3, 0)
         ON CONFLICT (user_id, kind) DO UPDATE SET enabled_at = excluded.enabled_at, goes_at = NULL",
    )
    .bind(user.0)
    .bind(factor.as_str())
    .bind(now.0)
    .run()
    .await?;
    Ok(())
}

/// It is asked for no longer; the secret of an app stays.
pub async fn disable(tx: &mut Tx, user: UserId, factor: Factor) -> Result<(), StoreError> {
    tx.query("UPDATE factors SET enabled_at = NULL, preferred = 0 WHERE user_id = $1 AND kind = $2")
        .bind(user.0)
        .bind(factor.as_str())
        .run()
        .await?;
    Ok(())
}

/// Nothing of it stays.
pub async fn remove(tx: &mut Tx, user: UserId, factor: Factor) -> Result<(), StoreError> {
    tx.query("DELETE FROM factors WHERE user_id = $1 AND kind = $2")
        .bind(user.0)
        .bind(factor.as_str())
        .run()
        .await?;
    Ok(())
}

/// The same for all of them, and the recovery codes.
pub async fn remove_all(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.query("DELETE FROM factors WHERE user_id = $1").bind(user.0).run().await?;
    tx.query("DELETE FROM recovery_codes WHERE user_id = $1").bind(user.0).run().await?;
    Ok(())
}

/// Which one is asked for first; none: the first that there is.
pub async fn prefer(tx: &mut Tx, user: UserId, factor: Option<Factor>) -> Result<(), StoreError> {
    tx.query("UPDATE factors SET preferred = CASE WHEN kind = $2 THEN 1 ELSE 0 END WHERE user_id = $1")
        .bind(user.0)
        .bind(factor.map(Factor::as_str).unwrap_or_default())
        .run()
        .await?;
    Ok(())
}

/// Notes that it was used at this moment: one that was about to go stays.
pub async fn used(tx: &mut Tx, user: UserId, factor: Factor, now: Timestamp) -> Result<(), StoreError> {
    tx.query("UPDATE factors SET used_at = $3, goes_at = NULL WHERE user_id = $1 AND kind = $2")
        .bind(user.0)
        .bind(factor.as_str())
        .bind(now.0)
        .run()
        .await?;
    Ok(())
}

/// Keeps a recovery code: its digest, and itself, sealed, until its owner has it.
pub async fn add_recovery_code(
    tx: &mut Tx,
    user: UserId,
    digest: &[u8],
    readable: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query("INSERT INTO recovery_codes (user_id, digest, readable, created_at) VALUES ($1, $2, $3, $4)")
        .bind(user.0)
        .bind(digest.to_vec())
        .bind(readable.to_vec())
        .bind(now.0)
        .run()
        .await?;
    Ok(())
}

/// Makes all of the account's recovery codes worthless.
pub async fn remove_recovery_codes(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.query("DELETE FROM recovery_codes WHERE user_id = $1").bind(user.0).run().await?;
    Ok(())
}

/// How many can still be used.
pub async fn recovery_codes_left(conn: &mut Conn, user: UserId) -> Result<u32, StoreError> {
    let row = conn
        .query("SELECT COUNT(*) AS codes_left FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL")
        .bind(user.0)
        .optional()
        .await?;
    let left: i64 = row.map_or(Ok(0), |row| row.get("codes_left"))?;
    Ok(u32::try_from(left).unwrap_or(0))
}

/// The codes, sealed, that their owner may not have written down yet; those that are older than this are
/// theirs alone.
pub async fn readable_codes(
    conn: &mut Conn,
    user: UserId,
    since: Timestamp,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let query = conn.query(
        "SELECT readable FROM recovery_codes
         WHERE user_id = $1 AND readable IS NOT NULL AND created_at > $2 AND used_at IS NULL ORDER BY digest",
    );
    query.bind(user.0).bind(since.0).all().await?.iter().map(|row| row.get("readable")).collect()
}

/// Nobody can read the codes any more.
pub async fn hide_codes(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.query("UPDATE recovery_codes SET readable = NULL WHERE user_id = $1 AND readable IS NOT NULL")
        .bind(user.0)
        .run()
        .await?;
    Ok(())
}

/// What became of a recovery code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// By this call.
    Now,
    /// It is one of the account's, and was used already.
    Before,
    /// None of the account's.
    Unknown,
}

/// Spends the code with this digest.
pub async fn spend_recovery_code(
    tx: &mut Tx,
    user: UserId,
    digest: &[u8],
    now: Timestamp,
) -> Result<Spent, StoreError> {
    let spent = tx
        .query("UPDATE recovery_codes SET used_at = $3, readable = NULL WHERE user_id = $1 AND digest = $2 AND used_at IS NULL")
        .bind(user.0)
        .bind(digest.to_vec())
        .bind(now.0)
        .run()
        .await?;
    if spent == 1 {
        undo::recovery_code_spent(tx, user, digest, now).await?;
        return Ok(Spent::Now);
    }
    let known = tx
        .query("SELECT 1 FROM recovery_codes WHERE user_id = $1 AND digest = $2")
        .bind(user.0)
        .bind(digest.to_vec());
    Ok(if known.optional().await?.is_some() { Spent::Before } else { Spent::Unknown })
}
