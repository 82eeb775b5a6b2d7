//! A store and the keys that it was written with.

use crate::testing::{TestPool, TestStore};
use crate::{Context, Parts};
use nameplate_core::clock::SystemClock;
use nameplate_core::entropy::SystemEntropy;
use nameplate_core::keys::Keys;
use nameplate_core::settings::Settings;
use std::sync::Arc;
use store::{Role, StoreError};

async fn open(pool: &TestPool, keys: Keys) -> Result<Context, crate::Unavailable> {
    open_as(pool, keys, Role::Serves).await
}

async fn open_as(pool: &TestPool, keys: Keys, role: Role) -> Result<Context, crate::Unavailable> {
    let store = pool.place().open().await.unwrap();
    let parts = Parts {
        store,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        keys,
        role,
        settings: Settings::default(),
    };
    crate::maintenance::open::open(parts).await
}

#[tokio::test]
async fn open_store_with_a_foreign_key_is_refused_and_a_rotated_one_works() {
    let pool = TestPool::new().await;
    assert!(!pool.store().is_new().await.unwrap());
    let refused = open(&pool, Keys::generate(&SystemEntropy)).await.unwrap_err();
    let source = std::error::Error::source(&refused).and_then(|it| it.downcast_ref::<StoreError>());
    assert!(matches!(source, Some(StoreError::KeyDiffers { .. })), "{refused:?}");

    let own = pool.keys.to_text();
    let newer = Keys::generate(&SystemEntropy).to_text();
    let rotated = Keys::from_text(&[newer.as_str(), own.as_str()].concat()).unwrap();
    open(&pool, rotated).await.unwrap();
    // From now on things are sealed with the newer one: the old one alone no longer does.
    assert!(open(&pool, Keys::from_text(&own).unwrap()).await.is_err());
    open(&pool, Keys::from_text(&newer).unwrap()).await.unwrap();
}

#[tokio::test]
async fn keys_of_a_store_with_data_are_never_created_again() {
    let place = TestStore::new();
    let path = place.folder().join("keys");
    let store = place.open().await.unwrap();
    let keys = store::keys_of(&path, &store, &SystemEntropy).await.unwrap();
    assert_eq!(
        store::keys_of(&path, &store, &SystemEntropy).await.unwrap().fingerprints(),
        keys.fingerprints()
    );

    let used = TestPool::new().await;
    std::fs::remove_file(&path).unwrap();
    let refused = store::keys_of(&path, used.store(), &SystemEntropy).await;
    assert!(matches!(refused, Err(store::StoreKeysError::Store(StoreError::KeyMissing))), "{refused:?}");
    assert!(!path.exists());
}

#[tokio::test]
async fn open_by_several_nodes_with_different_keys_lets_one_start() {
    let place = TestStore::new();
    let start = async || {
        let parts = Parts {
            store: place.open().await.unwrap(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            keys: Keys::generate(&SystemEntropy),
            role: Role::Serves,
            settings: Settings::default(),
        };
        crate::maintenance::open::open(parts).await.is_ok()
    };
    let (a, b, c, d) = tokio::join!(start(), start(), start(), start());
    assert_eq!([a, b, c, d].into_iter().filter(|started| *started).count(), 1);
}
