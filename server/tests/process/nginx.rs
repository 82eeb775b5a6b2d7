//! Behind nginx, as people set it up: with nothing but `proxy_pass`, and as the README says.

use crate::browser::{Answer, Browser, encoded};
use crate::program::{CONFIG, Home, MAILBOX_TOKEN, Running, until};
use flate2::write::GzDecoder;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Sooner than the heartbeat, which would come through in the end.
const AT_ONCE: Duration = Duration::from_secs(10);
const BARE: &str = "server { listen 443 ssl; location / { proxy_pass http://127.0.0.1:3000; } }";

/// The program. Debian keeps it off the PATH of everybody but root.
fn program() -> PathBuf {
    let places = [
        "nginx",
        "/usr/sbin/nginx",
        "/usr/local/sbin/nginx",
        "/usr/local/bin/nginx",
        "/opt/homebrew/bin/nginx",
    ];
    let runs = |place: &&str| {
        Command::new(place).arg("-v").stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    places.into_iter().find(runs).map(PathBuf::from).expect("nginx; scripts/setup test-rust installs it")
}

/// An nginx of its own in a temporary folder, in front of a program. Ended at the latest with its test.
struct Nginx {
    child: Child,
    folder: TempDir,
    address: String,
}

impl Nginx {
    /// With this for every server, and this server; it listens on a port of its own, without TLS.
    fn start(running: &Running, for_all: &str, server: &str) -> Self {
        let program = program();
        until("nginx", || Self::try_start(&program, running, for_all, server))
    }

    /// Nothing, if somebody else was given the port meanwhile.
    fn try_start(program: &PathBuf, running: &Running, for_all: &str, server: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let server = server.replace("443 ssl", &address).replace("127.0.0.1:3000", &running.address);
        let server: String = server
            .lines()
            .filter(|line| !line.contains("ssl_certificate"))
            .map(|line| format!("{line}\n"))
            .collect();
        assert!(
            server.contains(&format!("listen {address};"))
                && server.contains(&format!("proxy_pass http://{};", running.address))
        );
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {name};"))
            .concat();
        // One process, so that its end is the end of all of it.
        let config = format!(
            "daemon off; master_process off; pid nginx.pid; error_log error.log; events {{}}\n\
             http {{ access_log off; {temporary} {for_all}\n{server}}}\n"
        );
        fs::write(folder.path().join("nginx.conf"), config).unwrap();
        let (prefix, log) = (folder.path().to_str().unwrap(), folder.path().join("error.log"));
        let mut command = Command::new(program);
        command.args(["-p", prefix, "-c", "nginx.conf", "-e", log.to_str().unwrap()]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut nginx = Self { child, folder, address };
        until("an answer of nginx or its end", || {
            let answers =
                Browser::new(&nginx.address).get("/healthz").is_ok_and(|answer| answer.body == "ok\n");
            (answers || nginx.child.try_wait().unwrap().is_some()).then_some(())
        });
        let taken = nginx.log().contains("Address already in use");
        assert!(taken || nginx.child.try_wait().unwrap().is_none(), "it ended: {}", nginx.log());
        (!taken).then_some(nginx)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// A stream of events as it comes in.
struct Events {
    connection: TcpStream,
    bytes: Vec<u8>,
}

impl Events {
    fn open(browser: &Browser, more: &str) -> Self {
        let mut connection = browser.connect().unwrap();
        connection.set_read_timeout(Some(AT_ONCE)).unwrap();
        let head = browser.head("GET", "/events", &format!("Accept: text/event-stream\r\n{more}"));
        connection.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        Self { connection, bytes: Vec::new() }
    }

    /// Reads until this has come: the head and the body so far, unpacked.
    #[track_caller]
    fn says(&mut self, words: &str) -> (String, String) {
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

/// The page of somebody who changes something elsewhere hears of it through nginx, live.
#[track_caller]
fn hears_live(jane: &mut Browser, nginx: &Nginx, accept: &str, nickname: &str) -> String {
    let mut events = Events::open(&jane.at(&nginx.address), accept);
    let (head, _) = events.says(": open\n\n");
    assert!(head.starts_with("http/1.1 200") && head.contains("content-type: text/event-stream"), "{head}");
    jane.post("/profile", &[("attributes[nickname]", nickname)]).unwrap().succeeds();
    events.says("updateUserAttributes");
    head
}

#[test]
#[ignore = "needs nginx: scripts/test-rust"]
fn events_come_live_through_an_nginx_that_was_told_nothing() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let mut jane = running.signed_in("jane");
    let nginx = Nginx::start(&running, "", BARE);
    let head = hears_live(&mut jane, &nginx, "", "one");
    assert!(!head.contains("content-encoding"), "{head}");
    running.stop();
}

#[test]
#[ignore = "needs nginx: scripts/test-rust"]
fn events_come_live_through_an_nginx_that_packs_everything() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let mut jane = running.signed_in("jane");
    let gzip = "gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1;";
    let nginx = Nginx::start(&running, gzip, BARE);
    let head = hears_live(&mut jane, &nginx, "Accept-Encoding: gzip\r\n", "one");
    assert!(head.contains("content-encoding: gzip"), "{head}");
    running.stop();
}

#[test]
#[ignore = "needs nginx: scripts/test-rust"]
fn the_nginx_of_the_readme_passes_forms_and_events_on_and_says_who_asks() {
    let readme = include_str!("../../../README.md");
    let server = readme.split("```nginx\n").nth(1).unwrap().split("```").next().unwrap();
    let home = Home::new(&format!("[server]\ntrusted_proxies = ['127.0.0.1']\n{CONFIG}"));
    let running = home.start();
    let nginx = Nginx::start(&running, "", server);

    let mut jane = Browser::new(&nginx.address);
    jane.sign_up("jane").unwrap().succeeds();
    let code = running.code_for("jane@domain.com");
    jane.post("/confirm", &[("code", &code)]).unwrap().succeeds();
    hears_live(&mut jane, &nginx, "", "one");

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
    running.stop();
}

#[test]
#[ignore = "needs nginx: scripts/test-rust"]
fn the_mailbox_is_not_there_behind_nginx_without_its_token_nor_with_a_header_of_a_proxy() {
    let home = Home::new(CONFIG);
    let running = home.start();
    running.signed_in("jane");
    let with_token = format!("/dev/mailbox.json?token={MAILBOX_TOKEN}");
    // It looks like a browser of this machine: nothing but the token is missing.
    let bare = Nginx::start(&running, "", BARE);
    for path in ["/dev/mailbox", "/dev/mailbox.json", "/dev/mailbox/preview", "/dev/mailbox/1/html"] {
        assert_eq!(Browser::new(&bare.address).get(path).unwrap().status, 404, "{path}");
    }
    for header in [
        "X-Forwarded-For $remote_addr",
        "X-Real-IP $remote_addr",
        "X-Forwarded-Proto $scheme",
        "Via '1.1 nginx'",
        "Host id.example.com",
    ] {
        let server = format!(
            "server {{ listen 443 ssl; location / {{ proxy_pass http://127.0.0.1:3000; proxy_set_header {header}; }} }}"
        );
        let nginx = Nginx::start(&running, "", &server);
        assert_eq!(Browser::new(&nginx.address).get(&with_token).unwrap().status, 404, "{header}");
    }
    assert_eq!(running.browser().get(&with_token).unwrap().status, 200);
    running.stop();
}
