//! `/readyz` tells the truth: on a store that is gone, and while the program stops.

use crate::program::{CONFIG, Home, until};
use std::fs;
use std::net::TcpStream;

#[test]
fn readyz_after_the_stop_signal_is_503_while_pages_are_served() {
    let home = Home::new(&format!("{CONFIG}\n[server]\nlame_duck = '10min'\n"));
    let mut running = home.start();
    let mut browser = running.browser();
    running.program.signal("TERM");
    let answer = until("not ready", || browser.get("/readyz").ok().filter(|answer| answer.status == 503));
    assert_eq!(answer.body, "the service is stopping\n");
    assert!(answer.headers.iter().any(|(name, _)| name == "retry-after"), "{answer:?}");
    assert_eq!(browser.get("/sign-in").unwrap().status, 200);
    assert_eq!(browser.get("/healthz").unwrap().status, 200);
    running.program.signal("TERM");
    assert!(running.program.end().success(), "{}", running.program.log());
}

#[test]
fn lame_duck_period_that_is_over_closes_the_port() {
    let home = Home::new(&format!("{CONFIG}\n[server]\nlame_duck = '100ms'\n"));
    let mut running = home.start();
    running.program.signal("TERM");
    assert!(running.program.end().success(), "{}", running.program.log());
    assert!(TcpStream::connect(&running.address).is_err());
}

#[test]
fn database_file_deleted_while_serving_is_not_ready_and_503() {
    let home = Home::with_files(CONFIG);
    let running = home.start();
    let mut jane = running.signed_in("jane");
    fs::rename(home.data().join("nameplate.db"), home.path("aside.db")).unwrap();
    let answer = until("not ready", || jane.get("/readyz").ok().filter(|answer| answer.status == 503));
    assert_eq!(answer.body, "the database file was deleted while it is in use\n");
    let refused = jane.post("/profile", &[("attributes[nickname]", "lost")]).unwrap();
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.headers.iter().any(|(name, value)| name == "retry-after" && value == "2"), "{refused:?}");
    let log = running.program.log();
    assert!(log.contains("was deleted while it is in use"), "{log}");

    // Put back where it was, it goes on.
    fs::rename(home.path("aside.db"), home.data().join("nameplate.db")).unwrap();
    until("ready", || jane.get("/readyz").ok().filter(|answer| answer.status == 200));
    jane.post("/profile", &[("attributes[nickname]", "kept")]).unwrap().succeeds();
    running.stop();
}
