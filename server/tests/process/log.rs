//! What others can make the log say.

use crate::browser::{Answer, Browser};
use crate::program::{CONFIG, Home, Running};
use std::io::Write as _;

/// The answer to a request with this head.
fn asks(running: &Running, head: &str) -> Answer {
    let mut stream = running.browser().connect().unwrap();
    stream.write_all(format!("{head}\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    Answer::read(&mut stream).unwrap()
}

/// A form of a page of this origin, from a browser that says nothing else of where it comes from.
fn posts(browser: &Browser, more: &str) -> u16 {
    let mut stream = browser.connect().unwrap();
    let head = browser.head("POST", "/sign-in", &format!("{more}Content-Length: 0\r\n"));
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    Answer::read(&mut stream).unwrap().status
}

#[test]
fn log_of_long_addresses_and_methods_is_cut() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let long = |length| "a".repeat(length);
    for _ in 0..40 {
        let refused = asks(&running, &format!("GET /{} HTTP/1.1", long(60_000)));
        assert_eq!(refused.status, 414, "{refused:?}");
        assert!(refused.headers.iter().any(|(name, _)| name == "x-content-type-options"), "{refused:?}");
        assert_eq!(asks(&running, &format!("GET /?{} HTTP/1.1", long(60_000))).status, 414);
        assert_eq!(asks(&running, &format!("POST /oauth2/userInfo?{} HTTP/1.1", long(9_000))).status, 414);
        assert_eq!(asks(&running, &format!("GET /{} HTTP/1.1", long(8_000))).status, 404);
        assert_eq!(asks(&running, &format!("GET /?{} HTTP/1.1", long(8_000))).status, 303);
        asks(&running, &format!("{} /sign-in HTTP/1.1", long(20_000)));
        asks(&running, "GET /\u{202e}\u{9b}31m HTTP/1.1");
    }
    let log = running.program.log();
    assert!(log.len() < 100_000, "{}", log.len());
    assert!(log.contains("aaa… (8001 bytes)") && log.contains("aaa… (20000 bytes)"), "{log}");
    assert!(!log.contains('\u{202e}') && !log.contains('\u{9b}') && !log.contains(&long(300)), "{log}");
    running.stop();
}

#[test]
fn log_of_a_refused_origin_is_one_warning_with_both_origins() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let browser = running.browser();
    for _ in 0..3 {
        assert_eq!(posts(&browser, "Origin: http://192.168.1.5:3000\r\n"), 403);
        assert_eq!(posts(&browser, ""), 403);
        assert_eq!(posts(&browser, &format!("Origin: http://{}.example\r\n", "x".repeat(5000))), 403);
        assert_ne!(posts(&browser, &format!("Origin: http://{}\r\n", running.address)), 403);
    }
    for number in 0..200 {
        posts(&browser, &format!("Origin: http://{number}.example\r\n"));
    }
    let log = running.program.log();
    let told: Vec<_> = log.lines().filter(|line| line.contains("a form was refused")).collect();
    assert!(told.len() <= 64, "{}", told.len());
    let both = told
        .iter()
        .filter(|line| line.contains("http://192.168.1.5:3000") && line.contains(&running.address));
    assert_eq!(both.count(), 1, "{log}");
    assert_eq!(told.iter().filter(|line| line.contains("origin=\"none\"")).count(), 1, "{log}");
    assert!(told.iter().all(|line| line.len() < 1000), "{log}");
    running.stop();
}

#[test]
fn log_of_an_unnamed_proxy_is_one_warning() {
    const WORDS: &str = "a forwarded address was not believed";
    let home = Home::new(CONFIG);
    let warnings = |trusted: &str| {
        let running = home.spawn(&[("NAMEPLATE_TRUSTED_PROXIES", trusted)]).running();
        for header in
            ["X-Forwarded-For: 198.51.100.7", "Forwarded: for=198.51.100.7", "X-Real-IP: 198.51.100.7"]
        {
            asks(&running, &format!("GET /sign-in HTTP/1.1\r\n{header}"));
        }
        let log = running.program.log();
        running.stop();
        log.lines().filter(|line| line.contains(WORDS)).map(str::to_owned).collect::<Vec<_>>()
    };
    let told = warnings("10.0.0.0/8");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("peer=127.0.0.1") && told[0].contains("NAMEPLATE_TRUSTED_PROXIES"), "{told:?}");
    assert_eq!(warnings("127.0.0.1"), Vec::<String>::new());
}
