//! What it says when it starts, and when it rather doesn't.

use crate::browser::Browser;
use crate::mailroom::Mailroom;
use crate::program::{CONFIG, Home, MAILBOX_TOKEN, Program, Running, until};
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn start_prints_the_addresses_of_pages_mailbox_and_data() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let (said, address) = (running.program.said(), &running.address);
    assert!(said.contains(&format!("Nameplate is at http://{address}\n")), "{said}");
    assert!(
        said.contains(&format!(
            "DEVELOPMENT MAILBOX: http://{address}/dev/mailbox?token={MAILBOX_TOKEN} (no mail is sent)\n"
        )),
        "{said}"
    );
    if home.has_files() {
        assert!(
            said.contains(&format!("data: {}\n", fs::canonicalize(home.data()).unwrap().display())),
            "{said}"
        );
    } else {
        assert!(said.contains("data: PostgreSQL at /") && !said.contains("postgres://"), "{said}");
    }
    let mut browser = running.browser();
    assert_eq!(browser.get("/healthz").unwrap().body, "ok\n");
    assert_eq!(browser.get("/readyz").unwrap().body, "ready\n");
    running.stop();
}

/// With a token of its own making.
const OWN_TOKEN: [(&str, &str); 1] = [("NAMEPLATE_MAILBOX_TOKEN", "")];

/// The way to the mailbox that a program says at its start.
fn mailbox_of(running: &Running) -> String {
    let said = running.program.said();
    let line = said.lines().find_map(|line| line.strip_prefix("DEVELOPMENT MAILBOX: http://")).unwrap();
    line.strip_prefix(&running.address).unwrap().split(' ').next().unwrap().to_owned()
}

#[test]
fn mailbox_address_is_the_same_after_a_restart() {
    let home = Home::new(CONFIG);
    let running = home.spawn(&OWN_TOKEN).running();
    let path = mailbox_of(&running);
    let (bare, token) = path.split_once("?token=").unwrap();
    assert_eq!((bare, token.len()), ("/dev/mailbox", 43));
    let file = home.data().join("mailbox-token");
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("{token}\n"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let mut browser = running.browser();
    assert_eq!(browser.get(bare).unwrap().status, 404);
    assert_eq!(browser.get(&format!("{bare}?token={MAILBOX_TOKEN}")).unwrap().status, 404);
    assert_eq!(browser.get(&path).unwrap().status, 200);
    assert_eq!(browser.get("/dev/mailbox/preview").unwrap().status, 200, "by its cookie");
    assert!(!running.program.log().contains(token), "{}", running.program.log());
    running.stop();

    let again = home.spawn(&OWN_TOKEN).running();
    assert_eq!(mailbox_of(&again), path);
    assert_eq!(browser.at(&again.address).get("/dev/mailbox").unwrap().status, 200);
    again.stop();
}

#[test]
fn mailbox_token_of_the_environment_is_checked_and_not_stored() {
    let home = Home::new(CONFIG);
    home.start().stop();
    assert!(!home.data().join("mailbox-token").exists());
    fs::write(home.data().join("mailbox-token"), "no\n").unwrap();
    let done = home.run(&[], &OWN_TOKEN);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(
        done.complained.contains("mailbox-token holds no token of a development mailbox: remove it"),
        "{done:?}"
    );

    let home = Home::new(CONFIG);
    for wrong in ["abc", "a token", "token&x=1"] {
        let done = home.run(&[], &[("NAMEPLATE_MAILBOX_TOKEN", wrong)]);
        assert_eq!(done.code, Some(2), "{done:?}");
        assert!(
            done.complained
                .contains("environment variable NAMEPLATE_MAILBOX_TOKEN: mail.mailbox_token: this can't be"),
            "{done:?}"
        );
        assert!(
            done.complained.contains("at least 4 letters, digits") && !done.complained.contains(wrong),
            "{done:?}"
        );
    }
    assert!(!home.data().exists());
}

#[test]
fn start_by_several_programs_at_once_has_one_mailbox_address() {
    let home = Home::new(CONFIG);
    let started: Vec<_> = (0..4).map(|_| home.spawn(&OWN_TOKEN)).collect();
    let running: Vec<_> = started.into_iter().map(Program::running).collect();
    let paths: Vec<_> = running.iter().map(mailbox_of).collect();
    assert!(paths.iter().all(|path| *path == paths[0]), "{paths:?}");
    running.into_iter().for_each(Running::stop);
}

#[test]
fn start_of_a_production_store_without_a_mail_server_is_refused() {
    const WORDS: &str = "was served with a mail server or at a public address, so it has no development mailbox: set mail.smtp_url";
    let (home, mail) = (Home::new(CONFIG), Mailroom::open());
    let smtp = mail.url();
    home.start().stop(); // in development first
    // A command doesn't serve, whatever it is told.
    let done = home.run(
        &["user", "list"],
        &[("NAMEPLATE_SMTP_URL", &smtp), ("NAMEPLATE_PUBLIC_URL", "https://id.example.com")],
    );
    assert_eq!(done.code, Some(0), "{done:?}");
    home.start().stop();

    let real = home.spawn(&[("NAMEPLATE_SMTP_URL", &smtp)]).running();
    assert!(!real.program.said().contains("MAILBOX"), "{}", real.program.said());
    assert_eq!(real.browser().get(&format!("/dev/mailbox?token={MAILBOX_TOKEN}")).unwrap().status, 404);
    if !home.has_files() {
        // Beside the node that serves.
        refuses_to_start(&home, WORDS);
    }
    real.stop();
    refuses_to_start(&home, WORDS);
    refuses_to_start(&home, "or use another data");

    // Commands go on working; what they queue waits for a mail server.
    let done =
        home.run(&["user", "create", "jane", "-a", "email=jane@domain.com", "--verified", "--invite"], &[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    refuses_to_start(&home, WORDS);
    assert!(!mail.has_mail_for("jane@domain.com"));
    let real = home.spawn(&[("NAMEPLATE_SMTP_URL", &smtp)]).running();
    until("the invitation", || mail.has_mail_for("jane@domain.com").then_some(()));
    real.stop();

    let doctor = home.run(&["doctor"], &[]);
    let line = doctor
        .said
        .lines()
        .find(|line| line.starts_with("wrong  mail "))
        .unwrap_or_else(|| panic!("{doctor:?}"));
    assert!(
        doctor.code == Some(1) && line.contains("it has no development mailbox: set mail.smtp_url"),
        "{line}"
    );
}

#[test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
fn mailbox_of_a_development_node_closes_once_in_production() {
    let (home, mail) = (Home::new(CONFIG), Mailroom::open());
    let stray = home.start();
    stray.signed_in("early");
    let real = home.spawn(&[("NAMEPLATE_SMTP_URL", &mail.url())]).running();
    for number in 0..8 {
        let (name, it) = (format!("person{number}"), if number % 2 == 0 { &real } else { &stray });
        it.browser().sign_up(&name).unwrap().succeeds();
        mail.code_for(&format!("{name}@domain.com"));
    }
    let path = format!("/dev/mailbox.json?token={MAILBOX_TOKEN}");
    until("its end", || (stray.browser().get(&path).unwrap().status == 404).then_some(()));
    assert!(stray.program.log().contains("its mailbox is closed"), "{}", stray.program.log());
    assert!(!stray.program.said().contains("person"), "{}", stray.program.said());
    stray.stop();
    real.stop();
}

#[test]
fn data_files_are_readable_by_their_owner_only() {
    let home = Home::new(CONFIG);
    let running = home.start();
    assert_eq!(fs::metadata(home.data()).unwrap().permissions().mode() & 0o777, 0o700);
    for (name, _) in home.files() {
        let mode = fs::metadata(home.data().join(&name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} is open to others: {mode:o}");
    }
    running.stop();
}

#[test]
fn start_with_a_wrong_configuration_is_refused_and_writes_nothing() {
    let home = Home::new("[password]\nmin_lenght = 8\n");
    let done = home.run(&[], &[]);
    assert_eq!(done.code, Some(2), "{done:?}");
    assert!(done.complained.contains("nameplate.toml, line 2: password.min_lenght"), "{done:?}");
    assert!(done.complained.contains("\"min_length\""), "{done:?}");
    assert!(!home.data().exists());
}

#[test]
fn start_at_a_public_address_without_a_mail_server_is_refused() {
    let home = Home::new(CONFIG);
    let done = home.run(&[], &[("NAMEPLATE_PUBLIC_URL", "https://id.example.com")]);
    assert_eq!(done.code, Some(2), "{done:?}");
    assert!(
        done.complained.contains("mail.smtp_url: https://id.example.com is no loopback address"),
        "{done:?}"
    );
    assert!(!home.data().exists());
}

#[test]
fn start_at_a_taken_address_names_it() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let done = Home::new(CONFIG).run(&[], &[("NAMEPLATE_LISTEN", &running.address)]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.complained.contains(&format!("{} can't be listened on", running.address)), "{done:?}");
}

/// Refused, with words, and everything in the folder as it was.
#[track_caller]
fn refuses_to_start(home: &Home, words: &str) {
    let before = home.files();
    let done = home.run(&[], &[]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.complained.contains(words), "{done:?}");
    let after = home.files();
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&after), names(&before));
    assert!(after == before, "a file was changed");
}

#[test]
fn start_without_the_right_keys_is_refused_and_changes_nothing() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let jane = running.signed_in("jane");
    running.stop();

    let (keys, aside) = (home.data().join("keys"), home.path("keys.aside"));
    fs::rename(&keys, &aside).unwrap();
    refuses_to_start(&home, "the keys that it was written with are missing: put the file back");

    let other = Home::new(CONFIG);
    other.start().stop();
    fs::copy(other.data().join("keys"), &keys).unwrap();
    refuses_to_start(&home, "put the right key file back");
    fs::write(&keys, "not a key\n").unwrap();
    refuses_to_start(&home, "line 1 of the keys is not a key");

    fs::rename(&aside, &keys).unwrap();
    let running = home.start();
    let profile = jane.at(&running.address).get("/profile/attributes.json").unwrap();
    assert_eq!(profile.json()["email"], "jane@domain.com");
    running.stop();
}

/// Signs up at one of several programs; any of them may deliver the code.
fn moves_in(running: &[Running], number: usize) -> Browser {
    let name = format!("person{number}");
    let mut browser = running[number].browser();
    browser.sign_up(&name).unwrap().succeeds();
    let address = format!("{name}@domain.com");
    let code = until("a letter", || running.iter().find_map(|it| it.code_in_mailbox(&address)));
    browser.post("/confirm", &[("code", &code)]).unwrap().succeeds();
    browser
}

#[test]
fn start_by_several_programs_at_once_shares_one_store_and_key() {
    for _ in 0..3 {
        let home = Home::new(CONFIG);
        let started: Vec<_> = (0..4).map(|_| home.spawn(&[])).collect();
        let running: Vec<_> = started.into_iter().map(Program::running).collect();
        let people: Vec<_> = (0..running.len()).map(|number| moves_in(&running, number)).collect();

        let keys = fs::read_to_string(home.data().join("keys")).unwrap();
        assert_eq!(keys.lines().filter(|line| !line.starts_with('#')).count(), 1, "one key for all of them");
        // Everybody is known to every program, by what the other programs sealed and digested.
        for (number, person) in people.iter().enumerate() {
            for other in &running {
                let profile = person.at(&other.address).get("/profile/attributes.json").unwrap();
                assert_eq!(profile.json()["email"], format!("person{number}@domain.com"));
            }
        }
        for it in running {
            it.stop();
        }
        let again = home.start();
        assert_eq!(people[3].at(&again.address).get("/profile/attributes.json").unwrap().status, 200);
        again.stop();
    }
}

#[test]
fn start_with_a_store_that_can_not_be_opened_names_it() {
    let home = Home::new(CONFIG);
    fs::write(home.path("data"), "a file where the folder should be").unwrap();
    let done = home.run(&[], &[]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.complained.contains("the folder ./data can't be used"), "{done:?}");

    let home = Home::with_files(CONFIG);
    home.start().stop();
    fs::write(home.data().join("nameplate.db"), "this is no database, whatever its name says".repeat(100))
        .unwrap();
    let done = home.run(&[], &[]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.complained.contains("the database can't be used"), "{done:?}");
}

#[test]
fn pending_code_after_a_restart_with_new_keys_still_works() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let mut late = running.browser();
    late.sign_up("late").unwrap().succeeds();
    let code = running.code_for("late@domain.com");
    running.stop();

    let done = home.run(&["keys", "rotate"], &[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let running = home.start();
    let mut late = late.at(&running.address);
    late.submit("/confirm", &[("code", &code)]).unwrap().succeeds();
    let profile = until("the profile", || late.get("/profile/attributes.json").ok());
    assert_eq!(profile.json()["email_verified"], "true");
    running.stop();
}

#[test]
fn start_with_an_unreachable_database_names_it_without_password() {
    let home = Home::with_files(CONFIG);
    let done = home.run(&[], &[("NAMEPLATE_STORE_URL", "postgres://jane:hunter2@127.0.0.1:9/nameplate")]);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.complained.contains("the database at 127.0.0.1:9/nameplate can't be reached"), "{done:?}");
    assert!(!done.complained.contains("hunter2"), "{done:?}");
}

#[test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
fn start_of_a_second_node_needs_the_keys_of_the_first() {
    let home = Home::new(CONFIG);
    let first = home.start();
    let jane = first.signed_in("jane");
    // Another machine: another folder, the same database.
    let elsewhere = [("NAMEPLATE_DATA", "./elsewhere")];
    let refused = home.run(&[], &elsewhere);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.complained.contains("holds data, but the keys that it was written with are missing"),
        "{refused:?}"
    );
    assert!(!home.path("elsewhere/keys").exists(), "a key was made for data that it didn't write");

    fs::copy(home.data().join("keys"), home.path("elsewhere/keys")).unwrap();
    let second = home.spawn(&elsewhere).running();
    let profile = jane.at(&second.address).get("/profile/attributes.json").unwrap();
    assert_eq!(profile.json()["email"], "jane@domain.com");
    first.stop();
    let profile = jane.at(&second.address).get("/profile/attributes.json").unwrap();
    assert_eq!(profile.status, 200);
    second.stop();
}
