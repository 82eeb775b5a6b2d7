//! Opening the SQLite file: one process at a time brings it to shape.

use super::checkpoints::Checkpoints;
use super::lending::{self, Kept, Loan};
use super::writer::Writer;
use super::{StoreError, migrations};
use deadpool::managed::{Manager, Metrics, Pool, RecycleResult};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Once the write-ahead log has so many pages (48 MB), everybody's write waits until the rest of it is copied
/// into the database, and it begins anew. By then [`Checkpoints`] has copied most of them.
const LOG_PAGES: &str = "12000";
/// The writer's own pages, in KiB (negative, as SQLite has it).
const WRITER_CACHE: &str = "-8192";

/// How long a statement waits for another process, such as a backup, that holds the lock.
const BUSY: Duration = Duration::from_secs(10);

/// Connections that change nothing.
pub(super) struct Readers(SqliteConnectOptions);

impl Manager for Readers {
    type Type = SqliteConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<SqliteConnection, sqlx::Error> {
        SqliteConnection::connect_with(&self.0).await
    }

    async fn recycle(&self, _: &mut SqliteConnection, _: &Metrics) -> RecycleResult<sqlx::Error> {
        Ok(())
    }
}

impl Kept for Readers {
    async fn mend(conn: &mut SqliteConnection, _: bool) -> Result<(), sqlx::Error> {
        conn.ping().await
    }
}

pub(super) async fn open(path: &Path) -> Result<(Pool<Readers>, Writer), StoreError> {
    let options = options(path);
    // Held until the file is in shape: the change to WAL and the migrations are not safe side by side.
    let lock = lock(path).await?;
    let mut conn = SqliteConnection::connect_with(&options).await?;
    migrations::sqlite().run_direct(None, &mut conn, false).await?;
    conn.close().await?;
    let writing = options.clone().pragma("wal_autocheckpoint", LOG_PAGES).pragma("cache_size", WRITER_CACHE);
    let cores = std::thread::available_parallelism().map_or(4, usize::from);
    let readers = lending::pool(readers(options), cores.clamp(4, 8), BUSY);
    let writer = Writer::start(writing, Checkpoints::start(readers.clone())).await?;
    drop(lock);
    drop(Loan::of(&readers).await?);
    Ok((readers, writer))
}

fn readers(options: SqliteConnectOptions) -> Readers {
    Readers(options.create_if_missing(false).pragma("query_only", "on"))
}

/// One connection that changes nothing.
pub(super) async fn look(path: &Path) -> Result<Loan<Readers>, StoreError> {
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY).disable_statement_logging();
    Loan::of(&lending::pool(readers(options), 1, BUSY)).await
}

/// Closes the readers, those included that are still in use: whoever comes next finds the file let go of.
pub(super) async fn close(readers: &Pool<Readers>) {
    let mut all = Vec::new();
    while all.len() < readers.status().max_size {
        match readers.get().await {
            Ok(conn) => all.push(conn),
            Err(_) => break,
        }
    }
    drop(all);
    lending::close(readers).await;
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

/// Waits for the lock file beside the database. The system lets go of it when the process ends, however it
/// ends.
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
        private(&path).map_err(error(&path))?;
        let file = private(&lock_path).map_err(error(&lock_path))?;
        file.lock().map_err(error(&lock_path))?;
        Ok(file)
    });
    locked.await.map_err(|_| StoreError::Closed)?
}

pub(super) fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
