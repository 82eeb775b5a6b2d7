//! What reaches the disk, seen by strace.

use crate::browser::Browser;
use crate::program::{CONFIG, Home};
use std::collections::BTreeSet;
use std::fs;
use std::thread;

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
#[ignore = "needs strace: scripts/test-rust"]
fn change_is_acknowledged_only_after_it_is_on_the_disk() {
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
