//! The trail: what happened to an account, recorded in the transaction that did it.

use crate::clock::Timestamp;
use crate::limits::{self, HOUR, Key, Rate};
use crate::sessions::{Origin, UserId, Viewer};
use crate::store::events as table;
use crate::store::{Notification, Statement, StoreError, Tx, retried, users};
use crate::{Entropy, Pool, Unavailable};
use model::Event;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// An event that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Grows with time; what a page resumes after.
    pub id: i64,
    pub event: Event,
    pub at: Timestamp,
}

/// Where to look, after it was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Something happened to this account: an event, or a session that ended.
    Of(UserId),
    /// Something may have happened to anybody.
    Anybody,
}

/// Tells listeners whose account something happened to, and this node's news from others'.
#[derive(Debug, Clone)]
pub(crate) struct Feed {
    sender: broadcast::Sender<News>,
    /// What this node calls itself, for as long as it runs.
    node: String,
}

impl Feed {
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        Self { sender: broadcast::channel(1024).0, node: entropy.uuid_v4() }
    }

    pub(crate) fn announce(&self, news: News) {
        let _ = self.sender.send(news); // nobody listens: nothing to tell
    }

    /// The same for the other nodes, as a text.
    pub(crate) fn note(&self, user: UserId) -> String {
        format!("{} {}", self.node, user.0)
    }

    /// Passes on what another node's note says. Our own come back too, and were announced before.
    fn pass_on(&self, note: &str) {
        if let Some((node, user)) = note.split_once(' ')
            && let (true, Ok(user)) = (node != self.node, user.parse())
        {
            self.announce(News::Of(UserId(user)));
        }
    }
}

/// Records the event with the change itself. Afterwards [`Pool::commit`] tells the account's open pages.
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

/// So many attempts of others are noted with an account within an hour.
const ATTEMPTS_NOTED_AN_HOUR: u32 = 20;

impl Pool {
    /// Records what was refused, in a transaction of its own: the use case's is gone with everything in it.
    /// It counts as a change, and beyond those that an account may make nothing is recorded: nobody fills the
    /// disk with refusals.
    pub(crate) async fn record_refusal(
        &self,
        user: UserId,
        event: &Event,
        origin: &Origin,
    ) -> Result<(), StoreError> {
        retried(|| self.try_to_record(user, event, origin)).await
    }

    async fn try_to_record(&self, user: UserId, event: &Event, origin: &Origin) -> Result<(), StoreError> {
        let mut tx = self.inner.store.begin().await?;
        if users::lock(&mut tx, user).await?.is_some()
            && limits::count_change(&mut tx, &self.inner, user).await?.is_ok()
        {
            record(&mut tx, user, event, self.now(), origin).await?;
            self.commit(tx, user).await?;
        }
        Ok(())
    }

    /// Records what somebody tried who only named the account, so often an hour at most, by this counter: it
    /// takes nothing from what the account may change. For nobody the same is counted.
    pub(crate) async fn record_attempt(
        &self,
        user: Option<UserId>,
        noted: &Key,
        event: &Event,
        origin: &Origin,
    ) -> Result<(), StoreError> {
        retried(|| self.try_to_record_attempt(user, noted, event, origin)).await
    }

    async fn try_to_record_attempt(
        &self,
        user: Option<UserId>,
        noted: &Key,
        event: &Event,
        origin: &Origin,
    ) -> Result<(), StoreError> {
        let (now, rate) = (self.now(), Rate { times: ATTEMPTS_NOTED_AN_HOUR, per: HOUR });
        let mut tx = self.inner.store.begin().await?;
        // No account has the number of nobody.
        let user = users::lock(&mut tx, user.unwrap_or(UserId(0))).await?;
        let admitted = limits::count(&mut tx, noted, rate, now).await?.is_ok();
        match user.filter(|_| admitted) {
            Some(user) => {
                record(&mut tx, user.id, event, now, origin).await?;
                self.commit(tx, user.id).await
            }
            None => tx.commit().await,
        }
    }

    /// The account's events with larger ids, oldest first, so many at most.
    pub async fn events_after(
        &self,
        viewer: &Viewer,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Recorded>, Unavailable> {
        let mut conn = self.inner.store.read().await?;
        let found = table::after(&mut conn, viewer.user, after, i64::from(limit)).await?;
        Ok(found.into_iter().map(|it| Recorded { id: it.id, event: it.event, at: it.at }).collect())
    }

    /// Whose account something happened to, after it was committed. A listener that lags is told so by the
    /// channel, and looks for itself; one that hears nothing looks now and then, since what other nodes do
    /// may not be heard.
    pub fn feed(&self) -> broadcast::Receiver<News> {
        self.inner.feed.sender.subscribe()
    }

    /// Passes on to the feed what other nodes have committed, until `shutdown`. Returns at once where the
    /// database doesn't carry such news.
    pub async fn listen(&self, shutdown: CancellationToken) {
        let Some(mut listener) = self.inner.store.listener() else { return };
        loop {
            let heard = tokio::select! {
                () = shutdown.cancelled() => return,
                heard = listener.next() => heard,
            };
            match heard {
                Notification::News(notes) => notes.lines().for_each(|note| self.inner.feed.pass_on(note)),
                Notification::Gap => self.inner.feed.announce(News::Anybody),
            }
        }
    }
}

#[cfg(test)]
mod tests;
