//! Sessions: the store knows them by the hashes of their tokens.

use crate::engine::readable;
use crate::{Conn, Row, StoreError, Tx};
use nameplate_core::client::ClientId;
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{Origin, SessionId, SessionProof, UserId, Viewer};
use std::net::IpAddr;

/// Which sessions are alive.
#[derive(Debug, Clone, Copy)]
pub struct Alive {
    /// Those that end later…
    pub now: Timestamp,
    /// …and were used since.
    pub idle_since: Timestamp,
}

/// A session that begins.
#[derive(Debug, Clone, Copy)]
pub struct Begun<'a> {
    /// The hash of its token.
    pub session: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// The application that they signed in to.
    pub client: &'a ClientId,
    /// When it begins.
    pub now: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// A session that is alive, and whose it is.
#[derive(Debug)]
pub struct Live {
    /// Whose it is.
    pub user: UserId,
    /// The application that they signed in to.
    pub client: ClientId,
    /// As the account had it when the session began.
    pub username: String,
    /// When it began.
    pub signed_in_at: Timestamp,
    /// When it was last used, as far as that is written down.
    pub last_seen: Timestamp,
}

/// The columns of [`Live`], of a statement that calls the table `s`.
macro_rules! columns {
    () => {
        "s.user_id AS session_user, s.client, s.username AS session_username, s.created_at AS signed_in_at, s.last_seen_at"
    };
}
/// Which session, and that it is alive: `$1` to `$4` as [`ask_live`] binds them.
macro_rules! is_live {
    () => {
        "s.id = $1 AND s.hash = $2 AND s.expires_at > $3 AND s.last_seen_at > $4"
    };
}
pub(in crate::tables) use columns;
pub(in crate::tables) use is_live;

impl Live {
    pub(in crate::tables) fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            user: UserId(row.get("session_user")?),
            client: ClientId(row.get("client")?),
            username: row.get("session_username")?,
            signed_in_at: Timestamp(row.get("signed_in_at")?),
            last_seen: Timestamp(row.get("last_seen_at")?),
        })
    }
}

/// Asks a statement for a live session.
pub(in crate::tables) async fn ask_live(
    conn: &mut Conn,
    sql: &'static str,
    session: SessionId,
    alive: Alive,
) -> Result<Option<Row>, StoreError> {
    let query = conn.query(sql).bind(session.number()).bind(session.0.to_vec());
    query.bind(alive.now.0).bind(alive.idle_since.0).optional().await
}

/// The session, while it is alive.
pub async fn live(conn: &mut Conn, session: SessionId, alive: Alive) -> Result<Option<Live>, StoreError> {
    const LIVE: &str = concat!("SELECT ", columns!(), " FROM sessions s WHERE ", is_live!());
    ask_live(conn, LIVE, session, alive).await?.as_ref().map(Live::read).transpose()
}

/// Keeps a session that begins.
pub async fn insert(tx: &mut Tx, new: Begun<'_>, origin: &Origin) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO sessions (id, hash, user_id, client, created_at, last_seen_at, expires_at, network, user_agent, username)
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, (SELECT username FROM users WHERE id = $3))",
    )
    .bind(new.session.number())
    .bind(new.session.0.to_vec())
    .bind(new.user.0)
    .bind(new.client.0.clone())
    .bind(new.now.0)
    .bind(new.expires_at.0)
    .bind(origin.network.to_string())
    .bind(origin.user_agent.clone())
    .run()
    .await?;
    Ok(())
}

/// What this session was begun with, if it is one.
pub async fn proof(conn: &mut Conn, session: SessionId) -> Result<Option<SessionProof>, StoreError> {
    let query = conn.query("SELECT proof FROM sessions WHERE id = $1 AND hash = $2");
    let row = query.bind(session.number()).bind(session.0.to_vec()).optional().await?;
    let Some(row) = row else { return Ok(None) };
    let proof: String = row.get("proof")?;
    SessionProof::named(&proof)
        .map(Some)
        .ok_or_else(|| StoreError::unreadable("an unknown proof of a session"))
}

/// Notes what this session was begun with, unless that was a password.
pub async fn set_proof(tx: &mut Tx, session: SessionId, proof: SessionProof) -> Result<(), StoreError> {
    let query = tx.query("UPDATE sessions SET proof = $3 WHERE id = $1 AND hash = $2");
    let query = query.bind(session.number()).bind(session.0.to_vec());
    query.bind(proof.as_str()).run().await.map(drop)
}

/// Notes that the session is used at this moment.
pub async fn seen(tx: &mut Tx, session: SessionId, now: Timestamp) -> Result<(), StoreError> {
    tx.query("UPDATE sessions SET last_seen_at = $3 WHERE id = $1 AND hash = $2 AND last_seen_at < $3")
        .bind(session.number())
        .bind(session.0.to_vec())
        .bind(now.0)
        .run()
        .await?;
    Ok(())
}

/// Whose session this is.
pub async fn owner(conn: &mut Conn, session: SessionId) -> Result<Option<UserId>, StoreError> {
    let query = conn.query("SELECT user_id FROM sessions WHERE id = $1 AND hash = $2");
    let row = query.bind(session.number()).bind(session.0.to_vec()).optional().await?;
    row.map(|row| Ok(UserId(row.get("user_id")?))).transpose()
}

/// Ends the session. `false`: it had ended before.
pub async fn end(tx: &mut Tx, session: SessionId) -> Result<bool, StoreError> {
    let query = tx.query("DELETE FROM sessions WHERE id = $1 AND hash = $2");
    Ok(query.bind(session.number()).bind(session.0.to_vec()).run().await? == 1)
}

/// Ends every session of the account; how many there were.
pub async fn end_all(tx: &mut Tx, user: UserId) -> Result<u64, StoreError> {
    tx.query("DELETE FROM sessions WHERE user_id = $1").bind(user.0).run().await
}

/// Ends every session of the account but this one; how many there were.
pub async fn end_others(tx: &mut Tx, user: UserId, stays: SessionId) -> Result<u64, StoreError> {
    tx.query("DELETE FROM sessions WHERE user_id = $1 AND hash <> $2")
        .bind(user.0)
        .bind(stays.0.to_vec())
        .run()
        .await
}

/// Ends the oldest sessions of the account, so that no more than these are left.
pub async fn end_oldest(tx: &mut Tx, user: UserId, stay: u32) -> Result<u64, StoreError> {
    let query = tx.query(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE user_id = $1
         ORDER BY created_at DESC, last_seen_at DESC, id LIMIT 1000000 OFFSET $2)",
    );
    query.bind(user.0).bind(i64::from(stay)).run().await
}

/// Every live session of the account.
pub async fn of_user(conn: &mut Conn, user: UserId, alive: Alive) -> Result<Vec<SessionId>, StoreError> {
    let query =
        conn.query("SELECT hash FROM sessions WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3");
    let rows = query.bind(user.0).bind(alive.now.0).bind(alive.idle_since.0).all().await?;
    Ok(readable(&rows, "sessions", read_id))
}

/// How many live sessions the account has, and when one of them was last used.
pub async fn count(
    conn: &mut Conn,
    user: UserId,
    alive: Alive,
) -> Result<(i64, Option<Timestamp>), StoreError> {
    let row = conn
        .query(
            "SELECT COUNT(*) AS sessions, MAX(last_seen_at) AS last_seen_at FROM sessions
             WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3",
        )
        .bind(user.0)
        .bind(alive.now.0)
        .bind(alive.idle_since.0)
        .optional()
        .await?
        .ok_or_else(|| StoreError::unreadable("nothing came back"))?;
    Ok((row.get("sessions")?, row.get::<Option<i64>>("last_seen_at")?.map(Timestamp)))
}

/// What is kept about a live session beside whose it is.
#[derive(Debug)]
pub struct Open {
    /// The hash of its token.
    pub session: SessionId,
    /// The application that they signed in to.
    pub client: ClientId,
    /// When it began.
    pub signed_in_at: Timestamp,
    /// When it was last used, as far as that is written down.
    pub last_seen_at: Timestamp,
    /// The address that they signed in from.
    pub network: String,
    /// The browser or application, as it calls itself.
    pub user_agent: String,
}

impl Open {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            session: read_id(row)?,
            client: ClientId(row.get("client")?),
            signed_in_at: Timestamp(row.get("created_at")?),
            last_seen_at: Timestamp(row.get("last_seen_at")?),
            network: row.get("network")?,
            user_agent: row.get("user_agent")?,
        })
    }
}

/// The live sessions of the viewer's account: this one, then those that were used last; so many at most.
pub async fn open(
    conn: &mut Conn,
    viewer: &Viewer,
    alive: Alive,
    most: u32,
) -> Result<Vec<Open>, StoreError> {
    let rows = conn
        .query(
            "SELECT hash, created_at, last_seen_at, network, user_agent, client FROM sessions
             WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3
             ORDER BY CASE WHEN hash = $4 THEN 0 ELSE 1 END, last_seen_at DESC, created_at DESC LIMIT $5",
        )
        .bind(viewer.user.0)
        .bind(alive.now.0)
        .bind(alive.idle_since.0)
        .bind(viewer.session.0.to_vec())
        .bind(i64::from(most))
        .all()
        .await?;
    Ok(readable(&rows, "sessions", Open::read))
}

/// The addresses from which the account's sessions began, each once, in one order.
pub async fn networks(conn: &mut Conn, user: UserId) -> Result<Vec<IpAddr>, StoreError> {
    let rows = conn
        .query("SELECT DISTINCT network FROM sessions WHERE user_id = $1 ORDER BY network")
        .bind(user.0)
        .all()
        .await?;
    let texts = readable(&rows, "sessions", |row| row.get::<String>("network"));
    Ok(texts.iter().filter_map(|text| text.parse().ok()).collect())
}

fn read_id(row: &Row) -> Result<SessionId, StoreError> {
    let hash: Vec<u8> = row.get("hash")?;
    hash.try_into().map(SessionId).map_err(|_| StoreError::unreadable("a session whose hash is none"))
}
