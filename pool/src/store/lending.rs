//! Connections that are kept and lent again: SQLite's readers, and all of PostgreSQL's.
//!
//! deadpool lends them. The pool of sqlx asks every connection that comes back whether it still is one: to
//! whoever reads by one statement that is as much work again. Here one comes back as it is if every statement
//! on it was answered. Only after a failure, or out of a transaction that was not committed, it is put in
//! order first, and closed if it can't be.

use super::StoreError;
use deadpool::Runtime;
use deadpool::managed::{Manager, Object, Pool, PoolConfig, PoolError, QueueMode, Timeouts};
use sqlx::Connection as _;
use std::time::Duration;
use tokio::time::timeout;

/// A connection that can't be put in order within this time is closed.
const PATIENCE: Duration = Duration::from_secs(5);

/// A kind of connection that can be lent.
pub(super) trait Kept: Manager<Type: sqlx::Connection, Error = sqlx::Error> + 'static {
    /// Brings a connection back to where a statement can begin, from whatever it was left in.
    fn mend(
        conn: &mut Self::Type,
        in_transaction: bool,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

/// A pool of so many, for which nobody waits longer than this.
pub(super) fn pool<K: Kept>(kind: K, most: usize, longest_wait: Duration) -> Pool<K> {
    // The one that was used last is the likeliest to have its thread and its pages at hand.
    let timeouts =
        Timeouts { wait: Some(longest_wait), create: Some(longest_wait), recycle: Some(longest_wait) };
    let config = PoolConfig { max_size: most, timeouts, queue_mode: QueueMode::Lifo };
    let built = Pool::builder(kind).config(config).runtime(Runtime::Tokio1).build();
    #[expect(clippy::expect_used, reason = "only timeouts without a runtime are refused")]
    built.expect("there is a runtime")
}

/// Closes a pool: those who wait are told at once, and whoever still has a connection may finish.
pub(super) async fn close<K: Kept>(pool: &Pool<K>) {
    let idle = pool.retain(|_, _| false).removed;
    pool.close();
    for conn in idle {
        // Whatever is left to say to a database that is gone is lost with it.
        _ = timeout(PATIENCE, conn.close()).await;
    }
}

/// A connection on loan.
pub(super) struct Loan<K: Kept> {
    conn: Option<Object<K>>,
    /// A statement has failed, or nobody waited for its answer.
    pub(super) failed: bool,
    pub(super) in_transaction: bool,
}

impl<K: Kept> Loan<K> {
    pub(super) async fn of(pool: &Pool<K>) -> Result<Self, StoreError> {
        Ok(Self { conn: Some(pool.get().await?), failed: false, in_transaction: false })
    }

    /// The connection, and where it is noted that something failed.
    #[expect(clippy::expect_used, reason = "the connection is taken only by drop, which ends the loan")]
    pub(super) fn parts(&mut self) -> (&mut K::Type, &mut bool) {
        (self.conn.as_mut().expect("a loan has its connection"), &mut self.failed)
    }
}

impl<K: Kept> Drop for Loan<K> {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        if !self.failed && !self.in_transaction {
            return; // with it, the connection goes back
        }
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => _ = runtime.spawn(mend(conn, self.in_transaction)),
            Err(_) => drop(Object::take(conn)),
        }
    }
}

async fn mend<K: Kept>(mut conn: Object<K>, in_transaction: bool) {
    if !matches!(timeout(PATIENCE, K::mend(&mut conn, in_transaction)).await, Ok(Ok(()))) {
        drop(Object::take(conn));
    }
}

impl From<PoolError<sqlx::Error>> for StoreError {
    fn from(error: PoolError<sqlx::Error>) -> Self {
        match error {
            PoolError::Backend(error) => Self::Database(error),
            PoolError::Closed => Self::Closed,
            PoolError::Timeout(_) | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                Self::TooSlow
            }
        }
    }
}
