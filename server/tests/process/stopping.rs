//! The first signal drains, the second quits.

use crate::browser::{Answer, Browser, PASSWORD, encoded};
use crate::program::{CONFIG, Home, Running, now, until};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Nothing but a signal ends anything in these tests.
fn patient() -> Home {
    Home::new(&format!(
        "{CONFIG}\n[server]\ndrain = '10min'\nbody_timeout = '10min'\nrequest_timeout = '10min'\n"
    ))
}

/// A form of which the server has the head and waits for the body.
fn half_sent(browser: &Browser, path: &str, form: &str) -> TcpStream {
    let mut stream = browser.connect().unwrap();
    let head = browser.form_head(path, "application/json", form.len());
    stream.write_all(format!("{head}Expect: 100-continue\r\n\r\n").as_bytes()).unwrap();
    // "Go on" is said once the form is being read (RFC 9110, section 10.1.1).
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

fn takes_nobody_any_more(running: &Running) {
    until("a closed door", || TcpStream::connect(&running.address).err());
}

#[test]
fn stop_signal_lets_requests_in_flight_finish() {
    for signal in ["TERM", "INT"] {
        let home = patient();
        let mut running = home.start();
        let browser = running.browser();
        let form = [
            ("username", "late"),
            ("password", PASSWORD),
            ("confirm_password", PASSWORD),
            ("attributes[email]", "late@domain.com"),
        ];
        let form = encoded(&form);
        let mut stream = half_sent(&browser, "/sign-up", &form);

        running.program.signal(signal);
        takes_nobody_any_more(&running);
        assert!(!running.program.has_ended(), "somebody is still being served");
        stream.write_all(form.as_bytes()).unwrap();
        let answer = Answer::read(&mut stream).unwrap();
        answer.succeeds();
        assert_eq!(running.program.end().code(), Some(0), "{}", running.program.log());

        // What it promised while it was stopping holds.
        let cookies = answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .filter_map(|(_, cookie)| cookie.split(';').next());
        let again = home.start();
        let mut late = again.browser();
        late.cookies.extend(
            cookies
                .filter_map(|cookie| cookie.split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        assert!(late.get("/confirm").unwrap().body.contains("l***@d***"));
        again.stop();
    }
}

#[test]
fn stop_signal_sent_twice_ends_at_once() {
    let home = patient();
    let mut running = home.start();
    let _stream = half_sent(&running.browser(), "/sign-up", "username=nobody");
    running.program.signal("TERM");
    takes_nobody_any_more(&running);
    assert!(!running.program.has_ended());
    let asked = now();
    running.program.signal("TERM");
    running.program.end();
    assert!(asked.elapsed() < Duration::from_secs(10), "it took {:?}", asked.elapsed());
}

#[test]
fn stop_with_idle_connections_and_event_streams_ends_at_once() {
    let home = patient();
    let running = home.start();
    let jane = running.signed_in("jane");
    let mut idle = jane.connect().unwrap();
    idle.write_all(format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", jane.address).as_bytes()).unwrap();
    let mut some = [0; 12];
    idle.read_exact(&mut some).unwrap();
    assert_eq!(&some, b"HTTP/1.1 200");
    let mut events = jane.connect().unwrap();
    events
        .write_all(format!("{}\r\n", jane.head("GET", "/events", "Accept: text/event-stream\r\n")).as_bytes())
        .unwrap();
    events.read_exact(&mut some).unwrap();
    assert_eq!(&some, b"HTTP/1.1 200");
    running.stop();
    let mut rest = String::new();
    events.read_to_string(&mut rest).unwrap();
    assert!(
        rest.to_lowercase().contains("text/event-stream") && rest.ends_with("0\r\n\r\n"),
        "the stream was cut off, not ended: {rest}"
    );
}

#[test]
fn stop_gives_up_requests_longer_than_the_drain_time() {
    let home = Home::new(&format!(
        "{CONFIG}\n[server]\ndrain = '50ms'\nbody_timeout = '10min'\nrequest_timeout = '10min'\n"
    ));
    let mut running = home.start();
    let _stream = half_sent(&running.browser(), "/sign-up", "username=nobody");
    running.program.signal("TERM");
    assert_eq!(running.program.end().code(), Some(0), "{}", running.program.log());
}
