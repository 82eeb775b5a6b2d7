//! A store for one test, on the database that the tests are run on: a SQLite file, or with
//! `NAMEPLATE_TEST_POSTGRES_URL` a PostgreSQL database of its own on that server (`scripts/with-postgres`
//! starts one).
#![expect(clippy::indexing_slicing, reason = "a test that can't be set up has failed")]

pub mod statements;

use crate::{PostgresUrl, Store, StoreError, migrations};
use nameplate_core::entropy::{Entropy, SystemEntropy};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use url::Url;

/// The server whose user may create databases. Set: everything is tested on PostgreSQL.
pub const SERVER: &str = "NAMEPLATE_TEST_POSTGRES_URL";

#[expect(clippy::disallowed_methods, reason = "this chooses what is tested; it is no setting")]
#[expect(clippy::panic, reason = "a test that can't be set up has failed")]
fn server() -> Option<Url> {
    let text = std::env::var(SERVER).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{SERVER} is no URL")))
}

/// Where one test's store is. Everything in it goes with this.
#[derive(Debug)]
pub struct TestStore {
    folder: TempDir,
    database: Option<Database>,
}

#[expect(clippy::new_without_default, clippy::expect_used, reason = "a test that can't be set up has failed")]
impl TestStore {
    /// One that nobody has used yet, on the database that the tests are run on.
    pub fn new() -> Self {
        Self {
            database: server().map(|server| Database::copy(server.clone(), template(&server))),
            ..Self::sqlite()
        }
    }

    /// One that no version has brought to shape yet.
    pub fn empty() -> Self {
        Self { database: server().map(|server| Database::copy(server, "template0")), ..Self::sqlite() }
    }

    /// The same in an encoding of PostgreSQL's.
    #[cfg(test)]
    pub(crate) fn in_encoding(encoding: &str) -> Self {
        Self {
            database: server()
                .map(|server| Database::copy(server, &format!("template0 ENCODING {encoding}"))),
            ..Self::sqlite()
        }
    }

    /// An empty SQLite file, whatever the tests are run on: for what is about files.
    pub fn sqlite() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), database: None }
    }

    /// Opens it, as often as wanted: each is like a process of its own.
    pub async fn open(&self) -> Result<Store, StoreError> {
        match &self.database {
            Some(database) => Store::postgres(&database.address()).await,
            None => Store::sqlite(&self.folder().join("nameplate.db")).await,
        }
    }

    /// A folder for whatever the test likes; on SQLite the database is in it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What a configuration would say, where it is a PostgreSQL database.
    pub fn url(&self) -> Option<&str> {
        self.database.as_ref().map(|it| it.url.as_str())
    }

    /// All that is stored, for searching: on SQLite the files as they are, on PostgreSQL every row as text,
    /// with binary values once more as their bytes.
    pub fn everything(&self) -> Vec<u8> {
        if let Some(database) = &self.database {
            return rows(&database.url);
        }
        let entries = std::fs::read_dir(self.folder()).expect("the folder is read");
        let files = entries.map(|it| it.expect("an entry").path()).filter(|path| path.is_file());
        files.flat_map(|path| std::fs::read(path).expect("a file")).collect()
    }
}

/// A database, removed when dropped.
#[derive(Debug)]
struct Database {
    server: Url,
    url: Url,
}

#[expect(clippy::expect_used, reason = "a test that can't be set up has failed")]
impl Database {
    /// To copy one that was migrated is faster than to migrate one.
    fn copy(server: Url, template: &str) -> Self {
        let name = format!("test_{}", uuid::Builder::from_random_bytes(random()).into_uuid().simple());
        administer(&server, format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
            .expect("a database is made");
        Self { url: beside(&server, &name), server }
    }

    fn name(&self) -> &str {
        self.url.path().trim_start_matches('/')
    }

    fn address(&self) -> PostgresUrl {
        self.url.as_str().parse().expect("the address of a database")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let name = self.name();
        // Its connections may still be open. If it can't be removed now, it goes with its server.
        let _ = administer(&self.server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }
}

/// The name of a database that is in shape and that nobody is connected to. Whoever needs it first makes it;
/// it stays for the next run of this version's tests, if the server does.
#[expect(clippy::expect_used, reason = "a test that can't be set up has failed")]
fn template(server: &Url) -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let name = format!("nameplate_template_{}", migrations::fingerprint());
        let is_there = format!("SELECT 1 / COUNT(*) FROM pg_database WHERE datname = '{name}'");
        if administer(server, is_there.clone()).is_ok() {
            return name;
        }
        let draft = Database::copy(server.clone(), "template0");
        blocking(async { Store::postgres(&draft.address()).await.expect("the store opens").close().await });
        // Another process may have been faster; then the draft is of no use, and goes.
        let renamed = administer(server, format!("ALTER DATABASE {} RENAME TO {name}", draft.name()));
        renamed.or_else(|_| administer(server, is_there)).expect("a database to copy");
        name
    })
}

fn beside(server: &Url, name: &str) -> Url {
    let mut url = server.clone();
    url.set_path(name);
    url
}

fn random() -> [u8; 16] {
    let entropy: &dyn Entropy = &SystemEntropy;
    entropy.bytes()
}

/// Runs a statement on the server itself, over one connection for all tests of the process.
fn administer(server: &Url, statement: String) -> Result<(), sqlx::Error> {
    static CONNECTION: Mutex<Option<(Runtime, PgConnection)>> = Mutex::new(None);
    let run = || {
        let mut connection = CONNECTION.lock().unwrap_or_else(PoisonError::into_inner);
        let (runtime, conn) = match &mut *connection {
            Some(known) => known,
            none => {
                let runtime = runtime();
                let conn =
                    runtime.block_on(PgConnection::connect_with(&PgConnectOptions::from_url(server)?))?;
                none.insert((runtime, conn))
            }
        };
        runtime.block_on(conn.execute(AssertSqlSafe(statement))).map(drop)
    };
    scoped(run)
}

fn blocking<T: Send>(work: impl Future<Output = T> + Send) -> T {
    scoped(|| runtime().block_on(work))
}

/// Runs to the end, from tests that are async and from those that are not: a thread may block on a runtime
/// only where it isn't part of one.
#[expect(clippy::expect_used, reason = "a test that can't be set up has failed")]
fn scoped<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().expect("it ends"))
}

#[expect(clippy::expect_used, reason = "a test that can't be set up has failed")]
fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

#[expect(clippy::expect_used, reason = "a test that can't look has failed")]
fn rows(url: &Url) -> Vec<u8> {
    let url = url.clone();
    blocking(async move {
        let options = PgConnectOptions::from_url(&url).expect("an address");
        let mut conn = PgConnection::connect_with(&options).await.expect("a connection");
        let tables = conn
            .fetch_all("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            .await
            .expect("the tables");
        let mut found = Vec::new();
        for table in tables {
            let table: String = table.get(0);
            let rows = conn
                .fetch_all(AssertSqlSafe(format!("SELECT t::text FROM {table} t")))
                .await
                .expect("the rows");
            for row in rows {
                let text: String = row.get(0);
                found.extend(text.split("\\x").skip(1).flat_map(unhex));
                found.extend(text.into_bytes());
                found.push(b'\n');
            }
        }
        found
    })
}

/// The bytes that a text begins with, two digits each.
fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().map_while(|c| c.to_digit(16)).filter_map(|digit| u8::try_from(digit).ok()).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
