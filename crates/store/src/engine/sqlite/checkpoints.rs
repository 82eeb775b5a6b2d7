//! SQLite's write-ahead log, copied into the database beside the writer.
//!
//! SQLite copies it when it has become long enough, on the connection that commits just then, and here that
//! every transaction shares: among a million accounts a fifth of the time went into copying and syncing. So most of it
//! is done before, by a connection that reads. Only the writer finds the moment in which nothing is left and
//! the log begins anew, but then little is left.

use crate::engine::StoreError;
use crate::engine::pool::Pooled;
use crate::engine::sqlite::readers::SqliteReaders;
use deadpool::managed::Pool;
use std::error::Error;
use tokio::sync::mpsc;

/// After so many transactions. A change of a profile adds one to four pages to the log.
const OFTEN: usize = if cfg!(test) { 50 } else { 1000 };

/// SQLite syncs the database only after a pass during which nothing was committed. What came during a pass is
/// left for the next one, which takes a tenth of the time: the third is short enough.
const PASSES: usize = 3;

/// Counts what was committed.
pub(in crate::engine) struct Checkpoints {
    since: usize,
    due: mpsc::Sender<()>,
}

impl Checkpoints {
    /// Starts the task that copies. It ends with the counter.
    pub(in crate::engine) fn start(readers: Pool<SqliteReaders>) -> Self {
        let (due, asked) = mpsc::channel(1);
        tokio::spawn(run(readers, asked));
        Self { since: 0, due }
    }

    pub(in crate::engine) fn count(&mut self, transactions: usize) {
        self.since += transactions;
        if self.since >= OFTEN {
            self.since = 0;
            _ = self.due.try_send(()); // it is at it
        }
    }
}

async fn run(readers: Pool<SqliteReaders>, mut asked: mpsc::Receiver<()>) {
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

/// Copies as much as it can without making any transaction wait.
pub(in crate::engine) async fn copy(readers: &Pool<SqliteReaders>) -> Result<(), StoreError> {
    let mut pooled = Pooled::get(readers).await?;
    let (conn, failed) = pooled.parts();
    *failed = true;
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_optional(conn).await?;
    *failed = false;
    Ok(())
}
