//! The memory: a database, reached statement by statement.
//!
//! Functions of the table files take `&mut Conn` to read and `&mut Tx` to write. No query needs a second text
//! for another database: `$1` placeholders, TEXT, BIGINT and BLOB, `ON CONFLICT`, `RETURNING`, no JSON
//! functions.
//!
//! SQLite has one writer, PostgreSQL has many, and each statement of a transaction sees what the others have
//! committed by then (READ COMMITTED). So there:
//! - The first statement of a read-modify-write takes the account's row (`users::lock`,
//!   `limits::count_change`). What was read before that is read again.
//! - Rows are taken in one order: the account, then counters (`limits`: the network's, the name's, the
//!   destination's), then what belongs to the account. Whoever holds a counter takes no account.
//! - A transaction that lost a race is begun anew ([`retried`]), so what it does outside of the store is
//!   nothing.
//!
//! To add a table: a migration with the same number in every folder of `pool/migrations`, and a file here.

mod checkpoints;
mod error;
mod hold;
mod lending;
mod listen;
pub(crate) mod migrations;
mod postgres;
mod postgres_url;
mod retried;
mod sqlite;
mod statement;
mod tell;
mod write;
mod writer;

pub(crate) mod aliases;
pub(crate) mod attributes;
pub(crate) mod challenges;
pub(crate) mod factors;
pub(crate) mod known_origins;
pub(crate) mod meta;
pub(crate) mod names;
pub(crate) mod passkeys;
pub(crate) mod profile;
pub(crate) mod records;
pub(crate) mod refresh_tokens;
pub(crate) mod requested_codes;
pub(crate) mod signing_keys;
pub(crate) mod srp_verifiers;
pub(crate) mod tickets;
pub(crate) mod users;
pub(crate) mod waiting;

pub use error::StoreError;
pub(crate) use hold::Hold;
pub(crate) use listen::{Heard, Listener};
pub use postgres_url::{NotADatabase, PostgresUrl};
pub(crate) use retried::retried;
pub use statement::{Bind, Conn, Field, Query, Row, Tx};
pub(crate) use write::Write;

use deadpool::managed::Pool as Lender;
use lending::Loan;
use postgres::Postgres;
use sqlite::Readers;
use statement::Link;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
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
    Sqlite { readers: Lender<Readers>, writer: Writer, hold: Arc<Hold> },
    Postgres(Arc<Postgres>),
}

impl Store {
    /// Opens the SQLite file, makes it if it isn't there, and brings it to this version's shape. Several
    /// processes may do so at once.
    ///
    /// # Errors
    /// The file can't be opened or locked, comes from a newer version, or would not keep writes over a power
    /// cut.
    pub async fn sqlite(path: &Path) -> Result<Self, StoreError> {
        Self::held(path, Hold::with_others(path)?).await
    }

    /// The same for one that holds the file already.
    pub(crate) async fn held(path: &Path, hold: Hold) -> Result<Self, StoreError> {
        let (readers, writer) = sqlite::open(path).await?;
        Ok(Self { backend: Backend::Sqlite { readers, writer, hold: Arc::new(hold) } })
    }

    /// Opens the PostgreSQL database (15 or newer), which has to be there, and brings it to this version's
    /// shape. Several nodes may do so at once.
    ///
    /// # Errors
    /// The database can't be reached, comes from a newer version, or doesn't keep texts as UTF-8.
    pub async fn postgres(url: &PostgresUrl) -> Result<Self, StoreError> {
        Ok(Self { backend: Backend::Postgres(Arc::new(Postgres::open(url).await?)) })
    }

    /// A connection that reads the SQLite file as it is: nothing is brought to shape, and nobody is kept out.
    pub(crate) async fn look_at_sqlite(path: &Path) -> Result<Conn, StoreError> {
        Ok(Conn::new(Link::SqliteReader(sqlite::look(path).await?)))
    }

    /// The same for a PostgreSQL database.
    pub(crate) async fn look_at_postgres(url: &PostgresUrl) -> Result<Conn, StoreError> {
        Ok(Conn::new(Link::PostgresReader(Postgres::look(url).await?)))
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn, StoreError> {
        Ok(match &self.backend {
            Backend::Sqlite { readers, .. } => Conn::new(Link::SqliteReader(Loan::of(readers).await?)),
            Backend::Postgres(it) => Conn::new(Link::PostgresReader(Loan::of(&it.readers).await?)),
        })
    }

    /// A transaction. Asking for one while holding another waits for itself.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        match &self.backend {
            Backend::Sqlite { writer, .. } => {
                let lease = tokio::time::timeout(LONGEST_WAIT, writer.lease())
                    .await
                    .unwrap_or(Err(StoreError::TooSlow))?;
                Ok(Tx::new(Conn::new(Link::SqliteWriter(lease)), None))
            }
            Backend::Postgres(it) => {
                Ok(Tx::new(Conn::new(Link::PostgresWriter(it.begin().await?)), it.teller.clone()))
            }
        }
    }

    /// Whether nobody has ever been served from this store. Only then may a missing key file be made anew.
    ///
    /// # Errors
    /// It can't be read, or somebody is moving in.
    pub async fn is_new(&self) -> Result<bool, StoreError> {
        self.refuse_half().await?;
        let mut conn = self.read().await?;
        Ok(meta::get(&mut conn, meta::KEYS).await?.is_none())
    }

    /// Whether the store answers: it can be read and has this version's shape still, and a transaction
    /// begins.
    ///
    /// # Errors
    /// It can't, or not soon, or a newer version has taken it over.
    pub async fn check(&self) -> Result<(), StoreError> {
        let asked = async {
            let row =
                self.read().await?.query("SELECT MAX(version) FROM _sqlx_migrations").optional().await?;
            let shape = row.map_or(Ok(0), |row| row.get(0))?;
            if shape > migrations::NEWEST {
                return Err(StoreError::Overtaken(shape));
            }
            self.begin().await.map(drop)
        };
        tokio::time::timeout(LONGEST_CHECK, asked).await.unwrap_or(Err(StoreError::TooSlow))
    }

    /// Empties SQLite's write-ahead log, where what was deleted could still be read. `false`: somebody was
    /// reading, and some of it may be left. The log of PostgreSQL is its operator's business.
    pub(crate) async fn empty_log(&self) -> Result<bool, StoreError> {
        let Backend::Sqlite { readers, writer, .. } = &self.backend else { return Ok(true) };
        // Most of the work beside those who write: the rest, for which they wait, is little then.
        checkpoints::copy(readers).await?;
        writer.checkpoint().await
    }

    /// Makes sure that no copy into the store was left unfinished.
    pub(crate) async fn refuse_half(&self) -> Result<(), StoreError> {
        match meta::get(&mut self.read().await?, meta::COPYING).await? {
            Some(_) => Err(StoreError::HalfCopied),
            None => Ok(()),
        }
    }

    /// Whether it is PostgreSQL, for the little that can't be said in one text.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.backend, Backend::Postgres(_))
    }

    /// What hears of other nodes' changes, where the database carries such news.
    pub(crate) fn listener(&self) -> Option<Listener> {
        match &self.backend {
            Backend::Sqlite { .. } => None,
            Backend::Postgres(it) => it.teller.as_ref().map(|_| Listener::new(it.options.clone())),
        }
    }

    /// Finishes what was begun and lets go of the database. Everything afterwards is [`StoreError::Closed`].
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite { readers, writer, hold } => {
                sqlite::close(readers).await;
                writer.close().await;
                hold.release();
            }
            Backend::Postgres(it) => it.close().await,
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.backend {
            Backend::Sqlite { .. } => "Store(sqlite)",
            Backend::Postgres(_) => "Store(postgres)",
        })
    }
}

#[cfg(test)]
mod tests;
