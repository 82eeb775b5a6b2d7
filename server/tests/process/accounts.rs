//! The operator's commands for accounts, beside a program that serves.

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
fn user_import_of_an_export_lets_the_accounts_sign_in() {
    let (home, elsewhere) = (Home::new(CONFIG), Home::new(CONFIG));
    for name in ["ann", "ben"] {
        does(create(&home, name), "was created");
    }
    let exported = does(home.run(&["user", "export"], &[]), "$argon2id$").said;
    std::fs::write(elsewhere.path("people.jsonl"), &exported).unwrap();
    does(elsewhere.run(&["user", "import", "people.jsonl", "--check"], &[]), "2 accounts would be imported");
    does(elsewhere.run(&["user", "import", "people.jsonl"], &[]), "2 accounts imported");
    assert_eq!(does(elsewhere.run(&["user", "export"], &[]), "").said, exported);
    let again = elsewhere.run(&["user", "import", "people.jsonl"], &[]);
    refuses(
        &again,
        &["line 1, username: already taken by an account here", "line 2, username", "nothing was imported"],
    );
    does(
        elsewhere.run(&["user", "import", "people.jsonl", "--skip-existing"], &[]),
        "2 accounts skipped, because they already exist",
    );
    let running = elsewhere.start();
    assert_eq!(sign_in(&running, "ann@domain.com", PASSWORD).1, 200);
    running.stop();
}

#[test]
fn user_import_reads_cognito_json_and_csv() {
    let home = Home::new(CONFIG);
    let sub = "7f0e3c52-6d0e-4a8e-9b1f-0a52a4a3f001";
    let json = format!(
        r#"{{"Users": [
            {{"Username": "ann", "Attributes": [{{"Name": "sub", "Value": "{sub}"}}, {{"Name": "email", "Value": "ann@domain.com"}},
              {{"Name": "email_verified", "Value": "true"}}, {{"Name": "identities", "Value": "[]"}}],
              "UserCreateDate": "2023-05-04T10:20:30.123000+02:00", "UserLastModifiedDate": 1700000000.5, "Enabled": true, "UserStatus": "CONFIRMED"}},
            {{"Username": "ben", "Attributes": [{{"Name": "email", "Value": "ben@domain.com"}}], "Enabled": false, "UserStatus": "UNCONFIRMED"}}
        ]}}"#
    );
    std::fs::write(home.path("users.json"), json).unwrap();
    let done = does(home.run(&["user", "import", "users.json"], &[]), "2 accounts imported");
    assert!(
        done.said.contains("Can't sign in yet: no password. They choose")
            && done.said.contains("disabled. To enable an account"),
        "{done:?}"
    );
    let ann: Value =
        serde_json::from_str(&does(home.run(&["user", "show", "ann", "--json"], &[]), "").said).unwrap();
    assert_eq!(
        (&ann["sub"], &ann["verified"][0], &ann["status"]),
        (&sub.into(), &"email".into(), &"confirmed".into())
    );
    assert_eq!(
        (&ann["created_at"], &ann["updated_at"]),
        (&"2023-05-04T08:20:30.123Z".into(), &"2023-11-14T22:13:20.5Z".into())
    );

    let header =
        "cognito:username,name,email,email_verified,phone_number_verified,cognito:mfa_enabled,birthdate\n";
    let rows =
        "cleo,\"Cleo, Q.\",cleo@domain.com,TRUE,FALSE,FALSE,\ndora,,dora,TRUE,FALSE,FALSE,1990-02-30\n";
    std::fs::write(home.path("users.csv"), format!("{header}{rows}")).unwrap();
    let wrong = home.run(&["user", "import", "users.csv"], &[]);
    refuses(
        &wrong,
        &[
            "line 3, birthdate: Enter a real date",
            "line 3, email: Enter an email address",
            "nothing was imported",
        ],
    );
    std::fs::write(home.path("users.csv"), format!("{header}{}", rows.lines().next().unwrap())).unwrap();
    does(home.run(&["user", "import", "users.csv"], &[]), "1 account imported");
    let running = home.start();
    let mut cleo = running.browser();
    cleo.post("/forgot-password", &[("username", "cleo@domain.com")]).unwrap().succeeds();
    let code = running.code_for("cleo@domain.com");
    let form = [
        ("username", "cleo@domain.com"),
        ("code", &code),
        ("password", PASSWORD),
        ("confirm_password", PASSWORD),
    ];
    cleo.post("/reset-password", &form).unwrap().succeeds();
    let (mut cleo, status) = sign_in(&running, "cleo", PASSWORD);
    assert_eq!(status, 200);
    assert_eq!(cleo.get("/profile/attributes.json").unwrap().json()["name"], "Cleo, Q.");
    running.stop();

    std::fs::write(home.path("letter.txt"), "Dear all,\n").unwrap();
    refuses(&home.run(&["user", "import", "letter.txt"], &[]), &["none of the files that can be imported"]);
}

/// Some who can come in, and some who can't.
const PEOPLE: &str = "cognito:username,name,email,email_verified,birthdate
ann,Ann,ann@domain.com,TRUE,02/01/1985
ben,Ben,ben@domain,TRUE,
cleo@domain.com,Cleo,cleo@domain.com,TRUE,

dora,Dora,dora@domain.com,FALSE,
eve,\"Eve, the first\",eve@domain.com,TRUE,soon
";

fn mode(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn user_import_check_tells_all_and_changes_nothing() {
    let home = Home::new(CONFIG);
    std::fs::write(home.path("people.csv"), PEOPLE).unwrap();
    let check = home.run(&["user", "import", "people.csv", "--check"], &[]);
    assert_eq!(check.code, Some(1), "{check:?}");
    for words in [
        "3 accounts would be imported without the 2 that can't be",
        "Can't sign in: no password, and no verified contact for a code.",
        "  line 6, dora, dora@domain.com",
        "Can't sign in yet: no password. They choose one with \"Forgot your password?\" (2 accounts):",
        "  line 2, ann, ann@domain.com: birthdate: 02/01/1985 is now 1985-02-01",
        "cleo@domain.com: it was cleo@domain.com",
    ] {
        assert!(check.said.contains(words), "{words:?} is not in {}", check.said);
    }
    for words in [
        "line 3, email: Enter an email address",
        "line 7, birthdate: Enter a real date",
        "2 accounts can't be imported, so nothing was imported",
        "--skip-bad FILE",
    ] {
        assert!(check.complained.contains(words), "{words:?} is not in {}", check.complained);
    }
    let check = home.run(&["user", "import", "people.csv", "--check", "--skip-bad", "bad.csv"], &[]);
    does(check, "2 accounts would be left out and written to bad.csv");
    assert!(!home.path("bad.csv").exists());
    assert_eq!(does(home.run(&["user", "list"], &[]), "").said, "");
}

#[test]
fn user_import_skipping_bad_rows_writes_them_to_be_corrected() {
    let home = Home::new(CONFIG);
    refuses(&with_input(&home, &["user", "import", "-"], PEOPLE), &["nothing was imported"]);
    let import = ["user", "import", "-", "--skip-bad", "bad.csv", "--report", "report.jsonl"];
    let done = does(with_input(&home, &import, PEOPLE), "3 accounts imported");
    assert!(done.said.contains("2 accounts left out and written to bad.csv"), "{done:?}");
    assert!(done.said.contains("The full report is in report.jsonl"), "{done:?}");
    assert_eq!((mode(&home.path("bad.csv")), mode(&home.path("report.jsonl"))), (0o600, 0o600));

    let report = std::fs::read_to_string(home.path("report.jsonl")).unwrap();
    let told: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let about = |name: &str| {
        told.iter()
            .filter(|it| it["username"] == name)
            .map(|it| it["topic"].as_str().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(about("ann"), ["no_password", "value_rewritten"]);
    assert_eq!(about("dora"), ["no_password_and_no_verified_contact"]);
    assert!(told.iter().all(|it| it["sub"].is_string() && it["can_sign_in"].is_boolean()), "{report}");

    let bad = std::fs::read_to_string(home.path("bad.csv")).unwrap();
    assert_eq!(
        bad,
        "nameplate:reason,cognito:username,name,email,email_verified,birthdate
\"line 3, email: Enter an email address like name@example.com.\",ben,Ben,ben@domain,TRUE,
\"line 7, birthdate: Enter a real date, like 1990-12-31.\",eve,\"Eve, the first\",eve@domain.com,TRUE,soon
"
    );
    let again = with_input(&home, &import, PEOPLE);
    refuses(&again, &["bad.csv exists already"]);
    let corrected = bad.replace("ben@domain,", "ben@domain.com,").replace("soon", "1990-12-31");
    does(with_input(&home, &["user", "import", "-"], &corrected), "2 accounts imported");
    let eve: Value =
        serde_json::from_str(&does(home.run(&["user", "show", "eve", "--json"], &[]), "").said).unwrap();
    assert_eq!(
        (&eve["attributes"]["name"], &eve["attributes"]["birthdate"]),
        (&"Eve, the first".into(), &"1990-12-31".into())
    );

    // All of the first file once more: those who are there are found, also by no more than a contact.
    let all = PEOPLE.replace("ben@domain,", "ben@domain.com,").replace("soon", "1990-12-31");
    let again =
        does(with_input(&home, &["user", "import", "-", "--skip-existing"], &all), "0 accounts imported");
    assert!(again.said.contains("5 accounts skipped"), "{again:?}");
}

#[test]
fn user_import_with_many_equal_faults_shows_the_first_ones() {
    let home = Home::new(CONFIG);
    let rows: String = (0..30).map(|number| format!("p{number},p{number}@domain.com,TRUE,x\n")).collect();
    let table = format!("cognito:username,email,email_verified,custom:old\n{rows}");
    let refused = with_input(&home, &["user", "import", "-"], &table);
    refuses(
        &refused,
        &["line 2, custom:old: ", "line 6, custom:old: ", "and 25 more", "30 accounts can't be imported"],
    );
    assert!(!refused.complained.contains("line 7, "), "{refused:?}");
    let done = does(
        with_input(&home, &["user", "import", "-", "--unknown", "drop"], &table),
        "30 accounts imported",
    );
    for words in
        ["doesn't have it: custom:old (30 accounts)", "  line 11, p9 (sub ", "  and 20 more", "--report FILE"]
    {
        assert!(done.said.contains(words), "{words:?} is not in {}", done.said);
    }
    assert!(!done.said.contains("line 12, "), "{done:?}");
}

#[test]
fn user_import_of_an_old_unconfirmed_account_survives_the_start() {
    let home = Home::new(CONFIG);
    let json = r#"{"Users": [{"Username": "late", "UserStatus": "UNCONFIRMED", "UserCreateDate": 1500000000,
        "Attributes": [{"Name": "email", "Value": "late@domain.com"}]}]}"#;
    does(with_input(&home, &["user", "import", "-"], json), "Can't sign in yet: not confirmed");
    let running = home.start();
    running.signed_in("jane");
    running.stop();
    let late: Value =
        serde_json::from_str(&does(home.run(&["user", "show", "late", "--json"], &[]), "").said).unwrap();
    assert_eq!(
        (&late["status"], &late["created_at"]),
        (&"unconfirmed".into(), &"2017-07-14T02:40:00Z".into())
    );
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
