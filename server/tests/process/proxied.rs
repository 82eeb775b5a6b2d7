//! What has to work through every proxy, and how it is seen.

use crate::browser::{Answer, Browser, encoded};
use crate::program::Running;
use flate2::write::GzDecoder;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Sooner than the heartbeat, which would come through in the end.
const AT_ONCE: Duration = Duration::from_secs(10);

/// A stream of events as it comes in.
pub struct Events {
    connection: TcpStream,
    bytes: Vec<u8>,
}

impl Events {
    pub fn open(browser: &Browser, more: &str) -> Self {
        let mut connection = browser.connect().unwrap();
        connection.set_read_timeout(Some(AT_ONCE)).unwrap();
        let head = browser.head("GET", "/events", &format!("Accept: text/event-stream\r\n{more}"));
        connection.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        Self { connection, bytes: Vec::new() }
    }

    /// Reads until this has come: the head and the body so far, unpacked.
    #[track_caller]
    pub fn says(&mut self, words: &str) -> (String, String) {
        loop {
            let (head, body) = self.so_far();
            if body.contains(words) {
                return (head, body);
            }
            let mut some = [0; 4096];
            let read = self
                .connection
                .read(&mut some)
                .unwrap_or_else(|error| panic!("no {words:?} in time ({error}): {head}\n{body}"));
            assert!(read > 0, "it ended without {words:?}: {head}\n{body}");
            self.bytes.extend_from_slice(&some[..read]);
        }
    }

    fn so_far(&self) -> (String, String) {
        let Some(end) = self.bytes.windows(4).position(|it| it == b"\r\n\r\n") else {
            return Default::default();
        };
        let head = String::from_utf8(self.bytes[..end].to_vec()).unwrap().to_lowercase();
        let body = &self.bytes[end + 4..];
        let body = if head.contains("transfer-encoding: chunked") { unchunked(body) } else { body.to_vec() };
        let body = if head.contains("content-encoding: gzip") { unzipped(&body) } else { body };
        (head, String::from_utf8(body).unwrap())
    }
}

/// What has come of a body in chunks (RFC 9112, section 7.1).
fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(line) = rest.windows(2).position(|it| it == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        let chunk = &rest[line + 2..];
        whole.extend_from_slice(&chunk[..size.min(chunk.len())]);
        rest = chunk.get(size + 2..).unwrap_or_default();
    }
    whole
}

/// What can be unpacked of a body that goes on.
fn unzipped(packed: &[u8]) -> Vec<u8> {
    let mut decoder = GzDecoder::new(Vec::new());
    decoder.write_all(packed).and_then(|()| decoder.flush()).unwrap();
    decoder.get_ref().clone()
}

/// The page of somebody who changes something elsewhere hears of it through the proxy, live.
#[track_caller]
pub fn hears_live(jane: &mut Browser, proxy: &str, accept: &str, nickname: &str) -> String {
    let mut events = Events::open(&jane.at(proxy), accept);
    let (head, _) = events.says(": open\n\n");
    assert!(head.starts_with("http/1.1 200") && head.contains("content-type: text/event-stream"), "{head}");
    jane.post("/profile", &[("attributes[nickname]", nickname)]).unwrap().succeeds();
    events.says("updateUserAttributes");
    head
}

/// Somebody signs up and changes something through the proxy, hears of it, and is known by the address that they
/// come from.
pub fn forms_and_events_pass(running: &Running, proxy: &str) {
    let mut jane = Browser::new(proxy);
    jane.sign_up("jane").unwrap().succeeds();
    let code = running.code_for("jane@domain.com");
    jane.submit("/confirm", &[("code", &code)]).unwrap().succeeds();
    hears_live(&mut jane, proxy, "", "one");

    // The visitor is this machine, which is trusted, so what it claims counts: the header arrives, and is
    // believed.
    let form = encoded(&[("attributes[nickname]", "two")]);
    let head =
        jane.form_head("/profile", "application/json", form.len()) + "X-Forwarded-For: 198.51.100.7\r\n";
    let mut connection = jane.connect().unwrap();
    connection.write_all(format!("{head}\r\n{form}").as_bytes()).unwrap();
    Answer::read(&mut connection).unwrap().succeeds();
    let activity = jane.get("/activity").unwrap().body;
    assert!(activity.contains("198.51.100."), "{activity}");
}

/// One visitor uses up what a network may do, and another one is not held up by that.
pub fn limits_count_visitors(proxy: &str) {
    let fails = |visitor: [u8; 4]| {
        let mut browser = Browser::new(proxy).coming_from(visitor);
        browser.post("/sign-in", &[("username", "nobody"), ("password", "not-the-password")]).unwrap().status
    };
    let until_refused = (0..20).map(|_| fails([127, 0, 0, 2])).find(|status| *status == 429);
    assert_eq!(until_refused, Some(429));
    assert_eq!(fails([127, 0, 0, 3]), 401);
}
