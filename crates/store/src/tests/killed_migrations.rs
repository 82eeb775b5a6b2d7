//! A migration that was killed after any of its statements is done when the store is opened next.

use crate::migrations::{TEXTS, earlier};
use crate::testing::TestStore;
use crate::{Store, meta};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use sqlx::{PgConnection, SqliteConnection};
use std::fs;
use std::path::{Path, PathBuf};

/// Enough that what is not committed is written out all the same.
const ACCOUNTS: i64 = 300;
const FILL: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
    INSERT INTO users (id, sub, username, username_key, status, password_hash, created_at, updated_at)
    SELECT i, 'sub' || i, 'name' || i, 'name' || i, 'confirmed', 'p', 1, 1 FROM n";
const KEPT: &str = "INSERT INTO meta (name, value) VALUES ('kept', '1')";

/// The statements of a migration. A semicolon ends one outside of comments, texts and triggers.
fn statements(text: &str) -> Vec<String> {
    let (mut all, mut one, mut quoted) = (Vec::new(), String::new(), false);
    for line in text.lines() {
        let mut chars = line.chars().peekable();
        while let Some(next) = chars.next() {
            quoted ^= next == '\'';
            if !quoted && next == '-' && chars.peek() == Some(&'-') {
                break;
            }
            one.push(next);
            let in_trigger = one.contains("CREATE TRIGGER") && !one.trim_end().ends_with("END;");
            if next == ';' && !quoted && !in_trigger {
                all.push(std::mem::take(&mut one));
            }
        }
        one.push('\n');
    }
    assert_eq!(one.trim(), "", "the last statement has its semicolon");
    all
}

fn options(path: &Path) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    // Hardly any memory: what is not committed stands in the log too.
    options.journal_mode(SqliteJournalMode::Wal).pragma("cache_size", "5")
}

fn log(database: &Path) -> PathBuf {
    database.with_extension("db-wal")
}

/// The files as a machine that stops in this moment leaves them.
fn copied(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
    let _ = fs::remove_file(log(to));
    if log(from).exists() {
        fs::copy(log(from), log(to)).unwrap();
    }
}

async fn shape(path: &Path) -> Vec<String> {
    let mut conn = SqliteConnection::connect_with(&options(path)).await.unwrap();
    let sql = "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_master ORDER BY 1";
    let shape = sqlx::query_scalar(sql).fetch_all(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    shape
}

#[tokio::test]
async fn migration_killed_at_any_statement_on_sqlite_is_done_at_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).join("nameplate.db");
    for name in ["whole", "base", "running", "left"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    Store::sqlite(&at("whole")).await.unwrap().close().await;
    let whole = shape(&at("whole")).await;
    let mut killed = 0;
    for (done, (number, _, text)) in TEXTS.0.iter().enumerate() {
        let mut conn = SqliteConnection::connect_with(&options(&at("base"))).await.unwrap();
        earlier(done).0.run_direct(None, &mut conn, false).await.unwrap();
        if done == 1 {
            conn.execute(FILL).await.unwrap();
            conn.execute(KEPT).await.unwrap();
        }
        conn.close().await.unwrap();
        let statements = statements(text);
        for upto in 1..=statements.len() {
            copied(&at("base"), &at("running"));
            let mut conn = SqliteConnection::connect_with(&options(&at("running"))).await.unwrap();
            conn.execute("BEGIN").await.unwrap();
            for sql in &statements[..upto] {
                conn.execute(AssertSqlSafe(sql.clone())).await.unwrap();
            }
            copied(&at("running"), &at("left"));
            drop(conn.close_hard().await);

            let store = Store::sqlite(&at("left")).await;
            let store = store.unwrap_or_else(|error| panic!("{number}, statement {upto}: {error:?}"));
            if done > 0 {
                holds_all(&store).await;
            }
            store.close().await;
            assert_eq!(shape(&at("left")).await, whole, "{number}, statement {upto}");
            killed += 1;
        }
    }
    assert!(killed > 80, "{killed}");
}

async fn holds_all(store: &Store) {
    let mut conn = store.read().await.unwrap();
    let row = conn.query("SELECT COUNT(*) AS number FROM users").optional().await.unwrap().unwrap();
    assert_eq!(row.get::<i64>("number").unwrap(), ACCOUNTS);
    assert_eq!(meta::get(&mut conn, "kept").await.unwrap().as_deref(), Some("1"));
}

async fn columns(conn: &mut PgConnection) -> Vec<String> {
    let sql = "SELECT table_name || ' ' || column_name || ' ' || data_type FROM information_schema.columns
        WHERE table_schema = 'public' ORDER BY 1";
    sqlx::query_scalar(sql).fetch_all(conn).await.unwrap()
}

#[tokio::test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn migration_killed_at_any_statement_on_postgres_leaves_nothing() {
    let whole = TestStore::new();
    let mut killed = 0;
    for (done, (number, _, text)) in TEXTS.1.iter().enumerate() {
        let place = TestStore::empty();
        let mut watching = PgConnection::connect(place.url().unwrap()).await.unwrap();
        earlier(done).1.run_direct(None, &mut watching, false).await.unwrap();
        if done > 0 {
            watching.execute(FILL).await.unwrap();
            watching.execute(KEPT).await.unwrap();
        }
        let before = columns(&mut watching).await;
        let statements = statements(text);
        for upto in 1..=statements.len() {
            let mut conn = PgConnection::connect(place.url().unwrap()).await.unwrap();
            let backend: i32 =
                sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut conn).await.unwrap();
            conn.execute("BEGIN").await.unwrap();
            for sql in &statements[..upto] {
                conn.execute(AssertSqlSafe(sql.clone())).await.unwrap();
            }
            // Waits until it is gone.
            let end = sqlx::query("SELECT pg_terminate_backend($1, 10000)").bind(backend);
            end.execute(&mut watching).await.unwrap();
            assert!(conn.execute("COMMIT").await.is_err());
            assert_eq!(columns(&mut watching).await, before, "{number}, statement {upto}");
            killed += 1;
        }
        let store = place.open().await.unwrap_or_else(|error| panic!("{number}: {error:?}"));
        if done > 0 {
            holds_all(&store).await;
        }
        store.close().await;
        let mut other = PgConnection::connect(whole.url().unwrap()).await.unwrap();
        assert_eq!(columns(&mut watching).await, columns(&mut other).await, "{number}");
    }
    assert!(killed > 60, "{killed}");
}
