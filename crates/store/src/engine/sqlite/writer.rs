//! SQLite's one writer: it leases its connection to one transaction after the other, and commits them as a group.
//!
//! Each transaction is a savepoint inside one `BEGIN IMMEDIATE`; one `COMMIT`, one sync of the disk,
//! acknowledges them all. Under load that is several times the throughput of a lock around a connection, and
//! no transaction waits for seconds; alone it costs nothing.

use crate::engine::StoreError;
use crate::engine::sqlite::checkpoints::Checkpoints;
use crate::engine::sqlite::opened_file::OpenedFile;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// A group takes no more transactions than this…
const LARGEST_GROUP: usize = 256;
/// …and no new one after this long: those that finished are waiting for their sync.
const LONGEST_GROUP: Duration = Duration::from_millis(10);
/// Once so many are waiting, further ones wait to be queued.
const QUEUE: usize = 1024;
/// For so many milliseconds a checkpoint waits for those who read, and every write waits for it.
const LONGEST_CHECKPOINT: u32 = 200;

type Ack = oneshot::Sender<Result<(), StoreError>>;
type Ticket = oneshot::Sender<Result<Lease, StoreError>>;

enum Job {
    Lease(Ticket),
    TruncateWal(oneshot::Sender<Result<bool, StoreError>>),
    Close(oneshot::Sender<()>),
}

/// Ends a transaction of the group, and begins the next one.
pub(in crate::engine) const NEXT: &str = "RELEASE job; SAVEPOINT job";

struct Returned {
    conn: SqliteConnection,
    /// Receives the outcome of the commit; `None`: it is to be rolled back.
    ack: Option<Ack>,
    /// [`NEXT`] was run already.
    renewed: bool,
}

/// The writer's connection, leased to one transaction.
pub(in crate::engine) struct Lease {
    conn: Option<(SqliteConnection, oneshot::Sender<Returned>)>,
    /// A statement has failed, or its answer was not awaited.
    pub(in crate::engine) failed: bool,
    /// The transaction's last statements ended with [`NEXT`]. Where that was cut short, the savepoint is
    /// missing, and the group fails; where it wasn't, but its answer was not awaited, the transaction is whole, and
    /// holds with its group.
    pub(in crate::engine) renewed: bool,
}

impl Lease {
    #[expect(
        clippy::expect_used,
        reason = "the connection is taken only by commit and drop, which end the lease"
    )]
    pub(in crate::engine) fn parts(&mut self) -> (&mut SqliteConnection, &mut bool) {
        (&mut self.conn.as_mut().expect("a lease has its connection").0, &mut self.failed)
    }

    pub(in crate::engine) async fn commit(mut self) -> Result<(), StoreError> {
        let (ack, done) = oneshot::channel();
        if let Some((conn, back)) = self.conn.take() {
            let _ = back.send(Returned { conn, ack: Some(ack), renewed: self.renewed });
        }
        done.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some((conn, back)) = self.conn.take() {
            let _ = back.send(Returned { conn, ack: None, renewed: false });
        }
    }
}

/// Where its connection comes from.
pub(in crate::engine) struct Source {
    pub options: SqliteConnectOptions,
    pub file: Arc<OpenedFile>,
}

/// The way to the writer task.
#[derive(Clone)]
pub(in crate::engine) struct Writer(mpsc::Sender<Job>);

impl Writer {
    /// Opens the connection, makes sure that it keeps what it is given, and starts the task that leases it.
    pub(in crate::engine) async fn start(
        source: Source,
        checkpoints: Checkpoints,
    ) -> Result<Self, StoreError> {
        let conn = connect(&source).await?;
        let (sender, queue) = mpsc::channel(QUEUE);
        tokio::spawn(run(source, conn, queue, checkpoints));
        Ok(Self(sender))
    }

    /// The connection, inside a transaction.
    pub(in crate::engine) async fn lease(&self) -> Result<Lease, StoreError> {
        let (ticket, lease) = oneshot::channel();
        self.0.send(Job::Lease(ticket)).await.map_err(|_| StoreError::Closed)?;
        lease.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Empties the write-ahead log: everything in it is in the database already, or is copied there now.
    /// `false`: a reader still needs it, and it stays for now.
    pub(in crate::engine) async fn truncate_wal(&self) -> Result<bool, StoreError> {
        let (sender, done) = oneshot::channel();
        self.0.send(Job::TruncateWal(sender)).await.map_err(|_| StoreError::Closed)?;
        done.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Finishes what was begun, and closes the connection.
    pub(in crate::engine) async fn close(&self) {
        let (closed, done) = oneshot::channel();
        if self.0.send(Job::Close(closed)).await.is_ok() {
            let _ = done.await;
        }
    }
}

/// A connection that is known to survive a power cut.
async fn connect(source: &Source) -> Result<SqliteConnection, StoreError> {
    source.file.expect_new_log();
    let mut conn = SqliteConnection::connect_with(&source.options).await?;
    let mode: String = sqlx::query("PRAGMA journal_mode").fetch_one(&mut conn).await?.try_get(0)?;
    let sync: i64 = sqlx::query("PRAGMA synchronous").fetch_one(&mut conn).await?.try_get(0)?;
    let keys: i64 = sqlx::query("PRAGMA foreign_keys").fetch_one(&mut conn).await?.try_get(0)?;
    const FULL: i64 = 2;
    if (mode.as_str(), sync, keys) != ("wal", FULL, 1) {
        return Err(StoreError::NotDurable(format!(
            "journal_mode={mode}, synchronous={sync}, foreign_keys={keys}"
        )));
    }
    Ok(conn)
}

async fn run(
    source: Source,
    conn: SqliteConnection,
    mut queue: mpsc::Receiver<Job>,
    mut checkpoints: Checkpoints,
) {
    let (mut slot, mut left) = (Some(conn), None);
    loop {
        let job = match left.take() {
            Some(job) => Some(job),
            None => queue.recv().await,
        };
        match job {
            None => return,
            Some(Job::Lease(first)) => {
                let committed;
                (committed, left) = run_group(&source, &mut slot, first, &mut queue).await;
                checkpoints.count(committed);
            }
            Some(Job::TruncateWal(asked)) => _ = asked.send(truncate_wal(&source, &mut slot).await),
            Some(Job::Close(closed)) => {
                // Transactions that still wait fail at once: the receiver goes before the connection.
                drop(queue);
                if let Some(conn) = slot.take() {
                    let _ = conn.close().await;
                }
                let _ = closed.send(());
                return;
            }
        }
    }
}

/// Between two groups no transaction here holds the lock for writing, so only readers have to be waited for.
async fn truncate_wal(source: &Source, slot: &mut Option<SqliteConnection>) -> Result<bool, StoreError> {
    let mut conn = match slot.take() {
        Some(conn) => conn,
        None => connect(source).await?,
    };
    // A connection whose timeout could not be put back is not kept: it is replaced like one that was lost.
    let timeout: i64 = sqlx::query("PRAGMA busy_timeout").fetch_one(&mut conn).await?.try_get(0)?;
    set_busy_timeout(&mut conn, LONGEST_CHECKPOINT.into()).await?;
    let busy = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut conn).await;
    set_busy_timeout(&mut conn, timeout).await?;
    *slot = Some(conn);
    Ok(busy?.try_get::<i64, _>(0)? == 0)
}

async fn set_busy_timeout(conn: &mut SqliteConnection, milliseconds: i64) -> Result<(), sqlx::Error> {
    let text = format!("PRAGMA busy_timeout = {milliseconds}");
    sqlx::query(AssertSqlSafe(text)).fetch_one(conn).await.map(drop)
}

/// Runs a group and reports the outcome to every transaction in it. Answers how many were committed, and what the
/// queue had next, if that was no transaction.
async fn run_group(
    source: &Source,
    slot: &mut Option<SqliteConnection>,
    first: Ticket,
    queue: &mut mpsc::Receiver<Job>,
) -> (usize, Option<Job>) {
    if let Err(error) = source.file.verify() {
        let _ = first.send(Err(error));
        return (0, None);
    }
    let conn = match slot.take() {
        Some(conn) => conn,
        None => match connect(source).await {
            Ok(conn) => conn,
            Err(error) => {
                let _ = first.send(Err(error));
                return (0, None);
            }
        },
    };
    let mut group = Group { file: &source.file, queue, acks: Vec::new(), left: None };
    let done = match group.run(conn, first).await {
        Ok(conn) => {
            *slot = Some(conn);
            Ok(())
        }
        // The connection is gone with the error, and closing it rolled back whatever was left.
        Err(error) => {
            tracing::error!(%error, transactions = group.acks.len(), "a group of writes failed; none of them was acknowledged");
            Err(Arc::new(error))
        }
    };
    let committed = group.acks.len();
    for ack in group.acks {
        let _ = ack.send(done.clone().map_err(StoreError::Group));
    }
    (committed, group.left)
}

struct Group<'q> {
    file: &'q OpenedFile,
    pub queue: &'q mut mpsc::Receiver<Job>,
    pub acks: Vec<Ack>,
    pub left: Option<Job>,
}

impl Group<'_> {
    /// Runs queued transactions as savepoints of one. Statements are joined, so that a transaction costs at
    /// most one extra hop to SQLite's thread, and a group two.
    async fn run(
        &mut self,
        mut conn: SqliteConnection,
        mut ticket: Ticket,
    ) -> Result<SqliteConnection, sqlx::Error> {
        let began = Instant::now();
        let mut enter = "BEGIN IMMEDIATE; SAVEPOINT job";
        loop {
            if let Err(error) = enter_by(&mut conn, enter).await {
                let error = Arc::new(error);
                let _ = ticket.send(Err(StoreError::Group(Arc::clone(&error))));
                return Err(sqlx::Error::AnyDriverError(Box::new(SharedError(error))));
            }
            let left;
            (conn, left) = self.lease_once(conn, ticket).await?;
            let (next, last) = match left {
                Left::Kept => (NEXT, "RELEASE job; COMMIT"),
                Left::Renewed => ("", "RELEASE job; COMMIT"),
                Left::Dropped => ("ROLLBACK TO job", "ROLLBACK TO job; COMMIT"),
            };
            match self.next(began) {
                Some(waiting) => (ticket, enter) = (waiting, next),
                None => {
                    self.file.verify().map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?;
                    sqlx::query(last).execute(&mut conn).await?;
                    return Ok(conn);
                }
            }
        }
    }

    async fn lease_once(
        &mut self,
        conn: SqliteConnection,
        ticket: Ticket,
    ) -> Result<(SqliteConnection, Left), sqlx::Error> {
        let (back, returned) = oneshot::channel();
        let lease = Lease { conn: Some((conn, back)), failed: false, renewed: false };
        // A caller that gave up waiting has dropped the other end; the lease comes back by being dropped.
        drop(ticket.send(Ok(lease)));
        let returned = returned.await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        let left = match &returned.ack {
            Some(_) if returned.renewed => Left::Renewed,
            Some(_) => Left::Kept,
            None => Left::Dropped,
        };
        self.acks.extend(returned.ack);
        Ok((returned.conn, left))
    }

    fn next(&mut self, began: Instant) -> Option<Ticket> {
        if self.left.is_some() || self.acks.len() >= LARGEST_GROUP || began.elapsed() >= LONGEST_GROUP {
            return None;
        }
        match self.queue.try_recv().ok()? {
            Job::Lease(ticket) => Some(ticket),
            job @ (Job::TruncateWal(_) | Job::Close(_)) => {
                self.left = Some(job);
                None
            }
        }
    }
}

/// How a transaction left the connection: inside of its savepoint, unless it was renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Kept,
    Renewed,
    Dropped,
}

async fn enter_by(conn: &mut SqliteConnection, statement: &'static str) -> Result<(), sqlx::Error> {
    if statement.is_empty() { Ok(()) } else { sqlx::query(statement).execute(conn).await.map(drop) }
}

/// One error reported to several.
#[derive(Debug)]
struct SharedError(Arc<sqlx::Error>);

impl std::fmt::Display for SharedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for SharedError {}
