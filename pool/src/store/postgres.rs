//! Opening the PostgreSQL database: one node at a time brings it to shape.
//!
//! Nothing here, and no statement elsewhere, needs what other databases that speak its protocol lack: no advisory
//! locks, and NOTIFY only where it is there.

use super::{PostgresUrl, StoreError, migrations};
use sqlx::pool::{PoolConnection, PoolConnectionMetadata};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection as _, Executor as _, Row as _};
use std::error::Error;
use std::time::Duration;

/// Transactions at once, and as many reads.
const CONNECTIONS: u32 = 8;
/// Who got no connection after this long is told so.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// A connection that was unused for so long is asked whether it still is one.
const IDLE: Duration = Duration::from_secs(1);

/// No statement may hold others up for ever, and no node that hangs. A commit is on disk when it is acknowledged, if it
/// was up to this session; a stronger setting of the server's stays.
const SESSION: &str = "SET lock_timeout = '10s'; SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '30s';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// Where the database can lend such a table's row, it has a lock that goes with its holder's connection.
const LOCK_TABLE: &str = "CREATE TABLE IF NOT EXISTS migration_lock (id BIGINT PRIMARY KEY);
    INSERT INTO migration_lock (id) VALUES (1) ON CONFLICT DO NOTHING";

#[derive(Clone)]
pub(super) struct Postgres {
    pub(super) readers: PgPool,
    pub(super) writers: PgPool,
    pub(super) options: PgConnectOptions,
    /// Whether it has LISTEN and NOTIFY.
    pub(super) tells: bool,
}

impl Postgres {
    pub(super) async fn open(url: &PostgresUrl) -> Result<Self, StoreError> {
        let (at, options) = (url.to_string(), url.options());
        let connected = PgConnection::connect_with(&options).await;
        let mut conn = connected.map_err(|source| StoreError::Unreachable { at: at.clone(), source })?;
        check(&mut conn, &at).await?;
        migrate(&mut conn).await?;
        let tells = tells(&mut conn).await;
        conn.close().await?;
        let readers = pool("SET default_transaction_read_only = on").connect_lazy_with(options.clone());
        let writers = pool("").connect_lazy_with(options.clone());
        Ok(Self { readers, writers, options, tells })
    }

    /// One connection that changes nothing.
    pub(super) async fn look(url: &PostgresUrl) -> Result<PoolConnection<sqlx::Postgres>, StoreError> {
        let pool = pool("SET default_transaction_read_only = on").max_connections(1).connect_lazy_with(url.options());
        pool.acquire().await.map_err(|source| StoreError::Unreachable { at: url.to_string(), source })
    }
}

fn pool(more: &'static str) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(LONGEST_WAIT)
        .test_before_acquire(false)
        .before_acquire(|conn, it: PoolConnectionMetadata| {
            Box::pin(async move {
                if it.idle_for > IDLE {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(move |conn, _| {
            Box::pin(async move {
                conn.execute(SESSION).await?;
                conn.execute(more).await.map(drop)
            })
        })
}

/// What can be wrong with a database that was set up by others.
async fn check(conn: &mut PgConnection, at: &str) -> Result<(), StoreError> {
    let encoding: String = sqlx::query("SHOW server_encoding").fetch_one(&mut *conn).await?.try_get(0)?;
    if !encoding.eq_ignore_ascii_case("UTF8") {
        return Err(StoreError::Encoding { at: at.to_owned(), encoding });
    }
    // Not every database of this kind has such a switch.
    let sync = sqlx::query("SHOW fsync").fetch_one(&mut *conn).await.and_then(|row| row.try_get::<String, _>(0));
    if sync.is_ok_and(|it| it == "off") {
        tracing::warn!("the database at {at} runs with fsync off: it loses data in a power cut");
    }
    Ok(())
}

/// Runs the migrations that are missing, in one transaction, while the others that start at the same time wait. The lock
/// is a row: it is free again when the connection that holds it is gone, however that came about.
async fn migrate(conn: &mut PgConnection) -> Result<(), StoreError> {
    // Of several that make a table at the same moment one may be refused, "if not exists" or not.
    let mut tries = 5;
    while let Err(error) = conn.execute(LOCK_TABLE).await {
        tries -= 1;
        if tries == 0 {
            return Err(error.into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut transaction = conn.begin().await?;
    sqlx::query("SELECT id FROM migration_lock WHERE id = 1 FOR UPDATE").fetch_one(&mut *transaction).await?;
    migrations::postgres().run_direct(None, &mut *transaction, false).await?;
    Ok(transaction.commit().await?)
}

/// Whether the database carries news. Where it doesn't, nodes look for themselves.
async fn tells(conn: &mut PgConnection) -> bool {
    let tried = async {
        conn.execute("SELECT pg_notify('nameplate_probe', '')").await?;
        conn.execute("LISTEN nameplate_probe").await
    };
    let tried: Result<_, sqlx::Error> = tried.await;
    if let Err(error) = &tried {
        tracing::info!(error = error as &dyn Error, "the database has no NOTIFY: other nodes' changes are looked for instead");
    }
    tried.is_ok()
}
