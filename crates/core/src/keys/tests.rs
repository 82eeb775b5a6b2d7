use super::*;
use crate::entropy::{SeededEntropy, SystemEntropy};

const CONTEXT: &[u8] = b"row 1";

#[test]
fn open_sealed_with_other_purpose_context_or_bytes_is_refused() {
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
fn digest_with_parts_split_differently_differs() {
    let keys = Keys::generate(&SystemEntropy);
    let digest = |parts: &[&[u8]]| keys.digest(Purpose::Codes, parts);
    assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
    assert_ne!(digest(&[b"a"]), digest(&[b"a", b""]));
    assert_ne!(digest(&[b"a"]), keys.digest(Purpose::Limits, &[b"a"]));
}

#[test]
fn rotate_keeps_the_old_key_for_opening_and_verifying() {
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
fn load_or_create_by_several_threads_makes_one_private_file() {
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
fn from_text_with_malformed_key_names_its_line() {
    let text = format!("# newest\n{}\n\n{}\n", "A".repeat(43), format_args!("{}Q", "B".repeat(42)));
    assert_eq!(Keys::from_text(&text).unwrap().fingerprints().len(), 2);
    assert!(matches!(Keys::from_text("\n# nothing\n"), Err(KeyError::Empty)));
    let short = format!("{}\nshort", "A".repeat(43));
    assert!(matches!(Keys::from_text(&short), Err(KeyError::Malformed { line: 2 })));
}

#[test]
fn debug_of_keys_shows_only_the_fingerprint() {
    let keys = Keys::generate(&SeededEntropy::new(7));
    let shown = format!("{keys:?}");
    assert!(shown.len() < 40 && shown.contains(&keys.fingerprints()[0]), "{shown}");
}

#[test]
fn rotate_after_accept_puts_the_accepted_key_in_front() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let old = Keys::load_or_create(&path, &SystemEntropy).unwrap();
    Keys::note_store(&path, "one").unwrap();
    Keys::note_store(&path, "another").unwrap();
    let accepting = Keys::accept(&path, &SystemEntropy).unwrap();
    let accepted = accepting.accepted().unwrap();
    assert_eq!(accepting.fingerprints(), [old.fingerprints()[0].clone(), accepted.clone()]);
    assert_eq!(accepting.old(), Vec::<String>::new());
    assert_eq!(accepting.digest(Purpose::Codes, &[b"a"]), old.digest(Purpose::Codes, &[b"a"]));
    let again = Keys::accept(&path, &SystemEntropy);
    assert!(matches!(again, Err(KeyError::Accepted(waiting)) if waiting == accepted));

    // Another node has a copy of the file, and uses the key first.
    let copy = folder.path().join("copy");
    std::fs::copy(&path, &copy).unwrap();
    let using = Keys::rotate(&copy, &SystemEntropy).unwrap();
    assert_eq!(using.fingerprints(), [accepted.clone(), old.fingerprints()[0].clone()]);
    assert_eq!((using.accepted(), using.old()), (None, old.fingerprints()));
    let sealed = using.seal(Purpose::Outbox, b"418207", CONTEXT, &SystemEntropy);
    assert!(accepting.open(Purpose::Outbox, &sealed, CONTEXT).is_ok());
    assert!(using.is_newest(&sealed) && !accepting.is_newest(&sealed));
    assert_eq!(sealed_with(&sealed), Some(accepted));
    assert_eq!(using.first_served(), Some("one"), "the first store that is noted stays");
}

#[test]
fn led_by_an_older_key_seals_with_it_and_keeps_the_newer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let old = Keys::load_or_create(&path, &SystemEntropy).unwrap();
    let rotated = Keys::rotate(&path, &SystemEntropy).unwrap();
    let in_use = &old.fingerprints()[0];
    let led = rotated.led_by(in_use);
    assert_eq!(led.digest(Purpose::Limits, &[b"a"]), old.digest(Purpose::Limits, &[b"a"]));
    assert_eq!((led.old(), led.accepted()), (vec![], Some(rotated.fingerprints()[0].clone())));
    assert_eq!(rotated.led_by("nobody's").fingerprints(), rotated.fingerprints());
}

/// The newest key of them, as a file has it.
fn first_line(keys: &Keys) -> String {
    keys.to_text().lines().find(|line| !line.starts_with('#')).unwrap().to_owned()
}

#[test]
fn digests_to_keep_of_a_retired_key_still_match_but_open_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let first = Keys::load_or_create(&path, &SystemEntropy).unwrap();
    let both = Keys::rotate(&path, &SystemEntropy).unwrap();
    let secret = first.first_made_up();
    assert_eq!(both.first_made_up(), secret, "a rotation changes no answer");
    let both = both.with_secrets_of_store(secret.as_slice(), &[]).unwrap();
    let newest = Keys::from_text(&first_line(&both)).unwrap();
    let newest = newest.with_secrets_of_store(secret.as_slice(), &both.digests_to_keep()).unwrap();
    for purpose in Purpose::KEPT_DIGESTS {
        assert_eq!(newest.digests(purpose, &[b"a"]), both.digests(purpose, &[b"a"]));
    }
    assert_eq!(newest.digests(Purpose::Limits, &[b"a"]).len(), 1);
    assert_eq!(newest.made_up(&[b"a"]), first.made_up(&[b"a"]));
    let sealed = first.seal(Purpose::Factors, b"secret", CONTEXT, &SystemEntropy);
    assert!(newest.open(Purpose::Factors, &sealed, CONTEXT).is_err());

    // What was retired before is not forgotten when the next one is.
    newest.save(&path).unwrap();
    let third = Keys::rotate(&path, &SystemEntropy).unwrap();
    let third = third.with_secrets_of_store(secret.as_slice(), &both.digests_to_keep()).unwrap();
    let kept = third.digests_to_keep();
    let alone = Keys::from_text(&first_line(&third)).unwrap();
    let alone = alone.with_secrets_of_store(secret.as_slice(), &kept).unwrap();
    assert_eq!(alone.digests(Purpose::Codes, &[b"a"]).len(), 3);
    assert!(alone.with_secrets_of_store(secret.as_slice(), &kept[1..]).is_err());
    assert!(alone.with_secrets_of_store(&secret[1..], &kept).is_err());
}

#[test]
fn rotate_through_a_symlink_keeps_mode_owner_and_link() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real"), folder.path().join("keys"));
    Keys::load_or_create(&real, &SystemEntropy).unwrap();
    symlink(&real, &link).unwrap();
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    // As root does it for the service's own user.
    let is_root = std::os::unix::fs::chown(&real, Some(65534), Some(65534)).is_ok();
    Keys::rotate(&link, &SystemEntropy).unwrap();
    let meta = std::fs::metadata(&real).unwrap();
    assert_eq!(meta.permissions().mode() & 0o7777, 0o640);
    assert_eq!((meta.uid(), meta.gid()) == (65534, 65534), is_root);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(Keys::load(&link).unwrap().unwrap().fingerprints().len(), 2);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "a draft was left");
}

#[test]
fn from_text_with_notes_reads_them_and_without_has_none() {
    let key = |letter: &str| format!("{}\n", letter.repeat(42) + "Q");
    let text = format!(
        "# Nameplate's keys\n# First served: 3f2a\n{}# Accepted, and not in use yet:\n{}{}",
        key("A"),
        key("B"),
        key("C")
    );
    let keys = Keys::from_text(&text).unwrap();
    assert_eq!(keys.first_served(), Some("3f2a"));
    let names = keys.fingerprints();
    assert_eq!((keys.accepted(), keys.old()), (Some(names[1].clone()), vec![names[2].clone()]));
    assert_eq!(Keys::from_text(&keys.to_text()).unwrap().fingerprints(), names);
    let only = Keys::from_text(&format!("# Accepted, and not in use yet:\n{}", key("A"))).unwrap();
    assert_eq!((only.accepted(), only.first_served()), (None, None));
}
