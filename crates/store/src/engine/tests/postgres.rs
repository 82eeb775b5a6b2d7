//! What only PostgreSQL has: several writers, connections that break, news between nodes. `scripts/test-rust`
//! runs these beside a server of their own; without one they are shown as ignored.

use crate::engine::postgres::Postgres;
use crate::engine::retry::TRIES;
use crate::engine::store::Database;
use crate::engine::tests::{get, nobody, set, store};
use crate::testing::TestStore;
use crate::{Notification, Store, StoreError, meta, retried};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::timeout;

async fn run(store: &Store, sql: &'static str) {
    store.begin().await.unwrap().query(sql).optional().await.unwrap();
}

async fn end_all_other_connections(store: &Store) {
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    run(store, sql).await;
}

/// Writes to two rows in this order, and waits in between until the other one has its first.
async fn both(
    store: &Store,
    first: &str,
    second: &str,
    meeting: &Barrier,
    tries: &AtomicU32,
) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    meta::set(&mut tx, first, "taken").await?;
    if tries.fetch_add(1, Ordering::SeqCst) < 2 {
        meeting.wait().await;
    }
    meta::set(&mut tx, second, "taken").await?;
    tx.commit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn retried_after_a_deadlock_runs_one_again_and_both_succeed() {
    let it = store().await;
    set(&it.store, "a", "free").await.unwrap();
    set(&it.store, "b", "free").await.unwrap();
    let (meeting, tries) = (Barrier::new(2), AtomicU32::new(0));
    let (one, other) = tokio::join!(
        retried(|| both(&it.store, "a", "b", &meeting, &tries)),
        retried(|| both(&it.store, "b", "a", &meeting, &tries)),
    );
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert_eq!(tries.into_inner(), 3, "one of them had to try again");
}

#[tokio::test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn retried_after_a_serialization_failure_runs_again() {
    let it = store().await;
    run(&it.store, "SELECT 1").await;
    let tries = AtomicU32::new(0);
    let done = retried(async || {
        let mut tx = it.store.begin().await?;
        tx.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").run().await?;
        let count = meta::get(&mut tx, "count").await?;
        if tries.fetch_add(1, Ordering::SeqCst) == 0 {
            set(&it.store, "count", "1").await?; // somebody else, meanwhile
        }
        meta::set(&mut tx, "count", &format!("{count:?} and one")).await?;
        tx.commit().await
    });
    done.await.unwrap();
    assert_eq!(get(&it.store, "count").await.as_deref(), Some("Some(\"1\") and one"));
}

#[tokio::test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn retried_that_fails_every_time_returns_the_error() {
    let it = store().await;
    let tries = AtomicU32::new(0);
    let done: Result<(), StoreError> = retried(async || {
        tries.fetch_add(1, Ordering::SeqCst);
        let mut tx = it.store.begin().await?;
        tx.query("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$").run().await.map(drop)
    })
    .await;
    assert!(matches!(done, Err(StoreError::Database(_))), "{done:?}");
    assert_eq!(tries.into_inner(), TRIES);
}

#[tokio::test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn commit_of_an_aborted_transaction_is_an_error() {
    let it = store().await;
    let mut tx = it.store.begin().await.unwrap();
    meta::set(&mut tx, "lost", "1").await.unwrap();
    assert!(tx.query("SELECT 1 / 0").optional().await.is_err());
    assert!(matches!(tx.commit().await, Err(StoreError::AfterFailure)));
    assert_eq!(get(&it.store, "lost").await, None);
}

#[tokio::test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn store_after_all_connections_are_lost_reconnects() {
    let it = store().await;
    set(&it.store, "before", "1").await.unwrap();
    assert!(get(&it.store, "before").await.is_some());
    let mut held = it.store.begin().await.unwrap();
    meta::set(&mut held, "held", "1").await.unwrap();
    let another = it.place.open().await.unwrap();
    end_all_other_connections(&another).await;
    assert!(held.commit().await.is_err(), "what was not committed is not said to be");
    // Each connection is found dead once at most.
    for n in 0..20 {
        let _ = set(&it.store, &format!("again {n}"), "1").await;
        let _ = it.store.check(&nobody()).await;
    }
    set(&it.store, "after", "1").await.unwrap();
    assert_eq!((get(&it.store, "held").await, get(&it.store, "after").await.as_deref()), (None, Some("1")));
}

#[tokio::test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn open_while_another_node_migrates_waits() {
    let place = Arc::new(TestStore::new());
    let migrating = place.open().await.unwrap();
    let mut lock = migrating.begin().await.unwrap();
    lock.query("SELECT id FROM migration_lock WHERE id = 1 FOR UPDATE").optional().await.unwrap();
    let late = tokio::spawn({
        let place = Arc::clone(&place);
        async move { place.open().await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!late.is_finished());
    // As if the other node had died.
    drop(lock);
    migrating.close().await;
    late.await.unwrap().unwrap();
}

#[tokio::test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn listener_hears_committed_news_and_reconnects_after_a_loss() {
    let it = store().await;
    let another = it.place.open().await.unwrap();
    let mut listener = another.listener().unwrap();
    let mut next = async || timeout(Duration::from_secs(20), listener.next()).await.expect("in time");
    assert_eq!(next().await, Notification::Gap, "before, nobody listened");
    let tell = async |store: &Store, news: &str, keep: bool| {
        let mut tx = store.begin().await.unwrap();
        tx.notify(news.to_owned());
        if keep {
            tx.commit().await.unwrap();
        }
    };
    tell(&it.store, "rolled back", false).await;
    tell(&it.store, "kept", true).await;
    assert_eq!(next().await, Notification::News("kept".into()));

    end_all_other_connections(&it.store).await;
    assert_eq!(next().await, Notification::Gap);
    tell(&it.place.open().await.unwrap(), "heard again", true).await;
    assert_eq!(next().await, Notification::News("heard again".into()));

    // As a command does, which ends with its change.
    let command = it.place.open().await.unwrap();
    tell(&command, "the last", true).await;
    command.close().await;
    assert_eq!(next().await, Notification::News("the last".into()));
}

#[tokio::test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn store_without_notify_still_serves() {
    let it = store().await;
    let Database::Postgres(connections) = it.store.database.clone() else { panic!("this is for PostgreSQL") };
    let silent = Store {
        database: Database::Postgres(Arc::new(Postgres { notifier: None, ..(*connections).clone() })),
    };
    assert!(silent.listener().is_none());
    let mut tx = silent.begin().await.unwrap();
    tx.notify("nobody".into());
    meta::set(&mut tx, "kept", "1").await.unwrap();
    tx.commit().await.unwrap();
    assert!(get(&silent, "kept").await.is_some());
}

#[tokio::test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn open_an_unreachable_database_names_it_without_its_password() {
    let url = "postgres://jane:hunter2secret@127.0.0.1:9/nameplate".parse().unwrap();
    let refused = Store::postgres(&url).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unreachable { .. }), "{refused:?}");
    assert!(refused.to_string().contains("127.0.0.1:9/nameplate"));
    assert!(!format!("{refused} {refused:?}").contains("hunter2secret"));
}

#[tokio::test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn open_a_database_that_is_not_utf_8_is_refused() {
    let place = TestStore::in_encoding("SQL_ASCII");
    let refused = place.open().await;
    assert!(
        matches!(&refused, Err(StoreError::Encoding { encoding, .. }) if encoding == "SQL_ASCII"),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn write_by_more_tasks_than_connections_succeeds_for_all() {
    let it = Arc::new(store().await);
    let mut tasks = JoinSet::new();
    for n in 0..200 {
        let it = Arc::clone(&it);
        tasks.spawn(async move { set(&it.store, &format!("{n}"), "1").await });
    }
    assert!(tasks.join_all().await.iter().all(Result::is_ok));
}
