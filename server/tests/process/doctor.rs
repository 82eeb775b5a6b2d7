//! `nameplate doctor`.

use crate::mailroom::Mailroom;
use crate::program::{CONFIG, Done, Home};
use serde_json::Value;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

#[track_caller]
fn says(done: &Done, mark: &str, what: &str, words: &str) {
    let found =
        done.said.lines().any(|line| line.starts_with(&format!("{mark:<6} {what}")) && line.contains(words));
    assert!(found, "no line says {mark} {what} {words:?}:\n{}{}", done.said, done.complained);
}

#[test]
fn doctor_of_a_healthy_service_finds_nothing_and_changes_nothing() {
    let (home, mail) = (Home::new(CONFIG), Mailroom::open());
    let smtp = mail.url();
    let before = home.run(&["doctor"], &[]);
    assert_eq!(before.code, Some(0), "{before:?}");
    says(&before, "look", "data folder", "is not there yet");
    says(&before, "look", "store", "nobody has ever been served from it");
    says(&before, "look", "mail", "development mailbox");
    assert!(!home.data().exists());

    let running = home.start();
    running.signed_in("jane");
    let address = running.address.clone();
    let variables = [("NAMEPLATE_LISTEN", address.as_str()), ("NAMEPLATE_SMTP_URL", &smtp)];
    for _ in 0..2 {
        let done = home.run(&["doctor"], &variables);
        assert_eq!((done.code, done.complained.as_str()), (Some(0), ""), "{done:?}");
        says(&done, "ok", "store", "whole, up to date, accounts: 1");
        says(&done, "ok", "port", "nameplate serves at");
        says(&done, "ok", "mail", "takes us in");
        for what in ["configuration", "data folder", "keys", "clock", "attributes", "public address"] {
            says(&done, "ok", what, "");
        }
    }
    assert!(mail.mails().is_empty(), "nothing was sent");
    running.stop();
    let keys = || home.files().into_iter().filter(|(name, _)| name == "keys").collect::<Vec<_>>();
    let before = keys();
    let done = home.run(&["doctor"], &variables);
    says(&done, "ok", "port", "is free");
    assert_eq!(keys(), before);
}

#[test]
fn doctor_with_a_refused_sender_shows_the_servers_answer() {
    let (home, mail) = (Home::new(CONFIG), Mailroom::open());
    mail.refuse_sender(Some("553 5.7.1 Sender address rejected: not owned by user"));
    let smtp = mail.url();
    let done = home.run(&["doctor"], &[("NAMEPLATE_SMTP_URL", smtp.as_str())]);
    assert_eq!(done.code, Some(1), "{done:?}");
    says(&done, "wrong", "mail", "takes no mails from no-reply@");
    says(
        &done,
        "wrong",
        "mail",
        "answered 553 to MAIL FROM: 5.7.1 Sender address rejected: not owned by user",
    );
    says(&done, "wrong", "mail", "set mail.from");
    assert!(mail.mails().is_empty());
}

#[test]
fn doctor_with_several_faults_tells_what_to_do() {
    let home = Home::with_files(CONFIG);
    home.start().stop();
    fs::set_permissions(home.data(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(home.data().join("keys"), fs::Permissions::from_mode(0o644)).unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let done = home.run(
        &["doctor"],
        &[
            ("NAMEPLATE_LISTEN", address.as_str()),
            ("NAMEPLATE_PUBLIC_URL", "http://id.example.com"),
            ("NAMEPLATE_SMTP_URL", "smtp://jane:hunter2@127.0.0.1:9"),
            ("NAMEPLATE_LISTN", "x"),
        ],
    );
    assert_eq!(done.code, Some(1), "{done:?}");
    assert_eq!(done.complained, "nameplate: 4 things are wrong\n");
    says(&done, "look", "configuration", "did you mean NAMEPLATE_LISTEN?");
    says(&done, "look", "data folder", "chmod 700");
    says(&done, "wrong", "data folder", "chmod 600 ./data/keys");
    says(&done, "wrong", "mail", "doesn't take us in");
    says(&done, "wrong", "public address", "has no TLS");
    says(&done, "wrong", "port", "another program has");
    assert!(!done.said.contains("hunter2"), "{done:?}");
}

#[test]
fn doctor_behind_a_proxy_tells_whether_visitors_are_told_apart() {
    let (home, mail) = (Home::new(CONFIG), Mailroom::open());
    let smtp = mail.url();
    let about = |proxies: &str, mark: &str, words: &str| {
        let variables = [
            ("NAMEPLATE_PUBLIC_URL", "https://id.example.com"),
            ("NAMEPLATE_SMTP_URL", &smtp),
            ("NAMEPLATE_TRUSTED_PROXIES", proxies),
        ];
        says(&home.run(&["doctor"], &variables), mark, "proxies", words);
    };
    about("", "look", "share the limits of one network: name its address, such as 127.0.0.1");
    about("127.0.0.1,10.0.0.0/8", "ok", "believed from 127.0.0.1/32, 10.0.0.0/8");
    about("10.0.0.1,::/0", "wrong", "every visitor may make up where they come from");
    says(&home.run(&["doctor"], &[]), "ok", "proxies", "none is trusted");
}

#[test]
fn doctor_of_a_store_without_keys_or_damaged_finds_it_wrong() {
    let home = Home::with_files(CONFIG);
    home.start().stop();
    let keys = home.data().join("keys");
    fs::rename(&keys, home.path("aside")).unwrap();
    let done = home.run(&["doctor"], &[]);
    says(&done, "wrong", "keys", "is missing");
    fs::write(&keys, "not a key\n").unwrap();
    says(&home.run(&["doctor"], &[]), "wrong", "keys", "line 1 of the keys is not a key");
    let other = Home::with_files(CONFIG);
    other.start().stop();
    fs::copy(other.data().join("keys"), &keys).unwrap();
    says(&home.run(&["doctor"], &[]), "wrong", "keys", "which is not among these");
    fs::write(home.data().join("nameplate.db"), "this is no database".repeat(1000)).unwrap();
    let done = home.run(&["doctor"], &[]);
    assert_eq!(done.code, Some(1), "{done:?}");
    says(&done, "wrong", "store", "damaged");
}

#[test]
fn doctor_counts_stored_attributes_no_longer_configured() {
    let custom = "\n[[attributes.custom]]\nname = \"team\"\n\n[[clients]]\nid = \"web\"\nread = [\"standard\", \"custom:team\"]\n";
    let home = Home::new(&format!("{CONFIG}{custom}write = [\"standard\", \"custom:team\"]\n"));
    let running = home.start();
    running.signed_in("jane");
    running.stop();
    let done = home.run(&["user", "set-attribute", "jane", "custom:team=blue"], &[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    fs::write(home.path("nameplate.toml"), CONFIG).unwrap();
    says(&home.run(&["doctor"], &[]), "look", "attributes", "custom:team (1)");
    let json: Value = serde_json::from_str(&home.run(&["doctor", "--json"], &[]).said).unwrap();
    let found = json.as_array().unwrap().iter().find(|it| it["what"] == "attributes").unwrap();
    assert_eq!((&found["mark"], found["do"].is_string()), (&"look".into(), true));
}

#[test]
fn doctor_says_which_changes_can_be_undone_and_until_when() {
    let home = Home::new(CONFIG);
    let running = home.start();
    running.signed_in("jane");
    says(&home.run(&["doctor"], &[]), "ok", "undo", "that can be undone: 0");
    let change = ["user", "set-attribute", "jane", "email=new@domain.com", "--verified", "--undo"];
    let done = home.run(&change, &[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let done = home.run(&["doctor"], &[]);
    says(&done, "ok", "undo", "that can be undone: 1; the first of them ends at 2");
    running.stop();
}
