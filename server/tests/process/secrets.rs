//! What was typed in secret stands in no file: not in the database, its write-ahead log or the keys, not in
//! the log.

use crate::browser::{Browser, PASSWORD};
use crate::program::{CONFIG, Home, Running};
use accounts::Timestamp;
use accounts::factors::shown_by;
use std::time::{SystemTime, UNIX_EPOCH};

const WRONG: &str = "Not-my+pass-77";
const NEW: &str = "Another+calm-Fjord-42";

/// Whether the digits of a code stand alone there. Microseconds of a time (`.418207Z`) are no code.
fn says_code(text: &[u8], code: &str) -> bool {
    let digit = |at: Option<&u8>| at.is_some_and(u8::is_ascii_digit);
    let places = text.windows(code.len()).enumerate().filter(|(_, window)| *window == code.as_bytes());
    let before = |at: usize| at.checked_sub(1).and_then(|at| text.get(at));
    let mut alone = places.filter(|(at, _)| {
        !digit(before(*at)) && !digit(text.get(at + code.len())) && before(*at) != Some(&b'.')
    });
    alone.next().is_some()
}

fn says(text: &[u8], secret: &str) -> bool {
    text.windows(secret.len()).any(|window| window == secret.as_bytes())
}

/// Looks into every file, while the program runs: what it removes later could be read until then.
#[track_caller]
fn nobody_can_read(home: &Home, running: &Running, codes: &[&str], secrets: &[&str]) {
    // Twice: the cleaning may empty the log of the writes into the database between a look at the one and at
    // the other.
    let mut places = [home.files(), home.files()].concat();
    let log = running.program.log();
    assert!(log.contains("request"), "there is no log to look into: {log}");
    places.push(("the log".into(), log.into_bytes()));
    places.push(("standard output".into(), running.program.said().into_bytes()));
    if !home.has_files() {
        places.push(("the database".into(), home.stored_elsewhere()));
    }
    let stored = |(name, bytes): &(String, Vec<u8>)| {
        (name.contains(".db") || name == "the database") && says(bytes, "jane")
    };
    assert!(places.iter().any(stored), "there is no store to look into");
    for (name, bytes) in &places {
        for code in codes {
            assert!(!says_code(bytes, code), "a code is in {name}");
        }
        for secret in secrets {
            assert!(!says(bytes, secret), "{secret} is in {name}");
        }
    }
}

fn cookie(browser: &Browser, name: &str) -> String {
    browser.cookies.get(name).unwrap_or_else(|| panic!("no cookie {name}: {browser:?}")).clone()
}

#[test]
fn files_and_log_hold_no_code_password_or_session() {
    let home = Home::new(&format!("{CONFIG}\n[server]\nlog_level = 'trace'\n"));
    let running = home.start();
    let mut browser = running.browser();
    browser.sign_up("jane").unwrap().succeeds();
    let ticket = cookie(&browser, "nameplate-sign-up");
    let first = running.code_for("jane@domain.com");
    nobody_can_read(&home, &running, &[&first], &[PASSWORD, &ticket]);

    browser.post("/confirm", &[("code", "000000")]).unwrap();
    browser.post("/confirm", &[("code", &first)]).unwrap().succeeds();
    let session = cookie(&browser, "nameplate");
    browser.submit("/profile/email", &[("attributes[email]", "new@domain.com")]).unwrap().succeeds();
    let second = running.code_for("new@domain.com");
    nobody_can_read(&home, &running, &[&first, &second], &[PASSWORD, &ticket, &session]);
    browser.submit("/profile/email/verify", &[("code", &second)]).unwrap().succeeds();

    let mut other = running.browser();
    let wrong = other.submit("/sign-in", &[("username", "jane"), ("password", WRONG)]).unwrap();
    assert!(!wrong.acknowledges() && !wrong.body.contains(WRONG));
    other.submit("/sign-in", &[("username", "jane"), ("password", PASSWORD)]).unwrap().succeeds();
    // What is typed into an address by mistake is not logged either.
    other.get("/profile?password=A%2Bcalm-Fjord-41&code=918273").unwrap();
    let secrets = [PASSWORD, WRONG, &ticket, &session, &cookie(&other, "nameplate"), "A%2Bcalm-Fjord-41"];
    nobody_can_read(&home, &running, &[&first, &second, "918273"], &secrets);
    running.stop();
}

#[expect(clippy::disallowed_methods, reason = "another process has no test clock")]
fn wall_clock() -> Timestamp {
    Timestamp(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap())
}

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map_or("", |(found, _)| found)
}

#[test]
fn files_and_log_hold_no_app_key_recovery_code_or_reset_code() {
    let home = Home::new(&format!("{CONFIG}\n[server]\nlog_level = 'trace'\n"));
    let running = home.start();
    let mut browser = running.browser();
    browser.sign_up("jane").unwrap().succeeds();
    let first = running.code_for("jane@domain.com");
    browser.post("/confirm", &[("code", &first)]).unwrap().succeeds();

    browser.post("/security/app/new", &[]).unwrap().succeeds();
    let page = browser.get("/security/app").unwrap().body;
    let key = between(&page, "class=\"mono key\">", "<").replace(' ', "");
    assert_eq!(key.len(), 32, "{page}");
    nobody_can_read(&home, &running, &[], &[&key]);
    let shown = shown_by(&key, wall_clock()).unwrap();
    browser.post("/security/app", &[("code", &shown)]).unwrap().succeeds();
    let page = browser.get("/security/recovery-codes").unwrap().body;
    let recovery = between(&page, "class=\"codes mono\"><li>", "</li>").to_owned();
    assert_eq!(recovery.len(), 11, "{page}");
    let plain = recovery.replace('-', "");

    let mut other = running.browser();
    other.submit("/sign-in", &[("username", "jane"), ("password", PASSWORD)]).unwrap();
    let challenge = cookie(&other, "nameplate-challenge");
    nobody_can_read(&home, &running, &[&shown], &[&key, &recovery, &plain, &challenge]);
    other.submit("/sign-in/code/recovery", &[("code", &recovery)]).unwrap().succeeds();

    let mut third = running.browser();
    third.submit("/forgot-password", &[("username", "jane")]).unwrap().succeeds();
    let reset = running.code_about("jane@domain.com", "password");
    let form = [("username", "jane"), ("code", reset.as_str()), ("password", NEW), ("confirm_password", NEW)];
    third.submit("/reset-password", &form).unwrap().succeeds();
    nobody_can_read(&home, &running, &[&shown, &reset], &[&key, &recovery, &plain, &challenge, NEW]);
    running.stop();
}

#[test]
fn search_for_secrets_finds_what_is_there() {
    assert!(
        says_code(b"code=418207;", "418207")
            && says_code(b"418207", "418207")
            && says_code(b"\x00418207\xff", "418207")
    );
    assert!(
        !says_code(b"04:50:44.418207Z", "418207")
            && !says_code(b"1418207", "418207")
            && !says_code(b"4182071", "418207")
    );
    assert!(says(b"\x00A+calm-Fjord-41\x01", PASSWORD) && !says(b"A+calm-Fjord-4", PASSWORD));
}
