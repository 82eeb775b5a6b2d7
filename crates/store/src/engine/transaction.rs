//! Transactions: what is written together, or not at all.

use crate::engine::StoreError;
use crate::engine::connection::{Backend, Conn};
use crate::engine::notify::Notifier;
use crate::engine::postgres::connections;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// A transaction. Dropping it rolls it back.
///
/// Between `begin` and `commit` await nothing but the database: on SQLite every other write waits for this
/// one.
pub struct Tx {
    conn: Conn,
    /// Notifies other nodes, where the database can.
    notifier: Option<Notifier>,
    news: Vec<String>,
}

impl Tx {
    pub(super) const fn new(conn: Conn, notifier: Option<Notifier>) -> Self {
        Self { conn, notifier, news: Vec::new() }
    }

    /// Whether other transactions may write at the same time.
    pub const fn has_concurrent_writers(&self) -> bool {
        matches!(self.conn.backend, Backend::PostgresWriter(_) | Backend::PostgresReader(_))
    }

    /// Notifies the other nodes once this is committed, where the database can.
    pub fn notify(&mut self, news: String) {
        if self.notifier.is_some() {
            self.news.push(news);
        }
    }

    /// Durable when it returns `Ok`. After a failed statement it is an error on every database, though
    /// PostgreSQL would answer "ok" to the commit of an aborted transaction.
    pub async fn commit(self) -> Result<(), StoreError> {
        if self.conn.has_failed() {
            return Err(StoreError::AfterFailure);
        }
        #[cfg(any(test, feature = "testing"))]
        crate::testing::statements::note("COMMIT");
        match self.conn.backend {
            Backend::SqliteWriter(lease) => lease.commit().await,
            Backend::PostgresWriter(conn) => {
                connections::commit(conn).await?;
                let Some(notifier) = self.notifier else { return Ok(()) };
                self.news.into_iter().for_each(|news| notifier.notify(news));
                Ok(())
            }
            Backend::SqliteReader(_) | Backend::PostgresReader(_) => Err(StoreError::AfterFailure),
        }
    }

    /// Tells SQLite's writer that the last statement ended the transaction by [`NEXT`](crate::engine::sqlite::writer::NEXT).
    pub(super) const fn was_renewed(&mut self) {
        if let Backend::SqliteWriter(lease) = &mut self.conn.backend {
            lease.renewed = true;
        }
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tx").field(&self.conn).finish()
    }
}
