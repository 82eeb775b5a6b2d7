//! The trail: what happened to an account, recorded in the transaction that did it.

use crate::clock::Timestamp;
use crate::sessions::{Origin, UserId, Viewer};
use crate::store::{StoreError, Tx, users};
use crate::{Pool, Unavailable, limits};
use model::Event;
use tokio::sync::broadcast;

/// An event that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Grows with time; what a page resumes after.
    pub id: i64,
    pub event: Event,
    pub at: Timestamp,
}

/// Tells listeners whose account something happened to.
#[derive(Debug, Clone)]
pub(crate) struct Feed(broadcast::Sender<UserId>);

impl Feed {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(1024).0)
    }

    pub(crate) fn announce(&self, user: UserId) {
        let _ = self.0.send(user); // nobody listens: nothing to tell
    }
}

/// Records the event with the change itself. Afterwards [`Pool::commit`] tells the account's open pages.
pub(crate) async fn record(tx: &mut Tx, user: UserId, event: &Event, at: Timestamp, origin: &Origin) -> Result<(), StoreError> {
    let payload = serde_json::to_string(event).map_err(StoreError::unreadable)?;
    tx.query("INSERT INTO events (user_id, payload, at, network, user_agent) VALUES ($1, $2, $3, $4, $5)")
        .bind(user.0)
        .bind(payload)
        .bind(at.0)
        .bind(origin.network.to_string())
        .bind(origin.user_agent.clone())
        .run()
        .await?;
    Ok(())
}

impl Pool {
    /// Records what was refused, in a transaction of its own: the use case's is gone with everything in it. It counts
    /// as a change, and beyond those that an account may make nothing is recorded: nobody fills the disk with refusals.
    pub(crate) async fn record_refusal(&self, user: UserId, event: &Event, origin: &Origin) -> Result<(), StoreError> {
        let mut tx = self.inner.store.begin().await?;
        if users::lock(&mut tx, user).await?.is_some() && limits::count_change(&mut tx, &self.inner, user).await?.is_ok() {
            record(&mut tx, user, event, self.now(), origin).await?;
            self.commit(tx, user).await?;
        }
        Ok(())
    }

    /// The account's events with larger ids, oldest first, so many at most.
    pub async fn events_after(&self, viewer: &Viewer, after: i64, limit: u32) -> Result<Vec<Recorded>, Unavailable> {
        let mut conn = self.inner.store.read().await?;
        let rows = conn
            .query("SELECT id, payload, at FROM events WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(viewer.user.0)
            .bind(after)
            .bind(i64::from(limit))
            .all()
            .await?;
        let mut events = Vec::with_capacity(rows.len());
        for row in &rows {
            let event = serde_json::from_str(row.get(1)?).map_err(StoreError::unreadable)?;
            events.push(Recorded { id: row.get(0)?, event, at: Timestamp(row.get(2)?) });
        }
        Ok(events)
    }

    /// Whose account something happened to (an event, or a session that ended), after it was committed. A listener
    /// that lags is told so by the channel, and looks for itself.
    pub fn feed(&self) -> broadcast::Receiver<UserId> {
        self.inner.feed.0.subscribe()
    }
}
