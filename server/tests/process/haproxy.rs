//! Behind HAProxy: told nothing but where to, and as docs/deploying.md says.

use crate::browser::Browser;
use crate::program::{CONFIG, Home, Running, until};
use crate::proxied::{forms_and_events_pass, hears_live, limits_count_visitors};
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

const BARE: &str = "
frontend https
    bind :443 ssl crt /etc/haproxy/id.example.com.pem
    default_backend nameplate
backend nameplate
    server nameplate 127.0.0.1:3000
";

/// The program. Debian keeps it off the PATH of everybody but root.
fn program() -> PathBuf {
    let places = ["haproxy", "/usr/sbin/haproxy", "/usr/local/sbin/haproxy", "/opt/homebrew/bin/haproxy"];
    let runs = |place: &&str| {
        Command::new(place).arg("-v").stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    places.into_iter().find(runs).map(PathBuf::from).expect("haproxy; scripts/setup test-rust installs it")
}

/// An HAProxy of its own in a temporary folder, in front of a program. Ended at the latest with its test.
struct Haproxy {
    child: Child,
    folder: TempDir,
    address: String,
}

impl Haproxy {
    /// With these sections; it listens on a port of its own, without TLS.
    fn start(running: &Running, sections: &str) -> Self {
        let program = program();
        until("HAProxy", || Self::try_start(&program, running, sections))
    }

    /// Nothing, if somebody else was given the port meanwhile.
    fn try_start(program: &PathBuf, running: &Running, sections: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let sections = sections
            .replace(":443 ssl crt /etc/haproxy/id.example.com.pem", &address)
            .replace("127.0.0.1:3000", &running.address);
        assert!(
            sections.contains(&format!("bind {address}\n"))
                && sections.contains(&format!("server nameplate {}\n", running.address))
        );
        // As in Debian's own file.
        let defaults = "defaults\n    mode http\n    timeout connect 5000\n    timeout client 50000\n    timeout server 50000\n";
        // It takes no file whose last line has no end.
        fs::write(folder.path().join("haproxy.cfg"), format!("{defaults}{sections}\n")).unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        // In the foreground and one process, so that its end is the end of all of it.
        let mut command = Command::new(program);
        command.args(["-db", "-f", "haproxy.cfg"]).current_dir(folder.path()).stdin(Stdio::null());
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut haproxy = Self { child, folder, address };
        until("an answer of HAProxy or its end", || {
            let answers =
                Browser::new(&haproxy.address).get("/healthz").is_ok_and(|answer| answer.body == "ok\n");
            (answers || haproxy.child.try_wait().unwrap().is_some()).then_some(())
        });
        let taken = haproxy.log().contains("Address already in use");
        assert!(taken || haproxy.child.try_wait().unwrap().is_none(), "it ended: {}", haproxy.log());
        (!taken).then_some(haproxy)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

#[test]
#[ignore = "needs haproxy: scripts/test-rust"]
fn event_stream_through_a_bare_haproxy_arrives_live() {
    let home = Home::new(CONFIG);
    let running = home.start();
    let mut jane = running.signed_in("jane");
    let haproxy = Haproxy::start(&running, BARE);
    hears_live(&mut jane, &haproxy.address, "", "one");
    running.stop();
}

#[test]
#[ignore = "needs haproxy: scripts/test-rust"]
fn haproxy_as_documented_passes_forms_events_and_addresses() {
    let guide = include_str!("../../../docs/deploying.md");
    let sections = guide.split("```haproxy\n").nth(1).unwrap().split("```").next().unwrap();
    let home = Home::new(&format!("[server]\ntrusted_proxies = ['127.0.0.1']\n{CONFIG}"));
    let running = home.start();
    let haproxy = Haproxy::start(&running, sections);
    forms_and_events_pass(&running, &haproxy.address);
    #[cfg(target_os = "linux")]
    limits_count_visitors(&haproxy.address);
    running.stop();
}
