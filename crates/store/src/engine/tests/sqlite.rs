//! What only SQLite has: a file, its write-ahead log, its one writer. These run on SQLite whatever the rest
//! is run on.

use crate::Store;
use crate::engine::tests::{get, set};
use crate::testing::TestStore;
use std::sync::Arc;
use tokio::task::JoinSet;

struct Fixture {
    store: Store,
    place: TestStore,
}

async fn store() -> Fixture {
    let place = TestStore::sqlite();
    Fixture { store: place.open().await.unwrap(), place }
}

#[tokio::test]
async fn writer_connection_uses_wal_and_full_synchronous() {
    let it = store().await;
    let mut tx = it.store.begin().await.unwrap();
    let mode: String = tx.query("PRAGMA journal_mode").optional().await.unwrap().unwrap().get(0).unwrap();
    let sync: i64 = tx.query("PRAGMA synchronous").optional().await.unwrap().unwrap().get(0).unwrap();
    let keys: i64 = tx.query("PRAGMA foreign_keys").optional().await.unwrap().unwrap().get(0).unwrap();
    assert_eq!((mode.as_str(), sync, keys), ("wal", 2, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn write_to_a_full_disk_fails_and_the_next_one_works() {
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

fn size(it: &Fixture, file: &str) -> u64 {
    // Its size and no more: to close a file that SQLite has locked is to unlock it for the whole process.
    std::fs::metadata(it.place.folder().join(file)).unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn checkpoint_runs_before_the_writer_has_to() {
    let it = store().await;
    let before = size(&it, "nameplate.db");
    for n in 0..200 {
        set(&it.store, &format!("{n}"), &"x".repeat(5000)).await.unwrap();
    }
    // So many pages are far from what the writer copies by itself.
    let copied = async {
        while size(&it, "nameplate.db") < before + 100 * 5000 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), copied).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn wal_file_under_heavy_writes_stays_bounded() {
    let it = store().await;
    for n in 0..120 {
        set(&it.store, "large", &format!("{n}").repeat(1_000_000)).await.unwrap();
    }
    // 360 MB were written. On a slow disk some come together while the log is being copied.
    assert!(size(&it, "nameplate.db-wal") < 150_000_000, "{}", size(&it, "nameplate.db-wal"));
    assert_eq!(get(&it.store, "large").await.map(|it| it.len()), Some(3_000_000));
}

#[cfg(unix)]
#[tokio::test]
async fn database_files_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let it = store().await;
    set(&it.store, "a", "b").await.unwrap();
    for entry in std::fs::read_dir(it.place.folder()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.file_name());
    }
}
