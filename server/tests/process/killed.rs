//! kill -9 under load: nothing that was acknowledged is lost.

use crate::browser::Browser;
use crate::mailroom::Mailroom;
use crate::program::{CONFIG, Home, Running, a_moment, chance, now, until};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How often the program is killed; more with `NAMEPLATE_TEST_KILLS`.
#[expect(clippy::disallowed_methods, reason = "this asks for the length of a test, not for a setting")]
fn kills() -> usize {
    std::env::var("NAMEPLATE_TEST_KILLS").ok().and_then(|times| times.parse().ok()).unwrap_or(3)
}

const NEWCOMERS: usize = 3;
const RESIDENTS: usize = 3;

/// Somebody with an account, who changes their nickname to one number after the other.
struct Resident {
    browser: Browser,
    asked: usize,
    acknowledged: usize,
}

impl Resident {
    /// Until the program is gone.
    fn change(&mut self, acknowledged: &AtomicUsize) {
        loop {
            self.asked += 1;
            let nickname = self.asked.to_string();
            // Both kinds of form: their answers are made in different places.
            let fields = [("attributes[nickname]", nickname.as_str())];
            let answer = match self.asked % 2 {
                0 => self.browser.submit("/profile", &fields),
                _ => self.browser.post("/profile", &fields),
            };
            let Ok(answer) = answer else { return };
            answer.succeeds();
            self.acknowledged = self.asked;
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The last acknowledged nickname is there, or the one that was asked for when the program died.
    fn is_what_was_acknowledged(&mut self) {
        let profile = self.browser.get("/profile/attributes.json").unwrap();
        assert_eq!(profile.status, 200, "the session is lost: {profile:?}");
        let stored: usize = profile.json()["nickname"].as_str().map_or(0, |it| it.parse().unwrap());
        let possible = [self.acknowledged, self.asked];
        assert!(
            possible.contains(&stored),
            "acknowledged was {}, asked for {}, stored is {stored}",
            self.acknowledged,
            self.asked
        );
        (self.asked, self.acknowledged) = (stored, stored);
    }
}

/// Signs one person up after the other, until the program is gone; those who were acknowledged, with their
/// tickets.
fn newcomers(running: &Running, prefix: &str, acknowledged: &AtomicUsize) -> Vec<Browser> {
    let mut signed_up = Vec::new();
    for number in 0.. {
        let mut browser = running.browser();
        let Ok(answer) = browser.sign_up(&format!("{prefix}-{number}")) else { break };
        answer.succeeds();
        signed_up.push(browser);
        acknowledged.fetch_add(1, Ordering::Relaxed);
    }
    signed_up
}

/// Everybody works until the program is killed, some time after so many acknowledged changes; those who
/// signed up meanwhile.
fn killed_under_load(running: &mut Running, round: usize, residents: &mut [Resident]) -> Vec<Browser> {
    let acknowledged = AtomicUsize::new(0);
    let signed_up = Mutex::new(Vec::new());
    // At any moment: in the middle of any group of writes.
    let enough = 20 + chance(60);
    let stopped = AtomicBool::new(false);
    thread::scope(|scope| {
        let (address, acknowledged, signed_up, stopped) =
            (running.address.clone(), &acknowledged, &signed_up, &stopped);
        let serving: &Running = running;
        for number in 0..NEWCOMERS {
            scope.spawn(move || {
                let found = newcomers(serving, &format!("r{round}-{number}"), acknowledged);
                signed_up.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
                stopped.store(true, Ordering::Relaxed);
            });
        }
        for resident in residents {
            resident.browser = resident.browser.at(&address);
            scope.spawn(move || resident.change(acknowledged));
        }
        until("enough work", || {
            (acknowledged.load(Ordering::Relaxed) >= enough || stopped.load(Ordering::Relaxed)).then_some(())
        });
        a_moment();
        serving.program.signal("KILL");
    });
    assert!(acknowledged.load(Ordering::Relaxed) >= enough, "it ended by itself: {}", running.program.log());
    running.program.end();
    signed_up.into_inner().unwrap()
}

#[test]
fn program_killed_under_load_loses_nothing_acknowledged() {
    let home = Home::new(CONFIG);
    let mut running = home.start();
    let settle = |number| Resident {
        browser: running.signed_in(&format!("resident{number}")),
        asked: 0,
        acknowledged: 0,
    };
    let mut residents: Vec<_> = (0..RESIDENTS).map(settle).collect();
    for round in 0..kills() {
        let signed_up = killed_under_load(&mut running, round, &mut residents);
        running = home.start();
        for resident in &mut residents {
            resident.browser = resident.browser.at(&running.address);
            resident.is_what_was_acknowledged();
        }
        for newcomer in &signed_up {
            let page = newcomer.at(&running.address).get("/confirm").unwrap();
            assert!(page.body.contains("r***@d***"), "round {round}: a sign-up is lost: {page:?}");
        }
    }
    running.stop();
}

#[test]
fn program_killed_while_sending_a_code_sends_it_after_restart() {
    let (home, mail) = (Home::new(CONFIG), Mailroom::open());
    let mut running = home.spawn(&[("NAMEPLATE_SMTP_URL", &mail.url())]).running();
    let _held = mail.hold_next();
    let mut browser = running.browser();
    browser.sign_up("ann").unwrap().succeeds();
    until("a mail in flight", || (mail.held() == 1).then_some(()));
    running.program.kill();

    let running = home.spawn(&[("NAMEPLATE_SMTP_URL", &mail.url())]).running();
    let restarted = now();
    let code = mail.code_for("ann@domain.com");
    // Of several nodes another one may be alive: what it has in hand is watched for a while first.
    let patience = Duration::from_secs(if home.has_files() { 5 } else { 20 });
    assert!(restarted.elapsed() < patience, "it took {:?}", restarted.elapsed());
    let mut browser = browser.at(&running.address);
    browser.post("/confirm", &[("code", &code)]).unwrap().succeeds();
    assert_eq!(mail.repeated(), 0);
    running.stop();
}

#[test]
fn mail_refused_for_the_sender_is_sent_once_that_is_corrected() {
    let (home, mail) = (Home::new(CONFIG), Mailroom::open());
    mail.refuse_sender(Some("553 5.7.1 Sender address rejected: not owned by user"));
    let running = home.spawn(&[("NAMEPLATE_SMTP_URL", &mail.url())]).running();
    for name in ["ann", "bob"] {
        running.browser().sign_up(name).unwrap().succeeds();
    }
    let words = "answered 553 to MAIL FROM: 5.7.1 Sender address rejected: not owned by user";
    let said = || running.program.log().matches(words).count();
    until("a word in the log", || (said() > 0).then_some(()));
    mail.refuse_sender(None);
    for name in ["ann", "bob"] {
        mail.code_for(&format!("{name}@domain.com"));
    }
    assert_eq!(said(), 1, "{}", running.program.log());
    running.stop();
}

#[test]
fn program_killed_before_sending_a_code_sends_it_after_restart() {
    let home = Home::new(CONFIG);
    // Nobody takes mail at this address.
    let mut running = home.spawn(&[("NAMEPLATE_SMTP_URL", "smtp://127.0.0.1:9")]).running();
    let people = ["ann", "bob", "cid"];
    let sign_up = |name: &&str| {
        let mut browser = running.browser();
        browser.sign_up(name).unwrap().succeeds();
        browser
    };
    let browsers: Vec<_> = people.iter().map(sign_up).collect();
    let tried = |log: &str| log.matches("could not be sent").count() >= people.len();
    until("three attempts", || tried(&running.program.log()).then_some(()));
    running.browser().sign_up("another-write").unwrap().succeeds();
    running.program.kill();

    let mail = Mailroom::open();
    let running = home.spawn(&[("NAMEPLATE_SMTP_URL", &mail.url())]).running();
    for (name, browser) in people.iter().zip(browsers) {
        let mut browser = browser.at(&running.address);
        let code = mail.code_for(&format!("{name}@domain.com"));
        browser.post("/confirm", &[("code", &code)]).unwrap().succeeds();
        assert_eq!(browser.get("/profile/attributes.json").unwrap().json()["email_verified"], "true");
    }
    running.stop();
}
