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

impl Entry {
    /// `None`: it can't be read.
    fn of(stored: Stored) -> Option<Self> {
        let Stored { id, event, at, network, user_agent } = stored;
        Some(Self { id, event: event?, at, network, device: Device::of(&user_agent) })
    }
}

impl Activity {
    /// A page is found by the events that have their place on it, whether they can be read or not.
    fn of(stored: Vec<Stored>, newer: bool, older: bool) -> Self {
        let newer = stored.first().filter(|_| newer).map(|stored| Turn::After(stored.id));
        let older = stored.last().filter(|_| older).map(|stored| Turn::Before(stored.id));
        Self { entries: stored.into_iter().filter_map(Entry::of).collect(), newer, older }
    }

    /// Whether there is something, or a way to it.
    fn leads_somewhere(&self) -> bool {
        !self.entries.is_empty() || self.older.is_some()
    }
}

/// A page of what happened to the viewer's account. One that would be empty, or shorter than the newest
/// though it is at that end, is the newest.
pub async fn activity(ctx: &Context, viewer: &Viewer, turn: Turn) -> Result<Activity, Unavailable> {
    let mut conn = ctx.store.read().await?;
    let found = match turn {
        Turn::Newest => None,
        Turn::Before(id) => {
            Some(before(&mut conn, viewer, id, true).await?).filter(Activity::leads_somewhere)
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
    let mut found = events::before(conn, viewer.user, id, ONE_MORE).await?;
    let older = found.len() > PAGE;
    found.truncate(PAGE);
    Ok(Activity::of(found, newer, older))
}

/// `None`: what came after the event fits on the newest page.
async fn after(conn: &mut Conn, viewer: &Viewer, id: i64) -> Result<Option<Activity>, StoreError> {
    let mut found = events::after(conn, viewer.user, id, ONE_MORE).await?;
    if found.len() <= PAGE {
        return Ok(None);
    }
    found.truncate(PAGE);
    found.reverse();
    Ok(Some(Activity::of(found, true, true)))
}

#[cfg(test)]
mod tests;
