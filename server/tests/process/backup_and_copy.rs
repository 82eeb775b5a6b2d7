//! A store goes into a file and comes back, and moves from one database to the other.

use crate::browser::{Browser, PASSWORD};
use crate::program::{CONFIG, Done, Home};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

#[track_caller]
fn does(home: &Home, arguments: &[&str]) -> Done {
    let done = home.run(arguments, &[]);
    assert_eq!((done.code, done.complained.as_str()), (Some(0), ""), "{done:?}");
    done
}

#[track_caller]
fn refuses(home: &Home, arguments: &[&str], words: &str) -> Done {
    let done = home.run(arguments, &[]);
    assert_eq!((done.code, done.said.as_str()), (Some(1), ""), "{done:?}");
    assert!(done.complained.contains(words), "{done:?}");
    done
}

/// Whether that person's password opens the account.
fn signs_in(mut browser: Browser, name: &str) -> bool {
    browser.submit("/sign-in", &[("username", name), ("password", PASSWORD)]).unwrap().acknowledges()
}

#[test]
fn backup_while_serving_is_restored_and_served_elsewhere() {
    let home = Home::with_files(CONFIG);
    let running = home.start();
    let jane = running.signed_in("jane");
    let file = home.path("backup.tar");
    let file = file.to_str().unwrap();
    let done = does(&home, &["backup", file]);
    assert!(done.said.contains("the user pool local_") && done.said.contains("keep it secret"), "{done:?}");
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    refuses(&home, &["backup", file], "is there already");
    does(&home, &["backup", file, "--force"]);
    running.signed_in("late");
    refuses(&home, &["restore", file], "is in use: stop the program that serves it");
    assert!(signs_in(running.browser(), "late"), "it went on meanwhile");

    let elsewhere = Home::with_files(CONFIG);
    does(&elsewhere, &["restore", file]);
    let other = elsewhere.start();
    assert_eq!(
        jane.at(&other.address).get("/profile/attributes.json").unwrap().json()["email"],
        "jane@domain.com"
    );
    assert!(signs_in(other.browser(), "jane") && !signs_in(other.browser(), "late"));
    other.stop();

    // And in its own place, where the newer store is kept.
    running.stop();
    let done = does(&home, &["restore", file]);
    let old = done.said.split("what was there before is in ").nth(1).unwrap().split(';').next().unwrap();
    let running = home.start();
    assert!(signs_in(running.browser(), "jane") && !signs_in(running.browser(), "late"));
    let old = home.spawn(&[("NAMEPLATE_DATA", old)]).running();
    assert!(signs_in(old.browser(), "late"));
    old.stop();
    running.stop();
}

#[test]
fn backup_without_the_keys_says_so() {
    let home = Home::with_files(CONFIG);
    home.start().stop();
    let keys = fs::read_to_string(home.data().join("keys")).unwrap();
    let done = home.run(&["backup", "backup.tar"], &[("NAMEPLATE_KEYS", &keys)]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.said.contains("without keys, because those come from NAMEPLATE_KEYS"), "{done:?}");
}

#[test]
fn backup_of_postgresql_refers_to_its_own_tools() {
    let home = Home::with_files(CONFIG);
    let url = [("NAMEPLATE_STORE_URL", "postgres://jane:hunter2@127.0.0.1:9/nameplate")];
    for (command, words) in
        [("backup", ["pg_dump", "keys"]), ("restore", ["server.store_url", "nameplate copy"])]
    {
        let done = home.run(&[command, "backup.tar"], &url);
        assert_eq!(done.code, Some(1), "{done:?}");
        assert!(
            words.iter().all(|word| done.complained.contains(word)) && !done.complained.contains("hunter2"),
            "{done:?}"
        );
    }
    assert!(!home.data().exists());
}

#[test]
fn copy_to_another_database_and_back_serves_the_same_accounts() {
    let (home, there) = (Home::with_files(CONFIG), Home::new(CONFIG));
    let running = home.start();
    let jane = running.signed_in("jane");
    let here = format!("sqlite:{}", home.data().display());
    let other =
        there.store().url().map_or_else(|| format!("sqlite:{}", there.data().display()), ToOwned::to_owned);
    let (moves_out, moves_back) =
        (["copy", "--from", &here, "--to", &other], ["copy", "--from", &other, "--to", &here]);
    refuses(&home, &moves_out, "is in use: stop the program that serves it");
    running.stop();

    for _ in 0..2 {
        let done = home.run(&moves_out, &[]);
        assert_eq!(done.code, Some(0), "{done:?}");
        assert!(
            done.said.contains("counted on both sides") && done.complained.contains("users: 1 of 1\n"),
            "{done:?}"
        );
        assert!(done.complained.lines().all(|line| line.contains(" of ")), "{done:?}");
    }
    fs::create_dir_all(there.data()).unwrap();
    fs::copy(home.data().join("keys"), there.data().join("keys")).unwrap();
    let running = there.start();
    assert_eq!(
        jane.at(&running.address).get("/profile/attributes.json").unwrap().json()["email"],
        "jane@domain.com"
    );
    assert!(signs_in(running.browser(), "jane"));
    running.signed_in("late");
    refuses(&home, &moves_back, "is in use: stop the program that serves it");
    running.stop();

    // What happened there isn't lost by mistake…
    refuses(&home, &moves_out, "has been used since");
    // …and comes along on the way back.
    let done = home.run(&moves_back, &[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let running = home.start();
    assert!(signs_in(running.browser(), "jane") && signs_in(running.browser(), "late"));
    running.stop();
}

#[test]
fn copy_with_a_wrong_store_is_refused_without_its_password() {
    let home = Home::with_files(CONFIG);
    let done = home.run(&["copy", "--from", "sqlite:./data", "--to", "mysql://jane:hunter2@db/x"], &[]);
    assert_eq!(done.code, Some(2), "{done:?}");
    assert!(
        done.complained.contains("--to: a store is told as") && !done.complained.contains("hunter2"),
        "{done:?}"
    );
    let done = refuses(
        &home,
        &["copy", "--from", "sqlite:./data", "--to", "sqlite:./other"],
        "there is no store at ./data/nameplate.db",
    );
    assert!(!home.data().exists() && !home.path("other").exists(), "{done:?}");
}
