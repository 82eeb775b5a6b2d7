//! Opening the PostgreSQL database: one node at a time brings it to shape.
//!
//! Nothing here, and no statement elsewhere, needs what other databases that speak its protocol lack: no
//! advisory locks, and NOTIFY only where it is there.

use super::lending::{self, Kept, Loan};
use super::tell::Teller;
use super::{PostgresUrl, StoreError, migrations};
use deadpool::managed::{Manager, Metrics, Pool, RecycleError, RecycleResult};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _, Row as _};
use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

/// Transactions at once, and as many reads.
const CONNECTIONS: usize = 8;
/// Who got no connection after this long is told so.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
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

/// Where the database can lend such a table's row, it has a lock that goes with its holder's connection.
const LOCK_TABLE: &str = "CREATE TABLE IF NOT EXISTS migration_lock (id BIGINT PRIMARY KEY);
    INSERT INTO migration_lock (id) VALUES (1) ON CONFLICT DO NOTHING";

#[derive(Clone)]
pub(super) struct Postgres {
    pub(super) readers: Pool<Sessions>,
    pub(super) writers: Pool<Sessions>,
    pub(super) options: PgConnectOptions,
    /// Where it has LISTEN and NOTIFY.
    pub(super) teller: Option<Teller>,
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
        let pool =
            |reads| lending::pool(Sessions { options: options.clone(), reads }, CONNECTIONS, LONGEST_WAIT);
        let (readers, writers) = (pool(true), pool(false));
        let teller = tells.then(|| Teller::start(writers.clone()));
        Ok(Self { readers, writers, options, teller })
    }

    /// One connection that changes nothing.
    pub(super) async fn look(url: &PostgresUrl) -> Result<Loan<Sessions>, StoreError> {
        let pool = lending::pool(Sessions { options: url.options(), reads: true }, 1, LONGEST_WAIT);
        Loan::of(&pool).await.map_err(|error| match error {
            StoreError::Database(source) => StoreError::Unreachable { at: url.to_string(), source },
            other => other,
        })
    }

    /// A transaction.
    pub(super) async fn begin(&self) -> Result<Loan<Sessions>, StoreError> {
        let mut loan = Loan::of(&self.writers).await?;
        loan.in_transaction = true;
        ask(&mut loan, "BEGIN").await?;
        Ok(loan)
    }

    /// Ends a transaction: durable when it returns `Ok`.
    pub(super) async fn commit(mut loan: Loan<Sessions>) -> Result<(), StoreError> {
        ask(&mut loan, "COMMIT").await?;
        loan.in_transaction = false;
        Ok(())
    }

    pub(super) async fn close(&self) {
        if let Some(teller) = &self.teller {
            teller.close().await;
        }
        lending::close(&self.readers).await;
        lending::close(&self.writers).await;
    }
}

/// Until it is answered, nobody knows what became of it.
async fn ask(loan: &mut Loan<Sessions>, statement: &'static str) -> Result<(), StoreError> {
    let (conn, failed) = loan.parts();
    *failed = true;
    conn.execute(statement).await?;
    *failed = false;
    Ok(())
}

/// Connections, set up as they are needed here.
pub(super) struct Sessions {
    options: PgConnectOptions,
    /// They change nothing.
    reads: bool,
}

impl Manager for Sessions {
    type Type = PgConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<PgConnection, sqlx::Error> {
        let mut conn = loop {
            match PgConnection::connect_with(&self.options).await {
                Err(error) if will_pass(&error) => tokio::time::sleep(RETRY).await,
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

impl Kept for Sessions {
    async fn mend(conn: &mut PgConnection, in_transaction: bool) -> Result<(), sqlx::Error> {
        if in_transaction { conn.execute("ROLLBACK").await.map(drop) } else { conn.ping().await }
    }
}

/// A server that is being started, or has no connection left at this moment.
fn will_pass(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => {
            [ErrorKind::ConnectionRefused, ErrorKind::ConnectionAborted, ErrorKind::ConnectionReset]
                .contains(&error.kind())
        }
        sqlx::Error::Database(error) => error.is_transient_in_connect_phase(),
        _ => false,
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

/// Runs the migrations that are missing, in one transaction, while the others that start at the same time
/// wait. The lock is a row: it is free again when the connection that holds it is gone, however that came
/// about.
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
        tracing::info!(
            error = error as &dyn Error,
            "the database has no NOTIFY: other nodes' changes are looked for instead"
        );
    }
    tried.is_ok()
}
