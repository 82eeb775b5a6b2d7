//! The operator's commands for accounts, beside a program that serves.

mod import;

use crate::browser::{Browser, PASSWORD};
use crate::program::{CONFIG, Done, Home, Running, until};
use serde_json::Value;
use std::io::Write as _;
use std::process::Stdio;
use std::thread;

/// The command with this on its standard input.
pub fn with_input(home: &Home, arguments: &[&str], input: &str) -> Done {
    let mut child = home
        .command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code(), said: text(output.stdout), complained: text(output.stderr) }
}

#[track_caller]
pub fn does(done: Done, words: &str) -> Done {
    assert_eq!((done.code, done.complained.as_str()), (Some(0), ""), "{done:?}");
    assert!(done.said.contains(words), "{words:?} is not in {done:?}");
    done
}

#[track_caller]
pub fn refuses(done: &Done, words: &[&str]) {
    assert_eq!((done.code, done.said.as_str()), (Some(1), ""), "{done:?}");
    for words in words {
        assert!(done.complained.contains(words), "{words:?} is not in {done:?}");
    }
}

fn create(home: &Home, name: &str) -> Done {
    let email = format!("email={name}@domain.com");
    with_input(
        home,
        &[
            "user",
            "create",
            name,
            "-a",
            &email,
            "-a",
            "nickname=Jo",
            "--verified",
            "--password-stdin",
            "--permanent",
        ],
        &format!("{PASSWORD}\n"),
    )
}

pub fn sign_in(running: &Running, name: &str, password: &str) -> (Browser, u16) {
    let mut browser = running.browser();
    let status = browser.post("/sign-in", &[("username", name), ("password", password)]).unwrap().status;
    (browser, status)
}

#[test]
fn user_commands_create_show_change_and_delete_an_account() {
    let home = Home::new(CONFIG);
    does(create(&home, "jdoe"), "jdoe (sub ");
    let running = home.start();
    let (mut jane, status) = sign_in(&running, "jdoe@domain.com", PASSWORD);
    assert_eq!(status, 200);
    assert_eq!(jane.get("/profile/attributes.json").unwrap().json()["email_verified"], "true");

    let shown = does(home.run(&["user", "show", "jdoe"], &[]), "jdoe@domain.com (verified)");
    assert!(shown.said.contains("state     confirmed since ") && !shown.said.contains("argon2"), "{shown:?}");
    let json: Value =
        serde_json::from_str(&does(home.run(&["user", "show", "jdoe", "--json"], &[]), "").said).unwrap();
    assert_eq!(
        (&json["attributes"]["nickname"], &json["sessions"], &json["status"]),
        (&"Jo".into(), &1.into(), &"confirmed".into())
    );

    does(
        home.run(&["user", "set-attribute", "jdoe", "nickname=", "family_name=Doe"], &[]),
        "family_name: done\nnickname: done\n",
    );
    let profile = jane.get("/profile/attributes.json").unwrap().json();
    assert_eq!((&profile["family_name"], &profile["nickname"]), (&"Doe".into(), &Value::Null));
    let wrong = home.run(&["user", "set-attribute", "jdoe", "birthdate=soon", "nope=1"], &[]);
    refuses(
        &wrong,
        &["nameplate: birthdate: Enter a real date", "nameplate: nope: There is no such attribute"],
    );

    refuses(&home.run(&["user", "delete", "jdoe"], &[]), &["say so with --yes"]);
    does(home.run(&["user", "delete", "jdoe", "--yes"], &[]), "is gone, with everything of it");
    assert_eq!(jane.get("/profile/attributes.json").unwrap().status, 401);
    refuses(&home.run(&["user", "show", "jdoe"], &[]), &["there is no account called \"jdoe\""]);
    does(create(&home, "jdoe"), "jdoe (sub ");
    running.stop();
}

#[test]
fn user_create_with_several_faults_names_each_field() {
    let home = Home::new(CONFIG);
    let wrong =
        with_input(&home, &["user", "create", "j doe", "-a", "email=me", "--password-stdin"], "short\n");
    refuses(
        &wrong,
        &["nameplate: username: ", "nameplate: password: ", "nameplate: email: Enter an email address"],
    );
    let neither = home.run(&["user", "create", "jdoe"], &[]);
    assert_eq!(neither.code, Some(2), "{neither:?}");
    let twice = with_input(
        &home,
        &["user", "create", "jdoe", "-a", "name=a", "-a", "name=b", "--password-stdin"],
        PASSWORD,
    );
    refuses(&twice, &["the attribute name is told twice"]);
}

#[test]
fn user_list_filters_accounts_as_text_and_json() {
    let home = Home::new(CONFIG);
    for name in ["ann", "ben", "cleo"] {
        does(create(&home, name), "was created");
    }
    does(home.run(&["user", "disable", "ben"], &[]), "nobody is signed in");
    let list = |arguments: &[&str]| does(home.run(&[&["user", "list"], arguments].concat(), &[]), "").said;
    let names =
        |text: &str| text.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&list(&[])), ["ann", "ben", "cleo"]);
    assert_eq!(names(&list(&["--status", "disabled"])), ["ben"]);
    assert_eq!(names(&list(&["--search", "CLEO@"])), ["cleo"]);
    for line in list(&["--json"]).lines() {
        let account: Value = serde_json::from_str(line).unwrap();
        assert!(account["sub"].is_string() && account.get("password_hash").is_none(), "{line}");
    }
}

#[test]
fn user_disable_ends_sessions_and_tells_only_the_owner() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let mut jane = running.signed_in("jane");
    does(home.run(&["user", "disable", "jane"], &[]), "is disabled");
    assert_eq!(jane.get("/profile/attributes.json").unwrap().status, 401);
    let mut browser = running.browser();
    let page = browser.submit("/sign-in", &[("username", "jane"), ("password", PASSWORD)]).unwrap();
    let said = if page.status == 303 { browser.get("/sign-in").unwrap().body } else { page.body };
    assert!(said.contains("This account is disabled."), "{said}");
    let page = browser.post("/sign-in", &[("username", "jane"), ("password", "wrong")]).unwrap();
    assert!(page.status == 401 && !page.body.contains("Disabled"), "{page:?}");
    does(home.run(&["user", "enable", "jane"], &[]), "is enabled");
    assert_eq!(sign_in(&running, "jane", PASSWORD).1, 200);
    running.stop();
}

#[test]
fn user_reset_password_sends_a_code_or_sets_it_at_once() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let mut jane = running.signed_in("jane");
    let old = running.code_for("jane@domain.com");
    does(home.run(&["user", "reset-password", "jane"], &[]), "goes to jane@domain.com");
    let code = until("a new code", || running.code_in_mailbox("jane@domain.com").filter(|code| *code != old));
    let form = [
        ("username", "jane"),
        ("code", &code),
        ("password", "another+Password-1"),
        ("confirm_password", "another+Password-1"),
    ];
    running.browser().post("/reset-password", &form).unwrap().succeeds();
    assert_eq!(jane.get("/profile/attributes.json").unwrap().status, 401);
    let (mut jane, status) = sign_in(&running, "jane", "another+Password-1");
    assert_eq!(status, 200);

    let set = ["user", "reset-password", "jane@domain.com", "--password-stdin", "--permanent"];
    refuses(&with_input(&home, &set, "short"), &["password: "]);
    does(with_input(&home, &set, "a+third-Password\r\n"), "has the new password");
    assert_eq!(jane.get("/profile/attributes.json").unwrap().status, 401);
    assert_eq!(sign_in(&running, "jane", "a+third-Password").1, 200);
    running.stop();
}

#[test]
fn user_commands_beside_a_loaded_program_lose_nothing() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let rounds = 6;
    thread::scope(|scope| {
        for worker in 0..3 {
            let mut browser = running.browser();
            scope.spawn(move || {
                for number in 0..15 {
                    browser.cookies.clear();
                    browser.sign_up(&format!("w{worker}-{number}")).unwrap().succeeds();
                }
            });
        }
        for number in 0..rounds {
            does(create(&home, &format!("made{number}")), "was created");
            does(
                home.run(
                    &["user", "set-attribute", &format!("made{number}"), &format!("nickname={number}")],
                    &[],
                ),
                "done",
            );
        }
    });
    let listed = does(home.run(&["user", "list"], &[]), "").said;
    assert_eq!(listed.lines().count(), 45 + rounds, "{listed}");
    for number in 0..rounds {
        let (mut browser, status) = sign_in(&running, &format!("made{number}"), PASSWORD);
        assert_eq!(status, 200);
        assert_eq!(browser.get("/profile/attributes.json").unwrap().json()["nickname"], number.to_string());
    }
    running.stop();
}

#[test]
fn user_list_without_a_store_creates_none() {
    let home = Home::with_files(CONFIG);
    refuses(&home.run(&["user", "list"], &[]), &["there is no store at ./data/nameplate.db yet"]);
    assert!(!home.data().exists());
}

#[test]
fn user_commands_by_sub_username_or_contact_pick_the_account() {
    let home = Home::new(CONFIG);
    does(create(&home, "jdoe"), "jdoe (sub ");
    does(home.run(&["user", "disable", "jdoe", "--by", "username"], &[]), "jdoe (sub ");
    does(home.run(&["user", "enable", "--by", "contact", "jdoe@domain.com"], &[]), "is enabled");
    refuses(
        &home.run(&["user", "show", "jdoe", "--by", "sub"], &[]),
        &["there is no account called \"jdoe\""],
    );
    let shown: Value =
        serde_json::from_str(&does(home.run(&["user", "show", "jdoe", "--json"], &[]), "").said).unwrap();
    let sub = shown["sub"].as_str().unwrap();
    does(
        home.run(&["user", "delete", "--by", "sub", sub, "--yes"], &[]),
        &format!("jdoe (sub {sub}) is gone"),
    );
    let taken = with_input(
        &home,
        &["user", "create", sub, "-a", "email=x@domain.com", "--verified", "--password-stdin"],
        PASSWORD,
    );
    refuses(&taken, &["username: "]);
}
