//! What holds of the engine on every database.

mod postgres;
mod sqlite;

use super::*;
use crate::meta;
use crate::testing::TestStore;
use std::sync::Arc;
use tokio::task::JoinSet;

struct Fixture {
    store: Store,
    place: TestStore,
}

async fn store() -> Fixture {
    let place = TestStore::new();
    Fixture { store: place.open().await.unwrap(), place }
}

/// What a node expects that has opened a store which nobody was served from.
fn nobody() -> crate::Expected {
    crate::Expected { store: String::new(), keys: Vec::new() }
}

async fn set(store: &Store, name: &str, value: &str) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    meta::set(&mut tx, name, value).await?;
    tx.commit().await
}

async fn get(store: &Store, name: &str) -> Option<String> {
    meta::get(&mut store.read().await.unwrap(), name).await.unwrap()
}

#[tokio::test]
async fn commit_survives_a_restart_and_a_dropped_transaction_does_not() {
    let it = store().await;
    set(&it.store, "kept", "1").await.unwrap();
    let mut tx = it.store.begin().await.unwrap();
    meta::set(&mut tx, "dropped", "1").await.unwrap();
    drop(tx);
    it.store.close().await;
    assert!(matches!(it.store.begin().await, Err(StoreError::Closed)));
    let again = it.place.open().await.unwrap();
    assert_eq!(get(&again, "kept").await.as_deref(), Some("1"));
    assert_eq!(get(&again, "dropped").await, None);
}

#[tokio::test]
async fn check_after_a_newer_migration_reports_overtaken() {
    let it = store().await;
    it.store.check(&nobody()).await.unwrap();
    let mut tx = it.store.begin().await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 SELECT 9999, 'newer', success, checksum, 1 FROM _sqlx_migrations WHERE version = 1";
    tx.query(newer).run().await.unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(it.store.check(&nobody()).await, Err(StoreError::Overtaken(9999))));
}

#[tokio::test]
async fn write_on_a_read_connection_is_refused() {
    let it = store().await;
    let mut conn = it.store.read().await.unwrap();
    let refused = conn.query("INSERT INTO meta (name, value) VALUES ('a', 'b')").run().await;
    assert!(matches!(refused, Err(StoreError::Database(_))), "{refused:?}");
}

#[tokio::test]
async fn transaction_after_a_failed_statement_refuses_all_and_keeps_none() {
    let it = store().await;
    let mut tx = it.store.begin().await.unwrap();
    meta::set(&mut tx, "before", "1").await.unwrap();
    assert!(tx.query("INSERT INTO meta (name) VALUES ('no value')").run().await.is_err());
    assert!(matches!(meta::set(&mut tx, "after", "1").await, Err(StoreError::AfterFailure)));
    assert!(matches!(tx.commit().await, Err(StoreError::AfterFailure)));
    assert_eq!((get(&it.store, "before").await, get(&it.store, "after").await), (None, None));
    set(&it.store, "next", "1").await.unwrap();
}

#[tokio::test]
async fn transaction_with_a_cancelled_statement_counts_as_failed() {
    let it = store().await;
    let mut tx = it.store.begin().await.unwrap();
    {
        let slow = tx.query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT COUNT(*) FROM n");
        let mut slow = Box::pin(slow.optional());
        assert!(futures_util::poll!(slow.as_mut()).is_pending());
    }
    assert!(matches!(meta::set(&mut tx, "after", "1").await, Err(StoreError::AfterFailure)));
    drop(tx);
    set(&it.store, "next", "1").await.unwrap();
}

#[tokio::test]
async fn commit_in_a_group_with_failing_ones_still_succeeds() {
    let it = store().await;
    let mut tasks = JoinSet::new();
    for n in 0..60 {
        let store = it.store.clone();
        tasks.spawn(async move {
            let mut tx = store.begin().await?;
            meta::set(&mut tx, &format!("{n}"), "1").await?;
            if n % 3 == 0 {
                tx.query("INSERT INTO meta (name) VALUES ('no value')").run().await?;
            }
            if n % 3 == 1 {
                return Ok(false); // dropped
            }
            tx.commit().await.map(|()| true)
        });
    }
    let done: Vec<Result<bool, StoreError>> = tasks.join_all().await;
    assert_eq!(done.iter().filter(|it| matches!(it, Ok(true))).count(), 20);
    for n in 0..60 {
        assert_eq!(get(&it.store, &format!("{n}")).await.is_some(), n % 3 == 2, "{n}");
    }
}

fn note(name: &str) -> Statement {
    Statement::new("INSERT INTO meta (name, value) VALUES ($1, '1')").bind(name.to_owned())
}

#[tokio::test]
async fn commit_with_failing_statements_leaves_nothing_and_spares_others() {
    let it = store().await;
    let mut tasks = JoinSet::new();
    for n in 0..60 {
        let store = it.store.clone();
        tasks.spawn(async move {
            let mut tx = store.begin().await?;
            meta::set(&mut tx, &format!("{n}"), "1").await?;
            let broken = Statement::new("INSERT INTO meta (name) VALUES ('no value')");
            let writes = match n % 3 {
                0 => vec![note(&format!("{n} before")), broken, note(&format!("{n} after"))],
                1 => return Ok(false), // dropped
                _ => vec![note(&format!("{n} last"))],
            };
            tx.commit_with(writes).await.map(|()| true)
        });
    }
    let done: Vec<Result<bool, StoreError>> = tasks.join_all().await;
    assert_eq!(done.iter().filter(|it| matches!(it, Ok(true))).count(), 20);
    for n in 0..60 {
        let kept = n % 3 == 2;
        for (name, expected) in [("", kept), (" last", kept), (" before", false), (" after", false)] {
            assert_eq!(get(&it.store, &format!("{n}{name}")).await.is_some(), expected, "{n}{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn commit_with_cancelled_halfway_is_whole_or_nothing() {
    let it = store().await;
    let mut tasks = JoinSet::new();
    for n in 0..200 {
        let store = it.store.clone();
        tasks.spawn(async move {
            let tx = store.begin().await?;
            let committing = tx.commit_with(vec![note(&format!("{n} a")), note(&format!("{n} b"))]);
            if n % 2 == 0 {
                return committing.await.map(|()| Some(n));
            }
            // Given up after a few polls, wherever that is.
            let mut committing = Box::pin(committing);
            for _ in 0..n % 7 {
                if futures_util::poll!(committing.as_mut()).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            Ok(None)
        });
    }
    let done: Vec<Result<Option<u32>, StoreError>> = tasks.join_all().await;
    set(&it.store, "next", "1").await.unwrap();
    for n in done.iter().filter_map(|it| it.as_ref().ok().copied().flatten()) {
        assert!(get(&it.store, &format!("{n} b")).await.is_some(), "{n}");
    }
    for n in 0..200 {
        let [a, b] = [get(&it.store, &format!("{n} a")).await, get(&it.store, &format!("{n} b")).await];
        assert_eq!(a, b, "{n}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn increment_by_many_at_once_loses_none() {
    let it = store().await;
    set(&it.store, "count", "0").await.unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..200 {
        let store = it.store.clone();
        tasks.spawn(async move {
            let mut tx = store.begin().await.unwrap();
            // The first statement takes the row.
            let count: u32 = meta::set_once(&mut tx, "count", "0").await.unwrap().parse().unwrap();
            meta::set(&mut tx, "count", &(count + 1).to_string()).await.unwrap();
            tx.commit().await.unwrap();
        });
    }
    tasks.join_all().await;
    assert_eq!(get(&it.store, "count").await.as_deref(), Some("200"));
}

#[tokio::test]
async fn begin_cancelled_while_waiting_does_not_block_the_writer() {
    let it = store().await;
    let held = it.store.begin().await.unwrap();
    {
        let mut waiting = Box::pin(it.store.begin());
        assert!(futures_util::poll!(waiting.as_mut()).is_pending());
    }
    drop(held);
    set(&it.store, "next", "1").await.unwrap();
}

#[tokio::test]
async fn commit_cancelled_halfway_is_whole_or_nothing() {
    let it = store().await;
    let mut tx = it.store.begin().await.unwrap();
    for name in ["a", "b"] {
        tx.query("INSERT INTO meta (name, value) VALUES ($1, 'there')").bind(name).run().await.unwrap();
    }
    {
        // Asked for, and not waited for. Over a fast enough socket it may be done already.
        let mut committing = Box::pin(tx.commit());
        let _ = futures_util::poll!(committing.as_mut());
    }
    set(&it.store, "next", "1").await.unwrap();
    assert_eq!(get(&it.store, "next").await.as_deref(), Some("1"));
    let mut conn = it.store.read().await.unwrap();
    let row =
        conn.query("SELECT COUNT(*) FROM meta WHERE name IN ('a', 'b')").optional().await.unwrap().unwrap();
    assert!([0, 2].contains(&row.get::<i64>(0).unwrap()));
}

#[tokio::test]
async fn open_by_several_at_once_migrates_once() {
    let place = Arc::new(TestStore::empty());
    let mut tasks = JoinSet::new();
    for n in 0..6 {
        let place = Arc::clone(&place);
        tasks.spawn(async move {
            let store = place.open().await.unwrap();
            set(&store, &format!("{n}"), "1").await.unwrap();
            store.close().await;
        });
    }
    tasks.join_all().await;
    let store = place.open().await.unwrap();
    for n in 0..6 {
        assert!(get(&store, &format!("{n}")).await.is_some(), "{n}");
    }
}

#[tokio::test]
async fn open_a_store_of_a_newer_version_is_refused() {
    let it = store().await;
    let mut tx = it.store.begin().await.unwrap();
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', TRUE, $1, 0)";
    tx.query(later).bind(vec![0_u8]).run().await.unwrap();
    tx.commit().await.unwrap();
    it.store.close().await;
    let refused = it.place.open().await;
    assert!(matches!(refused, Err(StoreError::Migration(_))), "{refused:?}");
}
