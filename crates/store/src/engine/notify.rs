//! Notifying other nodes of what this one has committed (NOTIFY), after the commit and in batches.
//!
//! Not within the transaction: PostgreSQL commits transactions with notifications one after the other, each
//! with its own sync of the disk, and then its writes are no more than that. A node that dies in between has
//! notified nobody; listeners poll now and then besides.

use crate::engine::StoreError;
use crate::engine::pool::Pooled;
use crate::engine::postgres::connections::PostgresConnections;
use crate::engine::postgres::listen::CHANNEL;
use deadpool::managed::Pool;
use std::collections::BTreeSet;
use std::error::Error;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

/// A notification carries less than 8000 bytes.
const LONGEST: usize = 7_900;
/// So many are taken from the queue at once.
const BATCH: usize = 128;
/// A notification that the database doesn't take is tried again so often…
const TRIES: u32 = 5;
/// …after so long; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(50);
/// A node that stops waits no longer than this for it.
const LONGEST_CLOSE: Duration = Duration::from_secs(3);

enum Job {
    Notify(String),
    Close(oneshot::Sender<()>),
}

/// The way to the task that notifies.
#[derive(Clone)]
pub(super) struct Notifier(mpsc::UnboundedSender<Job>);

impl Notifier {
    pub(super) fn start(writers: Pool<PostgresConnections>) -> Self {
        let (sender, queue) = mpsc::unbounded_channel();
        tokio::spawn(run(writers, queue));
        Self(sender)
    }

    pub(super) fn notify(&self, news: String) {
        _ = self.0.send(Job::Notify(news)); // closed: no more requests are served
    }

    /// Sends what is left.
    pub(super) async fn close(&self) {
        let (closed, done) = oneshot::channel();
        if self.0.send(Job::Close(closed)).is_ok() {
            _ = timeout(LONGEST_CLOSE, done).await;
        }
    }
}

async fn run(writers: Pool<PostgresConnections>, mut queue: mpsc::UnboundedReceiver<Job>) {
    let mut jobs = Vec::new();
    while queue.recv_many(&mut jobs, BATCH).await > 0 {
        let mut news = BTreeSet::new();
        let mut closed = None;
        for job in jobs.drain(..) {
            match job {
                Job::Notify(one) => _ = news.insert(one),
                Job::Close(sender) => closed = Some(sender),
            }
        }
        for payload in payloads(news) {
            notify(&writers, payload).await;
        }
        if let Some(sender) = closed {
            _ = sender.send(());
            return;
        }
    }
}

/// One to a line, and as many in each as it can carry.
fn payloads(news: BTreeSet<String>) -> Vec<String> {
    let mut payloads: Vec<String> = Vec::new();
    for one in news {
        match payloads.last_mut() {
            Some(last) if last.len() + one.len() < LONGEST => {
                last.push('\n');
                last.push_str(&one);
            }
            _ => payloads.push(one),
        }
    }
    payloads
}

async fn notify(writers: &Pool<PostgresConnections>, payload: String) {
    let mut wait = FIRST_WAIT;
    for left in (0..TRIES).rev() {
        match try_to_notify(writers, &payload).await {
            Ok(()) | Err(StoreError::Closed) => return,
            Err(error) if left == 0 => {
                tracing::warn!(
                    error = &error as &dyn Error,
                    "other nodes could not be told of changes; they will look for themselves"
                );
            }
            Err(_) => sleep(wait).await,
        }
        wait *= 2;
    }
}

async fn try_to_notify(writers: &Pool<PostgresConnections>, payload: &str) -> Result<(), StoreError> {
    let mut pooled = Pooled::get(writers).await?;
    let (conn, failed) = pooled.parts();
    *failed = true;
    sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(payload).execute(conn).await?;
    *failed = false;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_of_many_notifications_are_few_and_within_the_limit() {
        let news: BTreeSet<String> = (0..500).map(|n| format!("{n:050}")).collect();
        let payloads = payloads(news.clone());
        assert!(
            payloads.len() == 4 && payloads.iter().all(|payload| payload.len() < 8000),
            "{:?}",
            payloads.len()
        );
        let told: BTreeSet<String> =
            payloads.iter().flat_map(|payload| payload.lines()).map(Into::into).collect();
        assert_eq!(told, news);
        assert_eq!(super::payloads(BTreeSet::new()), Vec::<String>::new());
    }
}
