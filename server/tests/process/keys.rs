//! The key file and its store, and keys that come and go.

use crate::program::{CONFIG, Done, Home};
use accounts::testing::TestStore;
use std::fs;

fn refused(home: &Home, arguments: &[&str], environment: &[(&str, &str)], words: &str) {
    let before = home.files();
    let done = home.run(arguments, environment);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.complained.contains(words), "{done:?}");
    assert_eq!(home.files(), before, "a file was made or changed");
}

fn succeeds(done: &Done) {
    assert_eq!(done.code, Some(0), "{done:?}");
}

#[test]
fn start_with_used_keys_and_no_store_is_refused() {
    const WORDS: &str = "have served a store, and there is none at";
    let home = Home::with_files(CONFIG);
    home.start().stop();
    let database = home.data().join("nameplate.db");
    fs::rename(&database, home.path("aside.db")).unwrap();
    refused(&home, &[], &[], WORDS);
    refused(&home, &[], &[], "To begin anew with an empty store, move ");
    let told = home.run(&["doctor"], &[]);
    assert!(told.said.contains("have served a store, and there is none"), "{told:?}");
    fs::write(&database, "").unwrap();
    refused(&home, &[], &[], WORDS);
    fs::rename(home.path("aside.db"), &database).unwrap();
    home.start().stop();

    // As the words say.
    fs::remove_file(&database).unwrap();
    fs::rename(home.data().join("keys"), home.path("keys.aside")).unwrap();
    home.start().stop();
    // Keys from the environment begin a store wherever they are told to.
    let keys = fs::read_to_string(home.path("keys.aside")).unwrap();
    let elsewhere = [("NAMEPLATE_KEYS", keys.as_str()), ("NAMEPLATE_DATA", "./elsewhere")];
    home.spawn(&elsewhere).running().stop();
}

#[test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
fn start_with_used_keys_at_an_empty_database_is_refused() {
    let home = Home::new(CONFIG);
    home.start().stop();
    let other = TestStore::empty();
    let elsewhere = [("NAMEPLATE_STORE_URL", other.url().unwrap())];
    refused(&home, &[], &elsewhere, "have served a store, and there is none at");
    assert!(!String::from_utf8_lossy(&other.everything()).contains("CREATE TABLE"));
}

#[test]
fn keys_accepted_rotated_and_retired_free_the_old_one() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let jane = running.signed_in("jane");
    running.stop();
    let file = home.data().join("keys");
    let old = fs::read_to_string(&file).unwrap().lines().next_back().unwrap().to_owned();

    let accepted = home.run(&["keys", "accept"], &[]);
    succeeds(&accepted);
    assert!(accepted.said.contains("is accepted, and nothing is sealed with it yet"), "{accepted:?}");
    let again = home.run(&["keys", "accept"], &[]);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.complained.contains("waits to be used"), "{again:?}");
    home.start().stop();
    let early = home.run(&["keys", "retire"], &[]);
    assert!(early.complained.contains("restart every node with"), "{early:?}");

    succeeds(&home.run(&["keys", "rotate"], &[]));
    let running = home.start();
    let without = fs::read_to_string(&file).unwrap().replace(&old, "");
    assert!(without.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count() == 1);
    let needed = home.run(&["user", "list"], &[("NAMEPLATE_KEYS", &without)]);
    assert_eq!(needed.code, Some(1), "{needed:?}");
    assert!(needed.complained.contains("the store needs it ("), "{needed:?}");

    // While somebody is served.
    let retired = home.run(&["keys", "retire"], &[]);
    succeeds(&retired);
    assert!(retired.said.contains("Remove its line from "), "{retired:?}");
    assert!(!retired.said.contains(&old), "a key is no text for a console");
    running.stop();
    fs::write(&file, without).unwrap();
    let running = home.start();
    let profile = jane.at(&running.address).get("/profile/attributes.json").unwrap();
    assert_eq!(profile.json()["email"], "jane@domain.com");
    assert_eq!(running.browser().get("/readyz").unwrap().body, "ready\n");
    running.stop();
}

#[test]
fn keys_changed_by_root_keep_the_owner_of_their_file() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let home = Home::with_files(CONFIG);
    home.start().stop();
    let file = home.data().join("keys");
    if chown(&file, Some(65534), Some(65534)).is_err() {
        return; // only root can give a file away
    }
    for command in ["accept", "rotate"] {
        succeeds(&home.run(&["keys", command], &[]));
        let meta = fs::metadata(&file).unwrap();
        assert_eq!((meta.uid(), meta.gid(), meta.mode() & 0o777), (65534, 65534, 0o600), "{command}");
    }
}
