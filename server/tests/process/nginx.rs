//! Behind nginx, as people set it up: with nothing but `proxy_pass`, and as docs/deploying.md says.

use crate::browser::Browser;
use crate::program::{CONFIG, Home, MAILBOX_TOKEN, Running, until};
use crate::proxied::{forms_and_events_pass, hears_live, limits_count_visitors};
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

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

#[test]
#[ignore = "needs nginx: scripts/test-rust"]
fn event_stream_through_a_bare_nginx_arrives_live() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let mut jane = running.signed_in("jane");
    let nginx = Nginx::start(&running, "", BARE);
    let head = hears_live(&mut jane, &nginx.address, "", "one");
    assert!(!head.contains("content-encoding"), "{head}");
    running.stop();
}

#[test]
#[ignore = "needs nginx: scripts/test-rust"]
fn event_stream_through_a_compressing_nginx_arrives_live() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let mut jane = running.signed_in("jane");
    let gzip = "gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1;";
    let nginx = Nginx::start(&running, gzip, BARE);
    let head = hears_live(&mut jane, &nginx.address, "Accept-Encoding: gzip\r\n", "one");
    assert!(head.contains("content-encoding: gzip"), "{head}");
    running.stop();
}

#[test]
#[ignore = "needs nginx: scripts/test-rust"]
fn nginx_as_documented_passes_forms_events_and_addresses() {
    let guide = include_str!("../../../docs/deploying.md");
    let server = guide.split("```nginx\n").nth(1).unwrap().split("```").next().unwrap();
    let home = Home::new(&format!("[server]\ntrusted_proxies = ['127.0.0.1']\n{CONFIG}"));
    let running = home.start();
    let nginx = Nginx::start(&running, "", server);
    forms_and_events_pass(&running, &nginx.address);
    #[cfg(target_os = "linux")]
    limits_count_visitors(&nginx.address);
    running.stop();
}

#[test]
#[ignore = "needs nginx: scripts/test-rust"]
fn mailbox_behind_nginx_is_not_found() {
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
