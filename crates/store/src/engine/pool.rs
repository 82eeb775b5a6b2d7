//! Pools of connections: SQLite's readers, and all of PostgreSQL's.
//!
//! deadpool keeps them. The pool of sqlx asks every connection that comes back whether it still is one: for a
//! read of one statement that is as much work again. Here a connection comes back as it is if every statement
//! on it was answered. Only after a failure, or out of a transaction that was not committed, it is recovered
//! first, and closed if that fails.

use crate::engine::StoreError;
use deadpool::Runtime;
use deadpool::managed::{Manager, Object, Pool, PoolConfig, PoolError, QueueMode, Timeouts};
use sqlx::Connection as _;
use std::time::Duration;
use tokio::time::timeout;

/// A connection that can't be recovered within this time is closed.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(5);

/// A kind of connection that a pool can keep.
pub(super) trait Recover: Manager<Type: sqlx::Connection, Error = sqlx::Error> + 'static {
    /// Brings a connection back to where a statement can begin, from whatever it was left in.
    fn recover(
        conn: &mut Self::Type,
        in_transaction: bool,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

/// A pool of at most `size` connections; a request for one fails after `longest_wait`.
pub(super) fn build<K: Recover>(kind: K, size: usize, longest_wait: Duration) -> Pool<K> {
    // The one that was used last is the likeliest to have its thread and its pages at hand.
    let timeouts =
        Timeouts { wait: Some(longest_wait), create: Some(longest_wait), recycle: Some(longest_wait) };
    let config = PoolConfig { max_size: size, timeouts, queue_mode: QueueMode::Lifo };
    let built = Pool::builder(kind).config(config).runtime(Runtime::Tokio1).build();
    #[expect(clippy::expect_used, reason = "only timeouts without a runtime are refused")]
    built.expect("there is a runtime")
}

/// Closes a pool: requests that wait fail at once, and connections in use may finish.
pub(super) async fn close<K: Recover>(pool: &Pool<K>) {
    let idle = pool.retain(|_, _| false).removed;
    pool.close();
    for conn in idle {
        // Whatever is left to say to a database that is gone is lost with it.
        _ = timeout(RECOVERY_TIMEOUT, conn.close()).await;
    }
}

/// A connection out of a pool, to which it returns when this is dropped.
pub(super) struct Pooled<K: Recover> {
    conn: Option<Object<K>>,
    /// A statement has failed, or its answer was not awaited.
    pub(super) failed: bool,
    pub(super) in_transaction: bool,
}

impl<K: Recover> Pooled<K> {
    pub(super) async fn get(pool: &Pool<K>) -> Result<Self, StoreError> {
        Ok(Self { conn: Some(pool.get().await?), failed: false, in_transaction: false })
    }

    /// The connection, and where it is noted that something failed.
    #[expect(clippy::expect_used, reason = "the connection is taken only by drop, which ends this")]
    pub(super) fn parts(&mut self) -> (&mut K::Type, &mut bool) {
        (self.conn.as_mut().expect("the connection is there until drop"), &mut self.failed)
    }
}

impl<K: Recover> Drop for Pooled<K> {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        if !self.failed && !self.in_transaction {
            return; // with it, the connection goes back
        }
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => _ = runtime.spawn(recover(conn, self.in_transaction)),
            Err(_) => drop(Object::take(conn)),
        }
    }
}

async fn recover<K: Recover>(mut conn: Object<K>, in_transaction: bool) {
    if !matches!(timeout(RECOVERY_TIMEOUT, K::recover(&mut conn, in_transaction)).await, Ok(Ok(()))) {
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
