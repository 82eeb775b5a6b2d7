//! SQLite's log, copied into the database beside those who write.
//!
//! SQLite copies it when it has become long enough, on the connection that commits just then, and here that
//! is everybody's: among a million accounts a fifth of the time went into copying and syncing. So most of it
//! is done before, by a connection that reads. Only the writer finds the moment in which nothing is left and
//! the log begins anew, but then little is left.

use super::StoreError;
use super::lending::Loan;
use super::sqlite::Readers;
use super::statement::{Conn, Link};
use deadpool::managed::Pool;
use std::error::Error;
use tokio::sync::mpsc;

/// After so many transactions. A change of a profile adds one to four pages to the log.
const OFTEN: usize = if cfg!(test) { 50 } else { 1000 };

/// SQLite syncs the database only after a pass during which nobody has committed. What came during a pass is
/// left for the next one, which takes a tenth of the time: the third is short enough.
const PASSES: usize = 3;

/// Counts what was committed.
pub(super) struct Checkpoints {
    since: usize,
    due: mpsc::Sender<()>,
}

impl Checkpoints {
    /// Starts the task that copies. It ends with the counter.
    pub(super) fn start(readers: Pool<Readers>) -> Self {
        let (due, asked) = mpsc::channel(1);
        tokio::spawn(run(readers, asked));
        Self { since: 0, due }
    }

    pub(super) fn count(&mut self, transactions: usize) {
        self.since += transactions;
        if self.since >= OFTEN {
            self.since = 0;
            _ = self.due.try_send(()); // it is at it
        }
    }
}

async fn run(readers: Pool<Readers>, mut asked: mpsc::Receiver<()>) {
    while asked.recv().await.is_some() {
        for _ in 0..PASSES {
            match copy(&readers).await {
                Ok(()) => {}
                Err(StoreError::Closed) => return,
                // The writer does it all then, and says what is the matter if it can't.
                Err(error) => tracing::debug!(
                    error = &error as &dyn Error,
                    "the log could not be copied beside the writer"
                ),
            }
        }
    }
}

/// As far as it can without anybody waiting.
pub(super) async fn copy(readers: &Pool<Readers>) -> Result<(), StoreError> {
    let mut conn = Conn::new(Link::SqliteReader(Loan::of(readers).await?));
    conn.query("PRAGMA wal_checkpoint(PASSIVE)").optional().await.map(drop)
}
