use super::*;
use crate::core::entropy::{SeededEntropy, SystemEntropy};
use crate::store::{self, StoreError};
use crate::testing::{TestPool, TestStore};
use crate::{Context, Parts, Settings, SystemClock};
use std::sync::Arc;

const CONTEXT: &[u8] = b"row 1";

#[test]
fn what_is_sealed_is_opened_only_whole_in_its_place_and_for_its_purpose() {
    let keys = Keys::generate(&SystemEntropy);
    let sealed = keys.seal(Purpose::Outbox, b"418207", CONTEXT, &SystemEntropy);
    assert_eq!(keys.open(Purpose::Outbox, &sealed, CONTEXT).as_deref(), Ok(b"418207".as_slice()));
    assert_eq!(keys.open(Purpose::Codes, &sealed, CONTEXT), Err(Unopenable));
    assert_eq!(keys.open(Purpose::Outbox, &sealed, b"row 2"), Err(Unopenable));
    assert_eq!(keys.open(Purpose::Outbox, &sealed[..20], CONTEXT), Err(Unopenable));
    for byte in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[byte] ^= 1;
        assert_eq!(keys.open(Purpose::Outbox, &changed, CONTEXT), Err(Unopenable), "byte {byte}");
    }
}

#[test]
fn no_part_of_a_digest_lends_a_byte_to_its_neighbour() {
    let keys = Keys::generate(&SystemEntropy);
    let digest = |parts: &[&[u8]]| keys.digest(Purpose::Codes, parts);
    assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
    assert_ne!(digest(&[b"a"]), digest(&[b"a", b""]));
    assert_ne!(digest(&[b"a"]), keys.digest(Purpose::Limits, &[b"a"]));
}

#[test]
fn after_a_rotation_the_old_key_goes_on_opening_and_verifying() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let old = Keys::load_or_create(&path, &SystemEntropy).unwrap();
    let sealed = old.seal(Purpose::Outbox, b"418207", CONTEXT, &SystemEntropy);
    let new = Keys::rotate(&path, &SystemEntropy).unwrap();
    assert_eq!(new.fingerprints()[1..], old.fingerprints());
    assert_eq!(Keys::load(&path).unwrap().unwrap().fingerprints(), new.fingerprints());
    assert!(new.open(Purpose::Outbox, &sealed, CONTEXT).is_ok());
    assert_ne!(new.digest(Purpose::Codes, &[b"a"]), old.digest(Purpose::Codes, &[b"a"]));
    assert!(new.digests(Purpose::Codes, &[b"a"]).contains(&old.digest(Purpose::Codes, &[b"a"])));
    let resealed = new.seal(Purpose::Outbox, b"418207", CONTEXT, &SystemEntropy);
    assert_eq!(old.open(Purpose::Outbox, &resealed, CONTEXT), Err(Unopenable));
}

#[test]
fn the_key_file_is_made_once_and_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let made: Vec<_> = std::thread::scope(|scope| {
        let tasks: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| Keys::load_or_create(&path, &SystemEntropy).unwrap().fingerprints()))
            .collect();
        tasks.into_iter().map(|task| task.join().unwrap()).collect()
    });
    assert!(made.iter().all(|it| *it == made[0]), "{made:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a draft was left");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn keys_from_the_environment_are_read_and_wrong_ones_are_named_by_line() {
    let text = format!("# newest\n{}\n\n{}\n", "A".repeat(43), format_args!("{}Q", "B".repeat(42)));
    assert_eq!(Keys::from_text(&text).unwrap().fingerprints().len(), 2);
    assert!(matches!(Keys::from_text("\n# nothing\n"), Err(KeyError::Empty)));
    let short = format!("{}\nshort", "A".repeat(43));
    assert!(matches!(Keys::from_text(&short), Err(KeyError::Malformed { line: 2 })));
}

#[test]
fn keys_in_a_log_show_nothing() {
    let keys = Keys::generate(&SeededEntropy::new(7));
    let shown = format!("{keys:?}");
    assert!(shown.len() < 40 && shown.contains(&keys.fingerprints()[0]), "{shown}");
}

async fn open(pool: &TestPool, keys: Keys) -> Result<Context, crate::Unavailable> {
    let store = pool.place().open().await.unwrap();
    let parts = Parts {
        store,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        keys,
        settings: Settings::default(),
    };
    crate::maintenance::open::open(parts).await
}

#[tokio::test]
async fn a_store_with_data_refuses_another_key_and_accepts_a_rotated_one() {
    let pool = TestPool::new().await;
    assert!(!pool.store().is_new().await.unwrap());
    let refused = open(&pool, Keys::generate(&SystemEntropy)).await.unwrap_err();
    let source = std::error::Error::source(&refused).and_then(|it| it.downcast_ref::<StoreError>());
    assert!(matches!(source, Some(StoreError::KeyDiffers { .. })), "{refused:?}");

    let own = pool.keys.to_text();
    let newer = Keys::generate(&SystemEntropy).to_text();
    let rotated = Keys::from_text(&format!("{newer}{own}")).unwrap();
    open(&pool, rotated).await.unwrap();
    // From now on things are sealed with the newer one: the old one alone no longer does.
    assert!(open(&pool, Keys::from_text(&own).unwrap()).await.is_err());
    open(&pool, Keys::from_text(&newer).unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_new_store_gets_a_key_file_and_one_with_data_never_gets_another() {
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
    assert!(
        matches!(refused, Err(crate::store::StoreKeysError::Store(StoreError::KeyMissing))),
        "{refused:?}"
    );
    assert!(!path.exists());
}

#[tokio::test]
async fn of_nodes_that_start_at_once_with_keys_of_their_own_one_comes_first() {
    let place = TestStore::new();
    let start = async || {
        let parts = Parts {
            store: place.open().await.unwrap(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            keys: Keys::generate(&SystemEntropy),
            settings: Settings::default(),
        };
        crate::maintenance::open::open(parts).await.is_ok()
    };
    let (a, b, c, d) = tokio::join!(start(), start(), start(), start());
    assert_eq!([a, b, c, d].into_iter().filter(|started| *started).count(), 1);
}
