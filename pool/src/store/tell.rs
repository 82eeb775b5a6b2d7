//! Telling other nodes what this one has committed (NOTIFY), after the commit and a handful at a time.
//!
//! Not within the transaction: PostgreSQL lets one transaction that carries news commit after the other, each
//! with its own sync of the disk, and then its writes are no more than that. A node that dies in between has
//! told nobody; whoever waits for news looks now and then without any.

use super::StoreError;
use super::lending::Loan;
use super::listen::CHANNEL;
use super::postgres::Sessions;
use super::statement::{Conn, Link};
use deadpool::managed::Pool;
use std::collections::BTreeSet;
use std::error::Error;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

/// A notice carries less than 8000 bytes.
const LONGEST: usize = 7_900;
/// So many are taken from the queue at once.
const HANDFUL: usize = 128;
/// A database that doesn't take a notice is asked again so often…
const TRIES: u32 = 5;
/// …after so long; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(50);
/// Whoever stops waits no longer than this for it.
const LONGEST_CLOSE: Duration = Duration::from_secs(3);

enum Job {
    Tell(String),
    Close(oneshot::Sender<()>),
}

/// The way to the task that tells.
#[derive(Clone)]
pub(super) struct Teller(mpsc::UnboundedSender<Job>);

impl Teller {
    pub(super) fn start(writers: Pool<Sessions>) -> Self {
        let (sender, queue) = mpsc::unbounded_channel();
        tokio::spawn(run(writers, queue));
        Self(sender)
    }

    pub(super) fn tell(&self, news: String) {
        _ = self.0.send(Job::Tell(news)); // closed: nobody is served any more
    }

    /// Tells what is left.
    pub(super) async fn close(&self) {
        let (closed, done) = oneshot::channel();
        if self.0.send(Job::Close(closed)).is_ok() {
            _ = timeout(LONGEST_CLOSE, done).await;
        }
    }
}

async fn run(writers: Pool<Sessions>, mut queue: mpsc::UnboundedReceiver<Job>) {
    let mut jobs = Vec::new();
    while queue.recv_many(&mut jobs, HANDFUL).await > 0 {
        let mut news = BTreeSet::new();
        let mut closed = None;
        for job in jobs.drain(..) {
            match job {
                Job::Tell(one) => _ = news.insert(one),
                Job::Close(sender) => closed = Some(sender),
            }
        }
        for notice in notices(news) {
            tell(&writers, notice).await;
        }
        if let Some(sender) = closed {
            _ = sender.send(());
            return;
        }
    }
}

/// One to a line, and as many in each as it can carry.
fn notices(news: BTreeSet<String>) -> Vec<String> {
    let mut notices: Vec<String> = Vec::new();
    for one in news {
        match notices.last_mut() {
            Some(last) if last.len() + one.len() < LONGEST => {
                last.push('\n');
                last.push_str(&one);
            }
            _ => notices.push(one),
        }
    }
    notices
}

async fn tell(writers: &Pool<Sessions>, notice: String) {
    let mut wait = FIRST_WAIT;
    for left in (0..TRIES).rev() {
        match try_to_tell(writers, notice.clone()).await {
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

async fn try_to_tell(writers: &Pool<Sessions>, notice: String) -> Result<(), StoreError> {
    let mut conn = Conn::new(Link::PostgresWriter(Loan::of(writers).await?));
    conn.query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(notice).optional().await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_news_are_a_few_notices_and_none_is_too_long() {
        let news: BTreeSet<String> = (0..500).map(|n| format!("{n:050}")).collect();
        let notices = notices(news.clone());
        assert!(
            notices.len() == 4 && notices.iter().all(|notice| notice.len() < 8000),
            "{:?}",
            notices.len()
        );
        let told: BTreeSet<String> =
            notices.iter().flat_map(|notice| notice.lines()).map(Into::into).collect();
        assert_eq!(told, news);
        assert_eq!(super::notices(BTreeSet::new()), Vec::<String>::new());
    }
}
