//! A store that isn't what the node takes for granted.

use super::*;
use crate::keys::{Role, adopt, id_of};
use crate::testing::TestStore;
use nameplate_core::entropy::SeededEntropy;
use nameplate_core::keys::Keys;

async fn opened(store: &Store, keys: &Keys) -> Expected {
    let entropy = SeededEntropy::new(1);
    let keys = adopt(store, keys, Role::Serves, &entropy).await.unwrap();
    Expected { store: id_of(store, &entropy).await.unwrap(), keys: keys.fingerprints() }
}

fn keys(seed: u64) -> Keys {
    Keys::generate(&SeededEntropy::new(seed))
}

async fn reason(store: &Store, expected: &Expected) -> Option<NotReady> {
    store.check(expected).await.err().map(|error| NotReady::of(&error))
}

async fn set(store: &Store, name: &str, value: &str) {
    let mut tx = store.begin().await.unwrap();
    meta::set(&mut tx, name, value).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn check_of_a_whole_store_writes_and_is_ready() {
    let place = TestStore::new();
    let store = place.open().await.unwrap();
    let expected = opened(&store, &keys(1)).await;
    assert_eq!(reason(&store, &expected).await, None);
    let written = meta::get(&mut store.read().await.unwrap(), meta::CHECKED).await.unwrap();
    assert!(written.is_some());
}

#[tokio::test]
async fn check_of_a_half_copied_store_or_of_another_one_names_the_reason() {
    let place = TestStore::new();
    let store = place.open().await.unwrap();
    let expected = opened(&store, &keys(1)).await;
    let other = Expected { store: "another".to_owned(), ..expected.clone() };
    assert_eq!(reason(&store, &other).await, Some(NotReady::OtherStore));
    set(&store, meta::COPYING, "one").await;
    assert_eq!(reason(&store, &expected).await, Some(NotReady::HalfCopied));
}

#[tokio::test]
async fn check_with_a_key_missing_or_retired_names_the_key() {
    let place = TestStore::new();
    let store = place.open().await.unwrap();
    let (old, new) = (keys(1), keys(2));
    let expected = opened(&store, &old).await;
    // Another node begins to use a key that this one doesn't have.
    let both = new.before(&old);
    let using = opened(&store, &both).await;
    let newest = new.fingerprints()[0].clone();
    assert_eq!(reason(&store, &expected).await, Some(NotReady::KeyMissing(newest)));
    assert_eq!(reason(&store, &using).await, None);
    // One that has accepted it is well, until the key that it seals with is retired.
    let accepting = Expected { keys: vec![using.keys[1].clone(), using.keys[0].clone()], ..expected };
    assert_eq!(reason(&store, &accepting).await, None);
    let mut tx = store.begin().await.unwrap();
    crate::keys::end_use(&mut tx, &both).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(reason(&store, &accepting).await, Some(NotReady::KeyRetired(using.keys[1].clone())));
    assert_eq!(reason(&store, &using).await, None);
}

#[tokio::test]
async fn check_with_database_file_deleted_or_replaced_is_not_ready() {
    for replaced in [false, true] {
        let place = TestStore::sqlite();
        let store = place.open().await.unwrap();
        let expected = opened(&store, &keys(1)).await;
        let file = place.folder().join("nameplate.db");
        assert!(file.exists(), "{:?}", std::fs::read_dir(place.folder()).unwrap().collect::<Vec<_>>());
        let aside = place.folder().join("aside.db");
        std::fs::rename(&file, &aside).unwrap();
        if replaced {
            std::fs::copy(&aside, &file).unwrap();
        }
        let reasons = if replaced { NotReady::Replaced } else { NotReady::Deleted };
        assert_eq!(reason(&store, &expected).await, Some(reasons));
        let write = async {
            let mut tx = store.begin().await?;
            meta::set(&mut tx, "written", "into nothing").await?;
            tx.commit().await
        };
        assert!(write.await.is_err(), "nothing is acknowledged that is lost");
        // Put back, it is ready again by itself.
        std::fs::rename(&aside, &file).unwrap();
        assert_eq!(reason(&store, &expected).await, None);
    }
}

#[tokio::test]
async fn check_with_write_ahead_log_deleted_is_not_ready() {
    let place = TestStore::sqlite();
    let store = place.open().await.unwrap();
    let expected = opened(&store, &keys(1)).await;
    std::fs::remove_file(place.folder().join("nameplate.db-wal")).unwrap();
    assert_eq!(reason(&store, &expected).await, Some(NotReady::Deleted));
}
