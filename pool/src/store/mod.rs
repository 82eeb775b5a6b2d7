//! The memory: a database, reached statement by statement.
//!
//! Functions of the table files take `&mut Conn` to read and `&mut Tx` to write. No query needs a second text for
//! another database: `$1` placeholders, TEXT, BIGINT and BLOB, `ON CONFLICT`, `RETURNING`, no JSON functions. The
//! first statement of a read-modify-write is an `UPDATE … RETURNING` of the user's row (`users::touch`): it orders
//! the locks where there is more than one writer.
//!
//! To add a table: a migration with the same number in every folder of `pool/migrations`, and a file here.

mod error;
mod open;
mod statement;
mod writer;

pub(crate) mod aliases;
pub(crate) mod attributes;
pub(crate) mod meta;
pub(crate) mod profile;
pub(crate) mod signed_up;
pub(crate) mod tickets;
pub(crate) mod users;

pub use error::StoreError;
pub use statement::{Bind, Conn, Field, Query, Row, Tx};

use sqlx::SqlitePool;
use statement::Link;
use std::fmt;
use std::path::Path;
use std::time::Duration;
use writer::Writer;

/// A transaction that has not begun after this long is given up.
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// Whoever asks whether the store answers wants to know it now.
const LONGEST_CHECK: Duration = Duration::from_secs(2);

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
}

#[derive(Clone)]
enum Backend {
    Sqlite { readers: SqlitePool, writer: Writer },
}

impl Store {
    /// Opens the SQLite file, makes it if it isn't there, and brings it to this version's shape. Several processes
    /// may do so at once.
    ///
    /// # Errors
    /// The file can't be opened or locked, comes from a newer version, or would not keep writes over a power cut.
    pub async fn sqlite(path: &Path) -> Result<Self, StoreError> {
        let (readers, writer) = open::sqlite(path).await?;
        Ok(Self { backend: Backend::Sqlite { readers, writer } })
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn, StoreError> {
        Ok(match &self.backend {
            Backend::Sqlite { readers, .. } => Conn::new(Link::SqliteReader(readers.acquire().await?)),
        })
    }

    /// A transaction. Asking for one while holding another waits for itself.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        match &self.backend {
            Backend::Sqlite { writer, .. } => {
                let lease = tokio::time::timeout(LONGEST_WAIT, writer.lease()).await.unwrap_or(Err(StoreError::TooSlow))?;
                Ok(Tx::new(Conn::new(Link::SqliteWriter(lease))))
            }
        }
    }

    /// Whether nobody has ever been served from this store. Only then may a missing key file be made anew.
    pub async fn is_new(&self) -> Result<bool, StoreError> {
        let mut conn = self.read().await?;
        Ok(meta::get(&mut conn, meta::KEYS).await?.is_none())
    }

    /// Whether the store answers: something can be read, and a transaction begins.
    ///
    /// # Errors
    /// It can't, or not soon.
    pub async fn check(&self) -> Result<(), StoreError> {
        let asked = async {
            meta::get(&mut self.read().await?, meta::POOL_ID).await?;
            self.begin().await.map(drop)
        };
        tokio::time::timeout(LONGEST_CHECK, asked).await.unwrap_or(Err(StoreError::TooSlow))
    }

    /// Finishes what was begun and lets go of the database. Everything afterwards is [`StoreError::Closed`].
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.backend {
            Backend::Sqlite { .. } => "Store(sqlite)",
        })
    }
}

#[cfg(test)]
mod tests;
