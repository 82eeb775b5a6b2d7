use super::*;
use std::sync::Arc;
use tokio::task::JoinSet;

struct Fixture {
    store: Store,
    folder: tempfile::TempDir,
}

async fn store() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::sqlite(&folder.path().join("nameplate.db")).await.unwrap();
    Fixture { store, folder }
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
async fn the_live_writer_keeps_writes_over_a_power_cut() {
    let it = store().await;
    let mut tx = it.store.begin().await.unwrap();
    let mode: String = tx.query("PRAGMA journal_mode").optional().await.unwrap().unwrap().get(0).unwrap();
    let sync: i64 = tx.query("PRAGMA synchronous").optional().await.unwrap().unwrap().get(0).unwrap();
    let keys: i64 = tx.query("PRAGMA foreign_keys").optional().await.unwrap().unwrap().get(0).unwrap();
    assert_eq!((mode.as_str(), sync, keys), ("wal", 2, 1));
}

#[tokio::test]
async fn what_was_committed_is_there_after_a_restart_and_what_was_dropped_is_not() {
    let it = store().await;
    set(&it.store, "kept", "1").await.unwrap();
    let mut tx = it.store.begin().await.unwrap();
    meta::set(&mut tx, "dropped", "1").await.unwrap();
    drop(tx);
    it.store.close().await;
    assert!(matches!(it.store.begin().await, Err(StoreError::Closed)));
    let again = Store::sqlite(&it.folder.path().join("nameplate.db")).await.unwrap();
    assert_eq!(get(&again, "kept").await.as_deref(), Some("1"));
    assert_eq!(get(&again, "dropped").await, None);
}

#[tokio::test]
async fn a_read_does_not_write() {
    let it = store().await;
    let mut conn = it.store.read().await.unwrap();
    let refused = conn.query("INSERT INTO meta (name, value) VALUES ('a', 'b')").run().await;
    assert!(matches!(refused, Err(StoreError::Database(_))), "{refused:?}");
}

#[tokio::test]
async fn after_a_failed_statement_nothing_more_is_asked_and_nothing_is_kept() {
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
async fn a_statement_that_was_given_up_halfway_counts_as_failed() {
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
async fn one_failing_transaction_does_not_take_its_group_along() {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_increment_of_many_at_once_is_lost() {
    let it = store().await;
    set(&it.store, "count", "0").await.unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..200 {
        let store = it.store.clone();
        tasks.spawn(async move {
            let mut tx = store.begin().await.unwrap();
            let count: u32 = meta::get(&mut tx, "count").await.unwrap().unwrap().parse().unwrap();
            meta::set(&mut tx, "count", &(count + 1).to_string()).await.unwrap();
            tx.commit().await.unwrap();
        });
    }
    tasks.join_all().await;
    assert_eq!(get(&it.store, "count").await.as_deref(), Some("200"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_disk_acknowledges_nothing_falsely_and_the_next_write_works() {
    let it = Arc::new(store().await);
    // The writer's connection gets no page more than there is; that is what a full disk looks like to it.
    let mut tx = it.store.begin().await.unwrap();
    tx.query("PRAGMA max_page_count = 1").optional().await.unwrap();
    tx.commit().await.unwrap();

    let mut tasks = JoinSet::new();
    for n in 0..40 {
        let it = Arc::clone(&it);
        tasks.spawn(async move {
            let size = if n % 10 == 0 { 200_000 } else { 10 };
            let name = format!("{n}");
            let done = set(&it.store, &name, &"x".repeat(size)).await;
            (name, done)
        });
    }
    let done = tasks.join_all().await;
    assert!(done.iter().any(|(_, done)| done.is_err()), "nothing failed");
    for (name, done) in done {
        assert_eq!(get(&it.store, &name).await.is_some(), done.is_ok(), "{name}: {done:?}");
    }
    // After the failure the connection was replaced, and with it the limit.
    set(&it.store, "next", &"x".repeat(200_000)).await.unwrap();
    assert!(get(&it.store, "next").await.is_some());
}

#[tokio::test]
async fn a_writer_whose_caller_went_away_goes_on() {
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
async fn several_that_start_at_once_bring_the_store_to_shape_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nameplate.db");
    let mut tasks = JoinSet::new();
    for n in 0..6 {
        let path = path.clone();
        tasks.spawn(async move {
            let store = Store::sqlite(&path).await.unwrap();
            set(&store, &format!("{n}"), "1").await.unwrap();
            store.close().await;
        });
    }
    tasks.join_all().await;
    let store = Store::sqlite(&path).await.unwrap();
    for n in 0..6 {
        assert!(get(&store, &format!("{n}")).await.is_some(), "{n}");
    }
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused() {
    let it = store().await;
    let mut tx = it.store.begin().await.unwrap();
    tx.query("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, x'00', 0)")
        .run()
        .await
        .unwrap();
    tx.commit().await.unwrap();
    it.store.close().await;
    let refused = Store::sqlite(&it.folder.path().join("nameplate.db")).await;
    assert!(matches!(refused, Err(StoreError::Migration(_))), "{refused:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let it = store().await;
    set(&it.store, "a", "b").await.unwrap();
    for entry in std::fs::read_dir(it.folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
    }
}
