//! Opening the PostgreSQL database: one node at a time brings it to shape.
//!
//! Nothing here, and no statement elsewhere, needs what other databases that speak its protocol lack: no
//! advisory locks, and NOTIFY only where it is there.

pub(super) mod connections;
pub(super) mod listen;
pub(super) mod url;

use crate::engine::notify::Notifier;
use crate::engine::pool::{self, Pooled};
use crate::engine::postgres::connections::PostgresConnections;
use crate::engine::{PostgresUrl, StoreError};
use crate::migrations;
use deadpool::managed::Pool;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _, Row as _};
use std::error::Error;
use std::time::Duration;

/// Transactions at once, and as many reads.
const CONNECTIONS: usize = 8;
/// A request that got no connection after this long fails.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(super) struct Postgres {
    pub(super) readers: Pool<PostgresConnections>,
    pub(super) writers: Pool<PostgresConnections>,
    pub(super) options: PgConnectOptions,
    /// Where it has LISTEN and NOTIFY.
    pub(super) notifier: Option<Notifier>,
}

impl Postgres {
    pub(super) async fn open(url: &PostgresUrl) -> Result<Self, StoreError> {
        let (at, options) = (url.to_string(), url.options());
        let connected = PgConnection::connect_with(&options).await;
        let mut conn = connected.map_err(|source| StoreError::Unreachable { at: at.clone(), source })?;
        check(&mut conn, &at).await?;
        migrations::run_on_postgres(&mut conn).await?;
        let notifies = has_notify(&mut conn).await;
        conn.close().await?;
        let build =
            |reads| pool::build(PostgresConnections::new(options.clone(), reads), CONNECTIONS, LONGEST_WAIT);
        let (readers, writers) = (build(true), build(false));
        let notifier = notifies.then(|| Notifier::start(writers.clone()));
        Ok(Self { readers, writers, options, notifier })
    }

    /// One connection that changes nothing.
    pub(super) async fn inspect(url: &PostgresUrl) -> Result<Pooled<PostgresConnections>, StoreError> {
        let one = pool::build(PostgresConnections::new(url.options(), true), 1, LONGEST_WAIT);
        Pooled::get(&one).await.map_err(|error| {
            if let StoreError::Database(source) = error {
                StoreError::Unreachable { at: url.to_string(), source }
            } else {
                error
            }
        })
    }

    /// A transaction.
    pub(super) async fn begin(&self) -> Result<Pooled<PostgresConnections>, StoreError> {
        connections::begin(&self.writers).await
    }

    pub(super) async fn close(&self) {
        if let Some(notifier) = &self.notifier {
            notifier.close().await;
        }
        pool::close(&self.readers).await;
        pool::close(&self.writers).await;
    }
}

/// What can be wrong with a database that was set up by others.
async fn check(conn: &mut PgConnection, at: &str) -> Result<(), StoreError> {
    let encoding: String = sqlx::query("SHOW server_encoding").fetch_one(&mut *conn).await?.try_get(0)?;
    if !encoding.eq_ignore_ascii_case("UTF8") {
        return Err(StoreError::Encoding { at: at.to_owned(), encoding });
    }
    // Not every database of this kind has such a switch.
    let sync =
        sqlx::query("SHOW fsync").fetch_one(&mut *conn).await.and_then(|row| row.try_get::<String, _>(0));
    if sync.is_ok_and(|it| it == "off") {
        tracing::warn!("the database at {at} runs with fsync off: it loses data in a power cut");
    }
    Ok(())
}

/// Whether the database has LISTEN and NOTIFY. Where it doesn't, nodes poll.
async fn has_notify(conn: &mut PgConnection) -> bool {
    let tried = async {
        conn.execute("SELECT pg_notify('nameplate_probe', '')").await?;
        conn.execute("LISTEN nameplate_probe").await
    };
    let tried: Result<_, sqlx::Error> = tried.await;
    if let Err(error) = &tried {
        tracing::info!(
            error = error as &dyn Error,
            "the database has no NOTIFY: other nodes' changes are looked for instead"
        );
    }
    tried.is_ok()
}
