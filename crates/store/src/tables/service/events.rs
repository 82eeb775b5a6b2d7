//! The trail: what happened to each account.

use crate::engine::left_out;
use crate::{Conn, Row, Statement, StoreError};
use model::Event;
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{Origin, UserId};

/// An event with where it came from.
#[derive(Debug)]
pub struct Stored {
    /// Grows with time.
    pub id: i64,
    /// What happened. `None`: it can't be read, as one that a newer version has written. It keeps its place among the
    /// others.
    pub event: Option<Event>,
    /// When it happened.
    pub at: Timestamp,
    /// The address that the request came from.
    pub network: String,
    /// The browser or application, as it calls itself.
    pub user_agent: String,
}

impl Stored {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let event = serde_json::from_str(row.get("payload")?).map_err(StoreError::unreadable);
        Ok(Self {
            id: row.get("id")?,
            event: event.map_err(|error| left_out("events", &error)).ok(),
            at: Timestamp(row.get("at")?),
            network: row.get("network")?,
            user_agent: row.get("user_agent")?,
        })
    }
}

/// Records the event; of nobody, where nobody is shown it.
pub fn insert(user: UserId, event: &Event, at: Timestamp, origin: &Origin) -> Result<Statement, StoreError> {
    let payload = serde_json::to_string(event).map_err(StoreError::unreadable)?;
    let statement = if user.is_nobody() {
        Statement::new(
            "INSERT INTO decoy_events (user_id, payload, at, network, user_agent) VALUES ($1, $2, $3, $4, $5)",
        )
    } else {
        Statement::new(
            "INSERT INTO events (user_id, payload, at, network, user_agent) VALUES ($1, $2, $3, $4, $5)",
        )
    };
    Ok(statement
        .bind(user.0)
        .bind(payload)
        .bind(at.0)
        .bind(origin.network.to_string())
        .bind(origin.user_agent.clone()))
}

/// The number of the newest event of all; 0: there is none.
pub async fn newest(conn: &mut Conn) -> Result<i64, StoreError> {
    let row = conn.query("SELECT MAX(id) AS newest FROM events").optional().await?;
    Ok(row.map_or(Ok(None), |row| row.get("newest"))?.unwrap_or(0))
}

/// Whose the events between these are, without the first one, that came from what calls itself so.
pub async fn owners_between(
    conn: &mut Conn,
    after: i64,
    until: i64,
    user_agent: &'static str,
) -> Result<Vec<UserId>, StoreError> {
    let query =
        conn.query("SELECT DISTINCT user_id FROM events WHERE id > $1 AND id <= $2 AND user_agent = $3");
    let query = query.bind(after).bind(until).bind(user_agent);
    query.all().await?.iter().map(|row| Ok(UserId(row.get("user_id")?))).collect()
}

/// The account's events before this one, newest first; so many at most.
pub async fn before(conn: &mut Conn, user: UserId, id: i64, most: i64) -> Result<Vec<Stored>, StoreError> {
    let query = conn.query(
        "SELECT id, payload, at, network, user_agent FROM events
         WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
    );
    query.bind(user.0).bind(id).bind(most).all().await?.iter().map(Stored::read).collect()
}

/// The account's events after this one, oldest first; so many at most.
pub async fn after(conn: &mut Conn, user: UserId, id: i64, most: i64) -> Result<Vec<Stored>, StoreError> {
    let query = conn.query(
        "SELECT id, payload, at, network, user_agent FROM events
         WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3",
    );
    query.bind(user.0).bind(id).bind(most).all().await?.iter().map(Stored::read).collect()
}
