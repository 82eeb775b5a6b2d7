//! Opening the SQLite file: one process at a time brings it to shape.

pub(super) mod checkpoints;
pub(super) mod opened_file;
pub(super) mod readers;
pub(super) mod writer;

use crate::engine::StoreError;
use crate::engine::file_lock::open_private;
use crate::engine::pool::{self, Pooled};
use crate::engine::sqlite::checkpoints::Checkpoints;
use crate::engine::sqlite::opened_file::OpenedFile;
use crate::engine::sqlite::readers::SqliteReaders;
use crate::engine::sqlite::writer::{Source, Writer};
use crate::migrations;
use deadpool::managed::Pool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Once the write-ahead log has so many pages (48 MB), everybody's write waits until the rest of it is copied
/// into the database, and it begins anew. By then [`Checkpoints`] has copied most of them.
const LOG_PAGES: &str = "12000";
/// The writer's own pages, in KiB (negative, as SQLite has it).
const WRITER_CACHE: &str = "-8192";

/// How long a statement waits for another process, such as a backup, that holds the lock.
const BUSY: Duration = Duration::from_secs(10);

/// What an open store is made of.
pub(super) struct Opened {
    pub readers: Pool<SqliteReaders>,
    pub writer: Writer,
    pub file: Arc<OpenedFile>,
}

pub(super) async fn open(path: &Path) -> Result<Opened, StoreError> {
    let options = options(path);
    // Held until the file is in shape: the change to WAL and the migrations are not safe side by side.
    let lock = lock(path).await?;
    let mut conn = SqliteConnection::connect_with(&options).await?;
    migrations::run_on_sqlite(&mut conn).await?;
    conn.close().await?;
    let file = Arc::new(OpenedFile::at(path)?);
    // A file that is gone is not made anew under those who use it.
    let options = options.create_if_missing(false);
    let writing = options.clone().pragma("wal_autocheckpoint", LOG_PAGES).pragma("cache_size", WRITER_CACHE);
    let cores = std::thread::available_parallelism().map_or(4, usize::from);
    let readers = pool::build(SqliteReaders::new(options), cores.clamp(4, 8), BUSY);
    let source = Source { options: writing, file: file.clone() };
    let writer = Writer::start(source, Checkpoints::start(readers.clone())).await?;
    drop(lock);
    drop(Pooled::get(&readers).await?);
    Ok(Opened { readers, writer, file })
}

/// One connection that changes nothing, to a file that may have any shape.
pub(super) async fn inspect(path: &Path) -> Result<Pooled<SqliteReaders>, StoreError> {
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY).disable_statement_logging();
    Pooled::get(&pool::build(SqliteReaders::new(options), 1, BUSY)).await
}

/// Closes the readers, those included that are still in use: after this no connection has the file open.
pub(super) async fn close(readers: &Pool<SqliteReaders>) {
    let mut all = Vec::new();
    while all.len() < readers.status().max_size {
        match readers.get().await {
            Ok(conn) => all.push(conn),
            Err(_) => break,
        }
    }
    drop(all);
    pool::close(readers).await;
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // What somebody deletes is not to be found in the file any more.
        .pragma("secure_delete", "on")
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .disable_statement_logging()
}

/// Waits for the lock file beside the database. The system releases it when the process ends, however it ends.
async fn lock(path: &Path) -> Result<File, StoreError> {
    let path = path.to_owned();
    let locked = tokio::task::spawn_blocking(move || {
        let mut name = path.clone().into_os_string();
        name.push(".lock");
        let lock_path = PathBuf::from(name);
        let error = |path: &Path| {
            let path = path.display().to_string();
            move |source| StoreError::File { path, source }
        };
        // The database itself too is for its owner alone; its write-ahead log takes after it.
        open_private(&path).map_err(error(&path))?;
        let file = open_private(&lock_path).map_err(error(&lock_path))?;
        file.lock().map_err(error(&lock_path))?;
        Ok(file)
    });
    locked.await.map_err(|_| StoreError::Closed)?
}
