//! The store itself: which database it is, and connections to it.

use crate::engine::connection::{Backend, Conn};
use crate::engine::file_lock::FileLock;
use crate::engine::pool::Pooled;
use crate::engine::postgres::Postgres;
use crate::engine::postgres::listen::Listener;
use crate::engine::sqlite::checkpoints;
use crate::engine::sqlite::opened_file::OpenedFile;
use crate::engine::sqlite::readers::SqliteReaders;
use crate::engine::sqlite::writer::Writer;
use crate::engine::transaction::Tx;
use crate::engine::{PostgresUrl, StoreError, sqlite};
use deadpool::managed::Pool;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A transaction that has not begun after this long is given up.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(super) database: Database,
}

#[derive(Clone)]
pub(super) enum Database {
    Sqlite { readers: Pool<SqliteReaders>, writer: Writer, file: Arc<SqliteFile> },
    Postgres(Arc<Postgres>),
}

/// The file, and what keeps others from it.
#[derive(Debug)]
pub(super) struct SqliteFile {
    path: PathBuf,
    opened: Arc<OpenedFile>,
    lock: FileLock,
    /// Once this process sends messages.
    sending: Mutex<Option<FileLock>>,
}

impl Store {
    /// Opens the SQLite file, makes it if it isn't there, and brings it to this version's shape. Several
    /// processes may do so at once.
    ///
    /// # Errors
    /// The file can't be opened or locked, comes from a newer version, or would not keep writes over a power
    /// cut.
    pub async fn sqlite(path: &Path) -> Result<Self, StoreError> {
        Self::sqlite_locked(path, FileLock::shared(path)?).await
    }

    /// The same for a caller that has the lock already.
    pub async fn sqlite_locked(path: &Path, lock: FileLock) -> Result<Self, StoreError> {
        let sqlite::Opened { readers, writer, file: opened } = sqlite::open(path).await?;
        let file = Arc::new(SqliteFile { path: path.to_owned(), opened, lock, sending: Mutex::default() });
        Ok(Self { database: Database::Sqlite { readers, writer, file } })
    }

    /// Opens the PostgreSQL database (15 or newer), which has to be there, and brings it to this version's
    /// shape. Several nodes may do so at once.
    ///
    /// # Errors
    /// The database can't be reached, comes from a newer version, or doesn't keep texts as UTF-8.
    pub async fn postgres(url: &PostgresUrl) -> Result<Self, StoreError> {
        Ok(Self { database: Database::Postgres(Arc::new(Postgres::open(url).await?)) })
    }

    /// A connection that reads the SQLite file as it is, without migrating or locking it.
    pub async fn inspect_sqlite(path: &Path) -> Result<Conn, StoreError> {
        Ok(Conn::new(Backend::SqliteReader(sqlite::inspect(path).await?)))
    }

    /// The same for a PostgreSQL database.
    pub async fn inspect_postgres(url: &PostgresUrl) -> Result<Conn, StoreError> {
        Ok(Conn::new(Backend::PostgresReader(Postgres::inspect(url).await?)))
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn, StoreError> {
        Ok(match &self.database {
            Database::Sqlite { readers, .. } => Conn::new(Backend::SqliteReader(Pooled::get(readers).await?)),
            Database::Postgres(it) => Conn::new(Backend::PostgresReader(Pooled::get(&it.readers).await?)),
        })
    }

    /// A transaction. Asking for one while holding another waits for itself.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        match &self.database {
            Database::Sqlite { writer, .. } => {
                let lease = tokio::time::timeout(LONGEST_WAIT, writer.lease())
                    .await
                    .unwrap_or(Err(StoreError::TooSlow))?;
                Ok(Tx::new(Conn::new(Backend::SqliteWriter(lease)), None))
            }
            Database::Postgres(it) => {
                Ok(Tx::new(Conn::new(Backend::PostgresWriter(it.begin().await?)), it.notifier.clone()))
            }
        }
    }

    /// Empties SQLite's write-ahead log, where what was deleted could still be read. `false`: a reader
    /// still needed it, and some of it may be left. The log of PostgreSQL is its operator's business.
    pub async fn truncate_wal(&self) -> Result<bool, StoreError> {
        let Database::Sqlite { readers, writer, .. } = &self.database else { return Ok(true) };
        // Most of the work beside the writer: the rest, for which writes wait, is little then.
        checkpoints::copy(readers).await?;
        writer.truncate_wal().await
    }

    /// Notes that this process sends messages, until it ends. Where nobody else does, as can be told of a file,
    /// the work is done before anybody else may begin to.
    ///
    /// # Errors
    /// The file can't be locked, or the work failed.
    pub async fn begin_sending(
        &self,
        alone: impl Future<Output = Result<(), StoreError>>,
    ) -> Result<(), StoreError> {
        let Database::Sqlite { file, .. } = &self.database else { return Ok(()) };
        if let Some(first) = FileLock::first_sender(&file.path)? {
            alone.await?;
            drop(first);
        }
        let path = file.path.clone();
        let waiting = tokio::task::spawn_blocking(move || FileLock::sender(&path));
        let lock = waiting.await.map_err(|_| StoreError::Closed)??;
        *file.sending.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock);
        Ok(())
    }

    /// Makes sure that the file that is open is still the one that has its name.
    pub fn verify_file(&self) -> Result<(), StoreError> {
        match &self.database {
            Database::Sqlite { file, .. } => file.opened.verify(),
            Database::Postgres(_) => Ok(()),
        }
    }

    /// Whether it is PostgreSQL, for the little that can't be said in one text.
    pub fn is_postgres(&self) -> bool {
        matches!(self.database, Database::Postgres(_))
    }

    /// Listens for other nodes' changes, where the database has notifications.
    pub fn listener(&self) -> Option<Listener> {
        match &self.database {
            Database::Sqlite { .. } => None,
            Database::Postgres(it) => it.notifier.as_ref().map(|_| Listener::new(it.options.clone())),
        }
    }

    /// Finishes what was begun and closes the database. Everything afterwards is [`StoreError::Closed`].
    pub async fn close(&self) {
        match &self.database {
            Database::Sqlite { readers, writer, file } => {
                sqlite::close(readers).await;
                writer.close().await;
                file.sending.lock().unwrap_or_else(PoisonError::into_inner).take();
                file.lock.release();
            }
            Database::Postgres(it) => it.close().await,
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.database {
            Database::Sqlite { .. } => "Store(sqlite)",
            Database::Postgres(_) => "Store(postgres)",
        })
    }
}
