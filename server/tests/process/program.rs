//! One folder with its configuration and data, and the programs that are started in it.

use crate::browser::Browser;
use accounts::testing::TestStore;
use std::fs::{self, File};
use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Long enough for a machine that builds something else meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);

/// What nobody types in by hand is not worth slowing tests down: the cheapest hashing, and limits that allow
/// a crowd.
pub const CONFIG: &str = "
[hashing]
memory_kib = 7168
iterations = 1

[limits]
sign_ups_per_network_an_hour = 1000000
sign_ins_per_network_an_hour = 1000000
code_requests_per_network_an_hour = 1000000
mails_per_network_an_hour = 1000000
texts_per_network_an_hour = 1000000
mails_for_strangers_an_hour = 1000000
texts_for_strangers_an_hour = 1000000
hashing_queue = 1000
codes_per_destination_a_day = 1000
changes_per_account_an_hour = 1000000
";

/// What opens the development mailbox of a program that is started here.
pub const MAILBOX_TOKEN: &str = "the-token-of-tests";

/// Asks again and again until there is an answer.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(now() < deadline, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[expect(clippy::disallowed_methods, reason = "another process has no test clock")]
pub fn now() -> Instant {
    Instant::now()
}

/// A number below this one, another every time.
pub fn chance(below: usize) -> usize {
    let number = usize::try_from(RandomState::new().hash_one(()) >> 32).unwrap();
    number % below
}

/// Less than anybody waits for, and enough to be in the middle of something else.
pub fn a_moment() {
    std::thread::sleep(Duration::from_micros(u64::try_from(chance(20_000)).unwrap()));
}

/// A folder that programs are started in.
pub struct Home {
    folder: TempDir,
    /// Where its programs keep their data, if that isn't the folder.
    store: TestStore,
    started: AtomicU32,
}

impl Home {
    pub fn new(config: &str) -> Self {
        Self::with_store(config, TestStore::empty())
    }

    /// With its database in its folder, whatever the tests are run on: for what is about files.
    pub fn with_files(config: &str) -> Self {
        Self::with_store(config, TestStore::sqlite())
    }

    fn with_store(config: &str, store: TestStore) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("nameplate.toml"), config).unwrap();
        Self { folder, store, started: AtomicU32::new(0) }
    }

    /// Where the data is, if it isn't in the folder.
    pub const fn store(&self) -> &TestStore {
        &self.store
    }

    /// Whether the data is in the folder.
    pub fn has_files(&self) -> bool {
        self.store.url().is_none()
    }

    /// What another database than a file holds, for searching.
    pub fn stored_elsewhere(&self) -> Vec<u8> {
        if self.has_files() { Vec::new() } else { self.store.everything() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// The program with arguments, in nothing but our environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_under(&[], arguments)
    }

    /// The same, started by another program, whose own arguments come first.
    pub fn command_under(&self, starter: &[&str], arguments: &[&str]) -> Command {
        let words = [starter, &[env!("CARGO_BIN_EXE_nameplate")], arguments].concat();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command.env("NAMEPLATE_LISTEN", "127.0.0.1:0").env("NAMEPLATE_MAILBOX_TOKEN", MAILBOX_TOKEN);
        command.envs(self.store.url().map(|url| ("NAMEPLATE_STORE_URL", url)));
        command
    }

    /// Starts the program with these variables, without waiting for anything.
    pub fn spawn(&self, environment: &[(&str, &str)]) -> Program {
        self.spawn_under(&[], environment)
    }

    /// The same, started by another program, which becomes it.
    pub fn spawn_under(&self, starter: &[&str], environment: &[(&str, &str)]) -> Program {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let (said, log) = (self.path(&format!("said.{number}")), self.path(&format!("log.{number}")));
        let mut command = self.command_under(starter, &[]);
        command
            .envs(environment.iter().copied())
            .stdout(File::create(&said).unwrap())
            .stderr(File::create(&log).unwrap());
        Program { child: command.spawn().unwrap(), said, log }
    }

    /// Starts the program, and waits until it serves.
    pub fn start(&self) -> Running {
        self.spawn(&[]).running()
    }

    /// Runs the program to its end: whether all was well, and all that it said.
    pub fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Done {
        let output = self.command(arguments).envs(environment.iter().copied()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Done { code: output.status.code(), said: text(output.stdout), complained: text(output.stderr) }
    }

    /// Every file of the data folder, by name.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let Ok(entries) = fs::read_dir(self.data()) else { return Vec::new() };
        let paths = entries.map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = paths.filter_map(|path| Some((name(&path), fs::read(&path).ok()?))).collect();
        files.sort();
        files
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// A program that came to its end.
#[derive(Debug)]
pub struct Done {
    pub code: Option<i32>,
    pub said: String,
    pub complained: String,
}

/// A program that was started. Killed at the latest with its test.
pub struct Program {
    child: Child,
    said: PathBuf,
    log: PathBuf,
}

impl Program {
    /// What it said to people.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap_or_default()
    }

    /// What it logged and complained about.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until it serves.
    pub fn running(mut self) -> Running {
        let address = until("a start", || {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "it ended ({ended:?}) and said:\n{}{}", self.said(), self.log());
            let said = self.said();
            let line = said.lines().find_map(|line| line.split_once(" is at http://"));
            // The line of the pool is the last one that it says.
            said.contains("user pool ").then(|| line.unwrap().1.to_owned())
        });
        until("an answer", || {
            Browser::new(&address).get("/healthz").ok().filter(|answer| answer.status == 200)
        });
        Running { program: self, address }
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let sent =
            Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status().unwrap();
        assert!(sent.success(), "{name} could not be sent");
    }

    /// As the power does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end.
    pub fn end(&mut self) -> ExitStatus {
        until("an end", || self.child.try_wait().unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// A program that serves.
pub struct Running {
    pub program: Program,
    pub address: String,
}

fn code_in(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_digit()).find(|digits| matches!(digits.len(), 6 | 8))
}

impl Running {
    pub fn browser(&self) -> Browser {
        Browser::new(&self.address)
    }

    /// Stops it in the polite way.
    pub fn stop(mut self) {
        self.program.signal("TERM");
        let status = self.program.end();
        assert!(status.success(), "{status}: {}", self.program.log());
    }

    /// What the development mailbox holds, newest first.
    pub fn letters(&self) -> serde_json::Value {
        self.browser().get(&format!("/dev/mailbox.json?token={MAILBOX_TOKEN}")).unwrap().json()
    }

    /// The code in the newest letter to an address, once it is there.
    pub fn code_for(&self, address: &str) -> String {
        until("a letter", || self.code_in_mailbox(address))
    }

    /// The same if it is there already: of several programs any one may deliver.
    pub fn code_in_mailbox(&self, address: &str) -> Option<String> {
        let letters = self.letters();
        let letter = letters.as_array().unwrap().iter().find(|letter| letter["to"] == address)?;
        let text = letter["text"].as_str().unwrap();
        Some(code_in(text).unwrap_or_else(|| panic!("a letter without a code: {text}")).to_owned())
    }

    /// The code in the newest letter to that address about this.
    pub fn code_about(&self, address: &str, subject: &str) -> String {
        until("a letter", || {
            let letters = self.letters();
            let is_it = |it: &&serde_json::Value| {
                it["to"] == address && it["subject"].as_str().unwrap().contains(subject)
            };
            let letter = letters.as_array().unwrap().iter().find(is_it)?;
            code_in(letter["text"].as_str().unwrap()).map(str::to_owned)
        })
    }

    /// A browser whose person has a confirmed account `name`, with the address `name@domain.com`.
    pub fn signed_in(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        browser.sign_up(name).unwrap().succeeds();
        let code = self.code_for(&format!("{name}@domain.com"));
        browser.post("/confirm", &[("code", &code)]).unwrap().succeeds();
        browser
    }
}
