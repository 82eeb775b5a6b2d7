//! More connections than there may be. Everything in 127.0.0.0/8 is this machine, each address another network.

use crate::browser::Answer;
use crate::program::{CONFIG, Home, Running, until};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Few enough to be taken quickly; and nobody waits so long for a head or a body here.
const FEW: &str = "
[server]
connections = 64
connections_per_network = 16
header_timeout = '5min'
body_timeout = '5min'
request_timeout = '5min'
";

/// A form that never ends.
const ENDLESS: &str =
    "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 9\r\n\r\n";

fn connect(running: &Running, from: u8) -> TcpStream {
    running.browser().coming_from([127, 0, 0, from]).connect().unwrap()
}

/// Says this on the connection, unless it was closed already.
fn say(mut stream: &TcpStream, words: &str) {
    _ = stream.write_all(words.as_bytes());
}

fn healthz(more: &str) -> String {
    format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{more}\r\n")
}

/// The whole answer to a request of its own.
fn asks(running: &Running, from: u8) -> Answer {
    let mut stream = connect(running, from);
    say(&stream, &healthz("Connection: close\r\n"));
    Answer::read(&mut stream).unwrap()
}

/// Asks for something and stays: a browser that may ask again. Its connection, if it was let in.
fn idles(running: &Running, from: u8) -> TcpStream {
    let mut stream = connect(running, from);
    say(&stream, &healthz(""));
    let mut some = [0; 4096];
    let length = stream.read(&mut some).unwrap();
    assert!(some[..length].ends_with(b"\r\n\r\nok\n"), "{}", String::from_utf8_lossy(&some[..length]));
    stream
}

/// Sends a form that never ends, and waits until the program waits for it.
fn busies(running: &Running, from: u8) -> TcpStream {
    let mut stream = connect(running, from);
    say(&stream, &ENDLESS.replace("Content-Length", "Expect: 100-continue\r\nContent-Length"));
    let mut some = [0; 4096];
    let length = stream.read(&mut some).unwrap();
    assert!(some[..length].starts_with(b"HTTP/1.1 100 "), "{}", String::from_utf8_lossy(&some[..length]));
    stream
}

/// Whether it is still open: nothing comes, and no end.
fn is_open(mut stream: &TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    stream
        .read(&mut [0])
        .is_err_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
}

#[test]
fn idle_connections_of_few_addresses_are_closed_longest_idle_first() {
    let home = Home::new(&format!("{FEW}{CONFIG}"));
    let running = home.start();
    let idle: Vec<_> = (0..16).flat_map(|_| 2..10).map(|from| idles(&running, from)).collect();
    let closed: Vec<_> = idle.iter().map(|stream| !is_open(stream)).collect();
    let number = closed.iter().filter(|closed| **closed).count();
    assert!((64..96).contains(&number), "{closed:?}");
    for address in 0..8 {
        let of_one: Vec<_> = closed.iter().skip(address).step_by(8).collect();
        assert!(of_one.is_sorted_by_key(|closed| !**closed), "{address}: {of_one:?}");
    }
    assert_eq!(asks(&running, 20).status, 200);
    let log = running.program.log();
    assert_eq!(log.matches("connections run short: idle ones were closed").count(), 1, "{log}");
    assert!(!log.contains("connections were refused"), "{log}");
    running.stop();
}

#[test]
fn busy_connections_of_few_addresses_leave_room_for_others() {
    let home = Home::new(&format!("{FEW}{CONFIG}"));
    let running = home.start();
    let busy: Vec<_> = (0..16).flat_map(|_| 2..10).map(|from| connect(&running, from)).collect();
    for stream in &busy {
        say(stream, ENDLESS);
    }
    // What was refused was answered at once; what was let in waits.
    let mut let_in = 0;
    for mut stream in &busy {
        stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Ok(_) => {
                let answer = String::from_utf8_lossy(&answer);
                assert!(answer.contains("503 Service Unavailable") || answer.is_empty(), "{answer}");
            }
            Err(_) => let_in += 1,
        }
    }
    assert!((32..64).contains(&let_in), "{let_in}");
    assert_eq!(asks(&running, 20).status, 200);
    let refused = asks(&running, 2);
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.headers.iter().any(|(name, value)| name == "retry-after" && value == "5"), "{refused:?}");
    let log = running.program.log();
    assert_eq!(log.matches("connections were refused (503)").count(), 1, "{log}");
    drop(busy);
    running.stop();
}

#[test]
fn connection_beyond_the_network_share_is_answered_503() {
    let home = Home::new(&format!("{FEW}{CONFIG}"));
    let running = home.start();
    let busy: Vec<_> = (0..16).map(|_| busies(&running, 2)).collect();
    let refused = asks(&running, 2);
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.body.contains("too many connections"), "{refused:?}");
    assert_eq!(asks(&running, 3).status, 200);
    drop(busy);
    until("an answer", || Some(asks(&running, 2)).filter(|it| it.status == 200));
    running.stop();
}

#[test]
fn requests_with_no_host_or_two_are_refused_with_400() {
    let running = Home::new(CONFIG).start();
    for (head, status) in [
        ("GET /healthz HTTP/1.1\r\nHost: localhost\r\n", 200),
        ("GET /healthz HTTP/1.1\r\n", 400),
        ("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n", 400),
        ("GET /sign-in HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\n", 400),
        ("GET /sign-in HTTP/1.1\r\nHost: evil.example/x\r\n", 400),
        ("GET /healthz HTTP/1.0\r\n", 200),
    ] {
        let mut stream = connect(&running, 1);
        say(&stream, &format!("{head}Connection: close\r\n\r\n"));
        assert_eq!(Answer::read(&mut stream).unwrap().status, status, "{head}");
    }
    running.stop();
}
