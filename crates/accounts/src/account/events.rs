//! The trail: what happened to an account, recorded in the transaction that did it.

use crate::account::feed::{COMMAND, News};
use crate::limits::{self, Key, LimitName};
use crate::{Context, Unavailable};
use model::Event;
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{Origin, UserId, Viewer};
use std::time::Duration;
use store::{Notification, Statement, StoreError, Tx, events as table, retried, users};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// An event that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Grows with time; what a page resumes after.
    pub id: i64,
    /// What happened.
    pub event: Event,
    /// When it happened.
    pub at: Timestamp,
}

/// Records the event with the change itself. Afterwards [`commit`] tells the account's open pages.
///
/// The transaction holds the account's row (`users::lock`), or a page could miss the event: it goes on after
/// the last number that it saw, so numbers must be committed in their order.
pub(crate) async fn record(
    tx: &mut Tx,
    user: UserId,
    event: &Event,
    at: Timestamp,
    origin: &Origin,
) -> Result<(), StoreError> {
    tx.write(vec![entry(user, event, at, origin)?]).await
}

/// The same, to be written with others.
pub(crate) fn entry(
    user: UserId,
    event: &Event,
    at: Timestamp,
    origin: &Origin,
) -> Result<Statement, StoreError> {
    table::insert(user, event, at, origin)
}

/// Commits what happened to the account; then, not before, the account's open pages, here and at other nodes,
/// and the delivery of messages hear of it.
pub(crate) async fn commit(ctx: &Context, tx: Tx, user: UserId) -> Result<(), StoreError> {
    commit_with(ctx, tx, Vec::new(), user).await
}

/// The same after these last statements.
pub(crate) async fn commit_with(
    ctx: &Context,
    mut tx: Tx,
    writes: Vec<Statement>,
    user: UserId,
) -> Result<(), StoreError> {
    tx.notify(ctx.feed.note(user));
    if writes.is_empty() {
        tx.commit().await?;
    } else {
        tx.commit_with(writes).await?;
    }
    ctx.feed.announce(News::Of(user));
    ctx.delivery.wake();
    Ok(())
}

/// Records what was refused, in a transaction of its own: the use case's is gone with everything in it.
/// It counts as a change, and beyond those that an account may make nothing is recorded: nobody fills the
/// disk with refusals.
pub(crate) async fn record_refusal(
    ctx: &Context,
    user: UserId,
    event: &Event,
    origin: &Origin,
) -> Result<(), StoreError> {
    retried(|| try_to_record(ctx, user, event, origin)).await
}

async fn try_to_record(
    ctx: &Context,
    user: UserId,
    event: &Event,
    origin: &Origin,
) -> Result<(), StoreError> {
    let mut tx = ctx.store.begin().await?;
    if users::lock(&mut tx, user).await?.is_some() && limits::count_change(&mut tx, ctx, user).await?.is_ok()
    {
        record(&mut tx, user, event, ctx.now(), origin).await?;
        commit(ctx, tx, user).await?;
    }
    Ok(())
}

/// Records what somebody tried who only named the account, so often an hour at most, by this counter: it
/// takes nothing from what the account may change. For nobody the same is counted.
pub(crate) async fn record_attempt(
    ctx: &Context,
    user: Option<UserId>,
    noted: &Key,
    event: &Event,
    origin: &Origin,
) -> Result<(), StoreError> {
    retried(|| try_to_record_attempt(ctx, user, noted, event, origin)).await
}

async fn try_to_record_attempt(
    ctx: &Context,
    user: Option<UserId>,
    noted: &Key,
    event: &Event,
    origin: &Origin,
) -> Result<(), StoreError> {
    let (now, rate) = (ctx.now(), LimitName::SignUpFailuresRecorded.rate(&ctx.settings));
    let mut tx = ctx.store.begin().await?;
    let user = users::lock(&mut tx, user.unwrap_or(UserId::NOBODY)).await?;
    if limits::count(&mut tx, noted, rate, now).await?.is_err() {
        return tx.commit().await;
    }
    let user = user.map_or(UserId::NOBODY, |user| user.id);
    record(&mut tx, user, event, now, origin).await?;
    commit(ctx, tx, user).await
}

/// Some events of an account, and how far the trail was read for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Those that can be read, oldest first.
    pub events: Vec<Recorded>,
    /// The id to go on after. `None`: there is nothing more by now.
    pub last: Option<i64>,
}

/// The account's events with larger ids, oldest first, out of so many at most.
pub async fn stretch_after(
    ctx: &Context,
    viewer: &Viewer,
    after: i64,
    limit: u32,
) -> Result<Stretch, Unavailable> {
    let mut conn = ctx.store.read().await?;
    let found = table::after(&mut conn, viewer.user, after, i64::from(limit)).await?;
    let last = found.last().map(|it| it.id);
    let events = found.into_iter().filter_map(|it| Some(Recorded { id: it.id, event: it.event?, at: it.at }));
    Ok(Stretch { events: events.collect(), last })
}

/// The same without how far it was read.
pub async fn after(
    ctx: &Context,
    viewer: &Viewer,
    after: i64,
    limit: u32,
) -> Result<Vec<Recorded>, Unavailable> {
    Ok(stretch_after(ctx, viewer, after, limit).await?.events)
}

/// Whose account something happened to, after it was committed. A listener that lags is told so by the
/// channel, and looks for itself; one that hears nothing looks now and then, since what other nodes do
/// may not be heard.
pub fn subscribe(ctx: &Context) -> broadcast::Receiver<News> {
    ctx.feed.sender.subscribe()
}

/// How often a file is looked at for what commands have written to it.
const LOOK: Duration = Duration::from_secs(1);

/// Passes on to the feed what other nodes and commands have committed, until `shutdown`. Returns at once where the
/// database is a server that doesn't carry such news.
pub async fn listen(ctx: &Context, shutdown: CancellationToken) {
    let Some(mut listener) = ctx.store.listener() else {
        if !ctx.store.is_postgres() {
            follow_commands(ctx, shutdown).await;
        }
        return;
    };
    loop {
        let heard = tokio::select! {
            () = shutdown.cancelled() => return,
            heard = listener.next() => heard,
        };
        match heard {
            Notification::News(notes) => notes.lines().for_each(|note| ctx.feed.pass_on(note)),
            Notification::Gap => ctx.feed.announce(News::Anybody),
        }
    }
}

/// A file tells nobody that it was written to: while a page listens, the trail is looked at for what commands did.
async fn follow_commands(ctx: &Context, shutdown: CancellationToken) {
    let mut seen = None;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        if ctx.feed.sender.receiver_count() == 0 {
            seen = None;
            continue;
        }
        // Where that fails, whoever listens fails to look as well, and says so.
        if let Ok(newest) = announce_commands(ctx, seen).await {
            seen = Some(newest);
        }
    }
}

/// Announces what commands did since the event that was seen last, and answers which one is the newest now. Whoever has
/// begun to listen meanwhile may have missed something.
async fn announce_commands(ctx: &Context, seen: Option<i64>) -> Result<i64, StoreError> {
    let mut conn = ctx.store.read().await?;
    let newest = table::newest(&mut conn).await?;
    match seen {
        None => ctx.feed.announce(News::Anybody),
        Some(seen) if seen == newest => {}
        Some(seen) => {
            for user in table::owners_between(&mut conn, seen, newest, COMMAND).await? {
                ctx.feed.announce(News::Of(user));
            }
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests;
