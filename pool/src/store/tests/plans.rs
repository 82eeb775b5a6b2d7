//! No statement looks at every row of a table that grows, on any database.
//!
//! The statements are those in the source: each is a literal that begins with its verb, which is what
//! `Conn::query` takes.

use super::store;
use crate::store::{Backend, Store};
use sqlx::{AssertSqlSafe, Executor as _, Row as _};
use std::path::{Path, PathBuf};

const VERBS: [&str; 4] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];
const GROWING: [&str; 14] = [
    "users",
    "former_subs",
    "aliases",
    "codes",
    "requested_codes",
    "requesters",
    "known_origins",
    "sign_up_tickets",
    "sessions",
    "refresh_tokens",
    "srp_verifiers",
    "passkeys",
    "events",
    "outbox",
];

/// All `.rs` files of the crate that are not tests. Who moves a store looks at all of it.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !matches!(name, "tests" | "testing" | "moving") {
            sources(&path, found);
        } else if name.ends_with(".rs") && !matches!(name, "tests.rs" | "testing.rs" | "races.rs") {
            found.push(path);
        }
    }
}

/// The statements in a file, without those of the tests at its end.
fn statements_in(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let begins = VERBS
        .iter()
        .flat_map(|verb| text.match_indices(&format!("\"{verb}")).map(|(at, _)| at + 1).collect::<Vec<_>>());
    let mut found: Vec<String> = begins.map(|at| text[at..].split('"').next().unwrap().to_owned()).collect();
    // Where several read the same columns, these stand in a macro: `select!` of what comes after them.
    let ends: Vec<_> = text
        .split("select!(")
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .collect();
    if let (Some(columns), false) =
        (text.split("concat!(").nth(1).and_then(|rest| rest.split('"').nth(1)), ends.is_empty())
    {
        found.retain(|sql| sql != columns);
        found.extend(ends.iter().map(|end| format!("{columns}{end}")));
    }
    found
}

/// Every statement, but those of one database alone.
fn statements() -> Vec<String> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut found: Vec<String> = files.iter().flat_map(|path| statements_in(path)).collect();
    found.retain(|sql| {
        !["pg_notify", "current_setting", "migration_lock"].iter().any(|only| sql.contains(only))
    });
    found.sort();
    found.dedup();
    found
}

fn placeholders(sql: &str) -> usize {
    (1..=20).rev().find(|number| sql.contains(&format!("${number}"))).unwrap_or(0)
}

#[test]
fn the_statements_are_found() {
    let found = statements();
    assert!(found.len() > 50, "{}: {found:#?}", found.len());
    for table in GROWING.into_iter().chain(["limits", "meta"]) {
        assert!(found.iter().any(|sql| sql.contains(table)), "{table}");
    }
    let calls = |path: PathBuf| std::fs::read_to_string(path).unwrap().matches(".query(").count();
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.into_iter().map(calls).sum::<usize>() > 40, "statements are still asked for in this way");
}

#[tokio::test]
async fn on_sqlite_every_statement_finds_its_rows_by_an_index() {
    let place = crate::testing::TestStore::sqlite();
    let store = place.open().await.unwrap();
    let Backend::Sqlite { readers, .. } = &store.backend else { panic!("this is for SQLite") };
    let mut conn = readers.get().await.unwrap();
    for sql in statements() {
        let rows = conn.fetch_all(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).await;
        let rows = rows.unwrap_or_else(|error| panic!("{error}: {sql}"));
        let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        // An alias stands for its table here.
        let scan = plan.iter().find(|line| {
            line.starts_with("SCAN ") && !line.contains("CONSTANT ROW") && !line.contains("SUBQUERY")
        });
        assert_eq!(scan, None, "{sql}\n{plan:#?}");
    }
}

async fn plan_on_postgres(store: &Store, sql: &str) -> String {
    let Backend::Postgres(connections) = &store.backend else { panic!("this is for PostgreSQL") };
    let mut conn = connections.writers.get().await.unwrap();
    // A generic plan, as a statement has that is used again and again; its values don't matter then.
    conn.execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off").await.unwrap();
    let prepared = conn.execute(AssertSqlSafe(format!("PREPARE it AS {sql}"))).await;
    prepared.unwrap_or_else(|error| panic!("{error}: {sql}"));
    let values = vec!["NULL"; placeholders(sql)].join(", ");
    let values = if values.is_empty() { values } else { format!("({values})") };
    let rows = conn.fetch_all(AssertSqlSafe(format!("EXPLAIN EXECUTE it{values}"))).await.unwrap();
    conn.execute("DEALLOCATE it").await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn on_postgres_every_statement_finds_its_rows_by_an_index() {
    let it = store().await;
    for sql in statements() {
        let plan = plan_on_postgres(&it.store, &sql).await;
        assert!(!plan.contains("Seq Scan"), "{sql}\n{plan}");
    }
    let naive = plan_on_postgres(&it.store, "SELECT id FROM users WHERE created_at > $1").await;
    assert!(naive.contains("Seq Scan"), "the test sees one: {naive}");
}
