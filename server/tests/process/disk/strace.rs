//! What reaches the disk, and what happens when it is full. For SQLite: PostgreSQL looks after its own disk.

use crate::browser::Browser;
use crate::program::{CONFIG, Home, Running, until};
use std::collections::BTreeSet;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;

/// Whether the system lets one process watch another, or mount something for itself; some containers don't.
fn allows(command: &[&str]) -> bool {
    let tried =
        Command::new(command[0]).args(&command[1..]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let allowed = tried
        .unwrap_or_else(|error| panic!("{}: {error}; scripts/setup test-rust installs it", command[0]))
        .success();
    if !allowed {
        eprintln!("not tested: this system does not allow {command:?}");
    }
    allowed
}

/// What the system was asked for, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// The write-ahead log reached the disk.
    Synced,
    /// A checkpoint: the database itself did, and the log begins anew.
    Checkpoint,
    Answered,
}

/// Reads lines of strace, such as `17 fsync(9</data/nameplate.db-wal>) = 0`. When others come in between a
/// line is torn in two: `17 fsync(9</data/nameplate.db-wal> <unfinished ...>` and `17 <... fsync resumed>) =
/// 0`.
fn seen(trace: &str) -> Vec<Seen> {
    let mut syncing = BTreeSet::new();
    let mut all = Vec::new();
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').unwrap_or_default();
        let call = call.trim_start();
        let synced = call.ends_with("= 0");
        if call.contains("sync(") && call.contains("nameplate.db-wal>") {
            if synced { all.push(Seen::Synced) } else { _ = syncing.insert(thread) }
        } else if call.contains("sync resumed>") {
            if syncing.remove(thread) && synced {
                all.push(Seen::Synced);
            }
        } else if call.contains("sync(") && call.contains("nameplate.db>") {
            all.push(Seen::Checkpoint);
        } else if call.contains("<socket:") && call.contains("\"HTTP/1.1 ") {
            all.push(Seen::Answered);
        }
    }
    all
}

fn count(all: &[Seen], what: Seen) -> usize {
    all.iter().filter(|it| **it == what).count()
}

fn change(browser: &mut Browser, number: usize) {
    browser.post("/profile", &[("attributes[nickname]", &number.to_string())]).unwrap().succeeds();
}

/// What happened while this was done.
fn traced(home: &Home, work: impl FnOnce()) -> Vec<Seen> {
    let before = fs::read(home.path("trace")).unwrap().len();
    work();
    seen(&String::from_utf8_lossy(&fs::read(home.path("trace")).unwrap()[before..]))
}

#[test]
fn no_change_is_acknowledged_before_it_is_on_the_disk_and_a_group_goes_there_at_once() {
    if !allows(&["strace", "-D", "-o", "/dev/null", "true"]) {
        return;
    }
    let home = Home::with_files(CONFIG);
    let trace = home.path("trace");
    // -D: the program is our child, and strace a bystander.
    let strace = [
        "strace",
        "-D",
        "-f",
        "-qq",
        "-y",
        "-e",
        "trace=fsync,fdatasync,writev,sendto,write",
        "-o",
        trace.to_str().unwrap(),
    ];
    let running = home.spawn_under(&strace, &[]).running();
    let mut people: Vec<_> = (0..8).map(|number| running.signed_in(&format!("person{number}"))).collect();

    const CHANGES: usize = 20;
    let alone = traced(&home, || (0..CHANGES).for_each(|number| change(&mut people[0], number)));
    let answers: Vec<_> = alone.split(|it| *it == Seen::Answered).collect();
    assert_eq!(answers.len() - 1, CHANGES, "{alone:?}");
    for before in &answers[..CHANGES] {
        assert!(before.contains(&Seen::Synced), "an answer without a sync: {alone:?}");
    }

    let together = traced(&home, || {
        thread::scope(|scope| {
            for person in &mut people {
                scope.spawn(|| (0..CHANGES).for_each(|number| change(person, number + 100)));
            }
        });
    });
    let (synced, answered) = (count(&together, Seen::Synced), count(&together, Seen::Answered));
    // A checkpoint syncs the log twice more, before and after.
    let acknowledged = synced.saturating_sub(2 * count(&together, Seen::Checkpoint));
    assert_eq!(answered, 8 * CHANGES);
    assert!((1..=answered).contains(&acknowledged), "{synced} syncs for {answered} answers: {together:?}");
    running.stop();
}

/// A small file system that only some processes see.
struct SmallDisk {
    holder: Child,
    place: String,
}

impl SmallDisk {
    const SIZE: &str = "size=2500k";

    /// Who is not root becomes it in a world of their own.
    fn unshare() -> Vec<&'static str> {
        if is_root() {
            vec!["unshare", "--mount"]
        } else {
            vec!["unshare", "--mount", "--user", "--map-root-user"]
        }
    }

    fn mount(home: &Home) -> Option<Self> {
        let place = home.data().to_str().unwrap().to_owned();
        fs::create_dir_all(&place).unwrap();
        let mount = format!("mount -t tmpfs -o {} none '{place}'", Self::SIZE);
        if !allows(&[&Self::unshare()[..], &["sh", "-c", &mount]].concat()) {
            return None;
        }
        let ready = home.path("mounted");
        let script = format!("{mount} && : >'{}' && exec sleep 600", ready.display());
        let unshare = Self::unshare();
        let holder =
            Command::new(unshare[0]).args(&unshare[1..]).args(["sh", "-c", &script]).spawn().unwrap();
        until("a small disk", || ready.exists().then_some(()));
        Some(Self { holder, place })
    }

    /// What starts a program that sees it; the rest of the words are the program's.
    fn starter(&self, home: &Home) -> Vec<String> {
        let mut words = vec![
            "nsenter".to_owned(),
            "--target".to_owned(),
            self.holder.id().to_string(),
            "--mount".to_owned(),
        ];
        if !is_root() {
            words.extend(["--user".to_owned(), "--preserve-credentials".to_owned()]);
        }
        let home = home.path("");
        words.extend([
            "sh".to_owned(),
            "-c".to_owned(),
            format!("cd '{}' && exec \"$0\" \"$@\"", home.display()),
        ]);
        words
    }

    fn grow(&self, home: &Home) {
        let mut words = self.starter(home);
        words.extend(["mount", "-o", "remount,size=64m"].map(ToOwned::to_owned));
        words.push(self.place.clone());
        assert!(Command::new(&words[0]).args(&words[1..]).status().unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        _ = self.holder.kill();
        _ = self.holder.wait();
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0)
}

/// Changes the nickname until that is refused; the last one that was acknowledged, and the first that was
/// not.
fn fill(browser: &mut Browser) -> (usize, usize) {
    for number in 1..5000 {
        let answer = browser.post("/profile", &[("attributes[nickname]", &number.to_string())]).unwrap();
        if !answer.acknowledges() {
            assert_eq!(answer.status, 503, "{answer:?}");
            return (number - 1, number);
        }
    }
    panic!("the disk is never full");
}

fn nickname(browser: &mut Browser) -> usize {
    let profile = browser.get("/profile/attributes.json").unwrap();
    assert_eq!(profile.status, 200, "{profile:?}");
    profile.json()["nickname"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_full_disk_loses_nothing_and_with_room_again_it_goes_on_by_itself() {
    let home = Home::with_files(CONFIG);
    let Some(disk) = SmallDisk::mount(&home) else { return };
    let starter = disk.starter(&home);
    let starter: Vec<&str> = starter.iter().map(String::as_str).collect();
    let running = home.spawn_under(&starter, &[]).running();
    let mut jdoe = running.signed_in("jdoe");
    let (acknowledged, refused) = fill(&mut jdoe);
    assert_eq!(nickname(&mut jdoe), acknowledged, "what was refused is not there");
    assert!(
        !jdoe.post("/profile", &[("attributes[nickname]", "0")]).unwrap().acknowledges(),
        "it is still full"
    );
    assert_eq!(nickname(&mut jdoe), acknowledged);

    disk.grow(&home);
    until("a change", || {
        jdoe.post("/profile", &[("attributes[nickname]", &refused.to_string())])
            .unwrap()
            .acknowledges()
            .then_some(())
    });
    assert_eq!(nickname(&mut jdoe), refused);
    running.signed_in("another");
    is_whole(&home, &starter, running, &jdoe, refused);
}

/// Stops it, and serves what it left from another place; `restore` looks at every page before.
fn is_whole(home: &Home, starter: &[&str], running: Running, jdoe: &Browser, stored: usize) {
    running.stop();
    let file = home.path("backup.tar");
    let file = file.to_str().unwrap();
    let done = home.command_under(starter, &["backup", file]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    let elsewhere = Home::with_files(CONFIG);
    let done = elsewhere.run(&["restore", file], &[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let running = elsewhere.start();
    assert_eq!(nickname(&mut jdoe.at(&running.address)), stored);
    running.stop();
}
