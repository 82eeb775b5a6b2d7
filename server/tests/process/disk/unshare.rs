//! What happens on a full disk: a small one that only some processes see, made with unshare.

use crate::browser::Browser;
use crate::program::{CONFIG, Home, Running, until};
use std::fs;
use std::process::{Child, Command};

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

    fn mount(home: &Home) -> Self {
        let place = home.data().to_str().unwrap().to_owned();
        fs::create_dir_all(&place).unwrap();
        let mount = format!("mount -t tmpfs -o {} none '{place}'", Self::SIZE);
        let ready = home.path("mounted");
        let script = format!("{mount} && : >'{}' && exec sleep 600", ready.display());
        let unshare = Self::unshare();
        let holder =
            Command::new(unshare[0]).args(&unshare[1..]).args(["sh", "-c", &script]).spawn().unwrap();
        until("a small disk", || ready.exists().then_some(()));
        Self { holder, place }
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
#[ignore = "needs unshare: scripts/test-rust"]
fn disk_that_is_full_loses_nothing_and_recovers_with_room() {
    let home = Home::with_files(CONFIG);
    let disk = SmallDisk::mount(&home);
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
    let ready = until("not ready", || jdoe.get("/readyz").ok().filter(|answer| answer.status == 503));
    assert_eq!(ready.body, "the disk of the database is full\n");

    disk.grow(&home);
    until("ready", || jdoe.get("/readyz").ok().filter(|answer| answer.status == 200));
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
