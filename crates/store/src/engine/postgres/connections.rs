//! PostgreSQL's connections: pooled, each with the settings of its session, and the transactions on them.

use crate::engine::StoreError;
use crate::engine::pool::{Pooled, Recover};
use deadpool::managed::{Manager, Metrics, Pool, RecycleError, RecycleResult};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _};
use std::io::ErrorKind;
use std::time::Duration;

/// A connection that was unused for so long is asked whether it still is one.
const IDLE: Duration = Duration::from_secs(1);
/// No connection is used for longer: what its server keeps for it goes with it.
const OLDEST: Duration = Duration::from_secs(30 * 60);
/// A server that is starting is asked again after so long.
const RETRY: Duration = Duration::from_millis(50);

/// No statement may hold others up for ever, and no node that hangs. A commit is on disk when it is
/// acknowledged, if it was up to this session; a stronger setting of the server's stays.
const SESSION: &str = "SET lock_timeout = '10s'; SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '30s';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// Opens connections and sets them up.
pub(in crate::engine) struct PostgresConnections {
    options: PgConnectOptions,
    /// They change nothing.
    reads: bool,
}

impl PostgresConnections {
    pub(in crate::engine) const fn new(options: PgConnectOptions, reads: bool) -> Self {
        Self { options, reads }
    }
}

impl Manager for PostgresConnections {
    type Type = PgConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<PgConnection, sqlx::Error> {
        let mut conn = loop {
            match PgConnection::connect_with(&self.options).await {
                Err(error) if is_transient(&error) => tokio::time::sleep(RETRY).await,
                done => break done?,
            }
        };
        conn.execute(SESSION).await?;
        if self.reads {
            conn.execute("SET default_transaction_read_only = on").await?;
        }
        Ok(conn)
    }

    async fn recycle(&self, conn: &mut PgConnection, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if metrics.age() > OLDEST {
            return Err(RecycleError::message("old"));
        }
        if metrics.last_used() > IDLE {
            conn.ping().await?;
        }
        Ok(())
    }
}

impl Recover for PostgresConnections {
    async fn recover(conn: &mut PgConnection, in_transaction: bool) -> Result<(), sqlx::Error> {
        if in_transaction { conn.execute("ROLLBACK").await.map(drop) } else { conn.ping().await }
    }
}

/// A server that is being started, or has no connection left at this moment.
fn is_transient(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Io(error) = error {
        return [ErrorKind::ConnectionRefused, ErrorKind::ConnectionAborted, ErrorKind::ConnectionReset]
            .contains(&error.kind());
    }
    error.as_database_error().is_some_and(|error| error.is_transient_in_connect_phase())
}

/// A transaction.
pub(in crate::engine) async fn begin(
    writers: &Pool<PostgresConnections>,
) -> Result<Pooled<PostgresConnections>, StoreError> {
    let mut conn = Pooled::get(writers).await?;
    conn.in_transaction = true;
    execute(&mut conn, "BEGIN").await?;
    Ok(conn)
}

/// Ends a transaction: durable when it returns `Ok`.
pub(in crate::engine) async fn commit(mut conn: Pooled<PostgresConnections>) -> Result<(), StoreError> {
    execute(&mut conn, "COMMIT").await?;
    conn.in_transaction = false;
    Ok(())
}

/// Until it is answered, it counts as failed.
async fn execute(
    pooled: &mut Pooled<PostgresConnections>,
    statement: &'static str,
) -> Result<(), StoreError> {
    let (conn, failed) = pooled.parts();
    *failed = true;
    conn.execute(statement).await?;
    *failed = false;
    Ok(())
}
