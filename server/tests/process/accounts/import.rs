//! Taking accounts out and in.

use super::{create, does, refuses, sign_in, with_input};
use crate::browser::PASSWORD;
use crate::program::{CONFIG, Home};
use serde_json::Value;

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
