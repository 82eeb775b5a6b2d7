//! No statement looks at every row of a table that grows, on any database.

use crate::testing::TestStore;
use crate::tests::sources::{code, files, root, statements};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, SqliteConnection};

const GROWING: [&str; 19] = [
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
    "undoable_changes",
    "former_contacts",
    "former_factors",
    "former_recovery_codes",
    "former_passkeys",
    "events",
    "outbox",
];

fn placeholders(sql: &str) -> usize {
    (1..=20).rev().find(|number| sql.contains(&format!("${number}"))).unwrap_or(0)
}

#[test]
fn statements_found_in_the_sources_are_nearly_all() {
    let found = statements();
    assert!(found.len() > 120, "{}: {found:#?}", found.len());
    for table in GROWING.into_iter().chain(["limits", "meta"]) {
        assert!(found.iter().any(|sql| sql.contains(table)), "{table}");
    }
    let asked: usize = files(&root().join("tables"))
        .iter()
        .map(|path| code(path))
        .map(|text| text.matches(".query(").count() + text.matches("Statement::new(").count())
        .sum();
    assert!(found.len() + 10 > asked, "{} of {asked} statements are found", found.len());
}

#[tokio::test]
async fn query_plan_on_sqlite_uses_an_index_for_every_statement() {
    let place = TestStore::sqlite();
    place.open().await.unwrap().close().await;
    let path = place.folder().join("nameplate.db");
    let mut conn = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
    for sql in statements() {
        let rows = conn.fetch_all(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).await;
        let rows = rows.unwrap_or_else(|error| panic!("{error}: {sql}"));
        let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        // An alias stands for its table here. SQLite's own table of counters has a row for each of two tables.
        let scan = plan.iter().find(|line| {
            let few = ["CONSTANT ROW", "SUBQUERY", "sqlite_sequence", "next_user_id"];
            line.starts_with("SCAN ") && !few.iter().any(|it| line.contains(it))
        });
        assert_eq!(scan, None, "{sql}\n{plan:#?}");
    }
}

async fn plan_on_postgres(conn: &mut PgConnection, sql: &str) -> String {
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
async fn query_plan_on_postgres_uses_an_index_for_every_statement() {
    let place = TestStore::new();
    place.open().await.unwrap().close().await;
    let mut conn = PgConnection::connect(place.url().unwrap()).await.unwrap();
    for sql in statements() {
        let plan = plan_on_postgres(&mut conn, &sql).await;
        assert!(!plan.contains("Seq Scan"), "{sql}\n{plan}");
    }
    let naive = plan_on_postgres(&mut conn, "SELECT id FROM users WHERE created_at > $1").await;
    assert!(naive.contains("Seq Scan"), "the test sees one: {naive}");
}
