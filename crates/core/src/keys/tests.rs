use super::*;
use crate::entropy::{SeededEntropy, SystemEntropy};

const CONTEXT: &[u8] = b"row 1";

#[test]
fn what_is_sealed_is_opened_only_whole_in_its_place_and_for_its_purpose() {
    let keys = Keys::generate(&SystemEntropy);
    let sealed = keys.seal(Purpose::Outbox, b"418207", CONTEXT, &SystemEntropy);
    assert_eq!(keys.open(Purpose::Outbox, &sealed, CONTEXT).unwrap().as_slice(), b"418207");
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
