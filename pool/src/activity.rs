//! What happened to an account, page by page, for its owner to look through.

use crate::clock::Timestamp;
use crate::delivery::{Device, device};
use crate::sessions::Viewer;
use crate::store::{Conn, Row, StoreError};
use crate::{Pool, Unavailable};
use model::Event;

/// So many events are on a page.
pub const PAGE: usize = 25;

/// Which page. Pages are found by an event's number: what happens meanwhile moves none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Newest,
    /// What came before this event.
    Before(i64),
    /// What came after it.
    After(i64),
}

/// An event with where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: i64,
    pub event: Event,
    pub at: Timestamp,
    pub network: String,
    pub device: Device,
}

/// A page of events, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    pub entries: Vec<Entry>,
    pub newer: Option<Turn>,
    pub older: Option<Turn>,
}

impl Entry {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let event = serde_json::from_str(row.get(1)?).map_err(StoreError::unreadable)?;
        let device = device(row.get(4)?);
        Ok(Self { id: row.get(0)?, event, at: Timestamp(row.get(2)?), network: row.get(3)?, device })
    }
}

impl Activity {
    fn of(entries: Vec<Entry>, newer: bool, older: bool) -> Self {
        let newer = entries.first().filter(|_| newer).map(|entry| Turn::After(entry.id));
        let older = entries.last().filter(|_| older).map(|entry| Turn::Before(entry.id));
        Self { entries, newer, older }
    }
}

impl Pool {
    /// A page of what happened to the viewer's account. One that would be empty, or shorter than the newest
    /// though it is at that end, is the newest.
    pub async fn activity(&self, viewer: &Viewer, turn: Turn) -> Result<Activity, Unavailable> {
        let mut conn = self.inner.store.read().await?;
        let found = match turn {
            Turn::Newest => None,
            Turn::Before(id) => {
                Some(before(&mut conn, viewer, id, true).await?).filter(|page| !page.entries.is_empty())
            }
            Turn::After(id) => after(&mut conn, viewer, id).await?,
        };
        match found {
            Some(page) => Ok(page),
            None => Ok(before(&mut conn, viewer, i64::MAX, false).await?),
        }
    }
}

/// One more than a page: whether there is a next one.
const ONE_MORE: i64 = PAGE as i64 + 1;

async fn before(conn: &mut Conn, viewer: &Viewer, id: i64, newer: bool) -> Result<Activity, StoreError> {
    let query =
        conn.query("SELECT id, payload, at, network, user_agent FROM events WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    let rows = query.bind(viewer.user.0).bind(id).bind(ONE_MORE).all().await?;
    let entries = rows.iter().take(PAGE).map(Entry::read).collect::<Result<_, _>>()?;
    Ok(Activity::of(entries, newer, rows.len() > PAGE))
}

/// `None`: what came after the event fits on the newest page.
async fn after(conn: &mut Conn, viewer: &Viewer, id: i64) -> Result<Option<Activity>, StoreError> {
    let query = conn.query("SELECT id, payload, at, network, user_agent FROM events WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    let rows = query.bind(viewer.user.0).bind(id).bind(ONE_MORE).all().await?;
    if rows.len() <= PAGE {
        return Ok(None);
    }
    let entries = rows.iter().take(PAGE).rev().map(Entry::read).collect::<Result<_, _>>()?;
    Ok(Some(Activity::of(entries, true, true)))
}

#[cfg(test)]
mod tests;
