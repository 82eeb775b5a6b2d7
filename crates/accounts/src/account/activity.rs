//! What happened to an account, page by page, for its owner to look through.

use crate::{Context, Unavailable};
use model::Event;
use nameplate_core::clock::Timestamp;
use nameplate_core::device::Device;
use nameplate_core::identity::Viewer;
use store::events::{self, Stored};
use store::{Conn, StoreError};

/// So many events are on a page.
pub const PAGE: usize = 25;

/// Which page. Pages are found by an event's number: what happens meanwhile moves none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The latest events.
    Newest,
    /// What came before this event.
    Before(i64),
    /// What came after it.
    After(i64),
}

/// An event with where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number, which grows with time.
    pub id: i64,
    /// What happened.
    pub event: Event,
    /// When it happened.
    pub at: Timestamp,
    /// The address that the request came from.
    pub network: String,
    /// What the request came from, as far as its `User-Agent` tells.
    pub device: Device,
}

/// A page of events, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// At most [`PAGE`]; empty where nothing has happened yet.
    pub entries: Vec<Entry>,
    /// The page of later events, if there are any.
    pub newer: Option<Turn>,
    /// The page of earlier events, if there are any.
    pub older: Option<Turn>,
}

impl From<Stored> for Entry {
    fn from(stored: Stored) -> Self {
        let Stored { id, event, at, network, user_agent } = stored;
        Self { id, event, at, network, device: Device::of(&user_agent) }
    }
}

impl Activity {
    fn of(entries: Vec<Entry>, newer: bool, older: bool) -> Self {
        let newer = entries.first().filter(|_| newer).map(|entry| Turn::After(entry.id));
        let older = entries.last().filter(|_| older).map(|entry| Turn::Before(entry.id));
        Self { entries, newer, older }
    }
}

/// A page of what happened to the viewer's account. One that would be empty, or shorter than the newest
/// though it is at that end, is the newest.
pub async fn activity(ctx: &Context, viewer: &Viewer, turn: Turn) -> Result<Activity, Unavailable> {
    let mut conn = ctx.store.read().await?;
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

/// One more than a page: whether there is a next one.
const ONE_MORE: i64 = PAGE as i64 + 1;

async fn before(conn: &mut Conn, viewer: &Viewer, id: i64, newer: bool) -> Result<Activity, StoreError> {
    let found = events::before(conn, viewer.user, id, ONE_MORE).await?;
    let older = found.len() > PAGE;
    let entries = found.into_iter().take(PAGE).map(Entry::from).collect();
    Ok(Activity::of(entries, newer, older))
}

/// `None`: what came after the event fits on the newest page.
async fn after(conn: &mut Conn, viewer: &Viewer, id: i64) -> Result<Option<Activity>, StoreError> {
    let mut found = events::after(conn, viewer.user, id, ONE_MORE).await?;
    if found.len() <= PAGE {
        return Ok(None);
    }
    found.truncate(PAGE);
    let entries = found.into_iter().rev().map(Entry::from).collect();
    Ok(Some(Activity::of(entries, true, true)))
}

#[cfg(test)]
mod tests;
