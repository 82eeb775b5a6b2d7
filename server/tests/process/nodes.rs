//! Three nodes on one database, killed at random under load: they are one service.

use crate::browser::{Answer, Browser, PASSWORD};
use crate::mailroom::Mailroom;
use crate::program::{CONFIG, Home, Program, Running, a_moment, chance, until};
use accounts::testing::TestStore;
use std::io::{Read as _, Write as _};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::thread;
use store::Tx;

const NODES: usize = 3;
const RESIDENTS: usize = 3;
const NEWCOMERS: usize = 2;
/// Messages that a node may have in its hands when it dies.
const IN_HAND: usize = 8;

/// How often a node is killed; more with `NAMEPLATE_TEST_KILLS`.
#[expect(clippy::disallowed_methods, reason = "this asks for the length of a test, not for a setting")]
fn kills() -> usize {
    std::env::var("NAMEPLATE_TEST_KILLS").ok().and_then(|times| times.parse().ok()).unwrap_or(4)
}

/// The nodes, and what stands in for the balancer in front of them.
struct Cluster {
    home: Home,
    mailroom: Mailroom,
    nodes: Mutex<Vec<Running>>,
    addresses: RwLock<Vec<String>>,
    turn: AtomicUsize,
}

impl Cluster {
    /// All start at once, on a database that nobody has used yet.
    fn start() -> Self {
        Self::with(CONFIG)
    }

    fn with(config: &str) -> Self {
        let (home, mailroom) = (Home::new(config), Mailroom::open());
        let starting: Vec<Program> =
            (0..NODES).map(|_| home.spawn(&[("NAMEPLATE_SMTP_URL", &mailroom.url())])).collect();
        let nodes: Vec<_> = starting.into_iter().map(Program::running).collect();
        let addresses = nodes.iter().map(|node| node.address.clone()).collect();
        Self {
            home,
            mailroom,
            nodes: Mutex::new(nodes),
            addresses: RwLock::new(addresses),
            turn: AtomicUsize::new(0),
        }
    }

    /// Some node's address, another one every time.
    fn next(&self) -> String {
        let addresses = self.addresses.read().unwrap_or_else(PoisonError::into_inner);
        addresses[self.turn.fetch_add(1, Ordering::Relaxed) % addresses.len()].clone()
    }

    /// Asks one node; then another, if that one is dead.
    fn ask(
        &self,
        browser: &mut Browser,
        mut ask: impl FnMut(&mut Browser) -> std::io::Result<Answer>,
    ) -> Answer {
        until("an answer of any node", || {
            browser.address = self.next();
            ask(browser).ok()
        })
    }

    fn browser(&self) -> Browser {
        Browser::new(&self.next())
    }

    /// Somebody with a confirmed account; every step at another node.
    fn signed_in(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        browser.sign_up(name).unwrap().succeeds();
        let code = self.mailroom.code_for(&format!("{name}@domain.com"));
        self.ask(&mut browser, |it| it.post("/confirm", &[("code", &code)])).succeeds();
        browser
    }

    /// As the power does; then it is started again.
    fn kill(&self, number: usize) {
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        nodes[number].program.kill();
        nodes[number] = self.home.spawn(&[("NAMEPLATE_SMTP_URL", &self.mailroom.url())]).running();
        self.addresses.write().unwrap_or_else(PoisonError::into_inner)[number] =
            nodes[number].address.clone();
    }

    fn stop(self) {
        for node in self.nodes.into_inner().unwrap() {
            node.stop();
        }
    }
}

/// Changes their nickname to one number after the other, at whichever node.
struct Resident {
    browser: Browser,
    asked: usize,
    acknowledged: usize,
}

impl Resident {
    fn live(&mut self, cluster: &Cluster, work: &AtomicUsize, enough: &AtomicBool) {
        while !enough.load(Ordering::Relaxed) {
            self.browser.address = cluster.next();
            self.asked += 1;
            let nickname = self.asked.to_string();
            let Ok(answer) = self.browser.post("/profile", &[("attributes[nickname]", nickname.as_str())])
            else {
                continue;
            };
            answer.succeeds();
            self.acknowledged = self.asked;
            work.fetch_add(1, Ordering::Relaxed);
            self.is_as_acknowledged(cluster);
        }
    }

    /// At every node, signed in and as it was acknowledged: nobody else changes it.
    fn is_as_acknowledged(&mut self, cluster: &Cluster) {
        let shown = cluster.ask(&mut self.browser, |it| it.get("/profile/attributes.json"));
        assert_eq!(shown.status, 200, "the session is lost: {shown:?}");
        let stored: usize = shown.json()["nickname"].as_str().map_or(0, |it| it.parse().unwrap());
        assert!(
            (self.acknowledged..=self.asked).contains(&stored),
            "acknowledged was {}, asked for {}, stored is {stored}",
            self.acknowledged,
            self.asked
        );
    }
}

/// Signs people up, at whichever node; the names that were acknowledged.
fn newcomers(
    cluster: &Cluster,
    prefix: usize,
    work: &AtomicUsize,
    enough: &AtomicBool,
) -> Vec<(String, Browser)> {
    let mut signed_up = Vec::new();
    for number in 0.. {
        if enough.load(Ordering::Relaxed) {
            break;
        }
        let (name, mut browser) = (format!("new{prefix}-{number}"), cluster.browser());
        let Ok(answer) = browser.sign_up(&name) else { continue };
        answer.succeeds();
        work.fetch_add(1, Ordering::Relaxed);
        signed_up.push((name, browser));
    }
    signed_up
}

/// Everybody works while nodes are killed and come back; those who signed up meanwhile.
fn killed_under_load(cluster: &Cluster, residents: &mut [Resident]) -> Vec<(String, Browser)> {
    let (work, enough, signed_up) = (AtomicUsize::new(0), AtomicBool::new(false), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        let (work, enough, signed_up) = (&work, &enough, &signed_up);
        for number in 0..NEWCOMERS {
            scope.spawn(move || {
                let found = newcomers(cluster, number, work, enough);
                signed_up.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
            });
        }
        let lives: Vec<_> =
            residents.iter_mut().map(|it| scope.spawn(move || it.live(cluster, work, enough))).collect();
        let mut goal = 0;
        for _ in 0..kills() {
            goal += 25 + chance(40);
            let failed = || lives.iter().any(thread::ScopedJoinHandle::is_finished);
            until("enough work", || (work.load(Ordering::Relaxed) >= goal || failed()).then_some(()));
            a_moment();
            cluster.kill(chance(NODES));
        }
        enough.store(true, Ordering::Relaxed);
    });
    signed_up.into_inner().unwrap()
}

/// Does something in the nodes' own store.
fn in_store(store: &TestStore, work: impl AsyncFnOnce(&mut Tx)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = store.open().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        work(&mut tx).await;
        tx.commit().await.unwrap();
        store.close().await;
    });
}

#[test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
fn nodes_killed_at_random_lose_nothing_and_keep_sessions() {
    let cluster = Cluster::start();
    let settle = |number| Resident {
        browser: cluster.signed_in(&format!("resident{number}")),
        asked: 0,
        acknowledged: 0,
    };
    let mut residents: Vec<_> = (0..RESIDENTS).map(settle).collect();

    let signed_up = killed_under_load(&cluster, &mut residents);
    for resident in &mut residents {
        resident.is_as_acknowledged(&cluster);
    }

    // Everybody who was acknowledged gets a mail; what a dead node had in its hands is taken up by another.
    let waits =
        |(name, _): &&(String, Browser)| !cluster.mailroom.has_mail_for(&format!("{name}@domain.com"));
    until("all mails", || (!signed_up.iter().any(|it| waits(&it))).then_some(()));
    let repeated = cluster.mailroom.repeated();
    assert!(repeated <= IN_HAND * kills(), "{repeated} mails came twice");

    // Their codes work, at any node.
    for (name, browser) in signed_up.iter().step_by(5) {
        let code = cluster.mailroom.code_for(&format!("{name}@domain.com"));
        let mut browser = browser.clone();
        cluster.ask(&mut browser, |it| it.post("/confirm", &[("code", &code)])).succeeds();
        let shown = cluster.ask(&mut browser, |it| it.get("/profile/attributes.json"));
        assert_eq!(shown.json()["email_verified"], "true");
    }
    cluster.stop();
}

#[test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
fn nodes_that_are_alive_send_no_mail_twice() {
    let cluster = Cluster::start();
    let names: Vec<_> = (0..30).map(|number| format!("person{number}")).collect();
    thread::scope(|scope| {
        for some in names.chunks(10) {
            scope.spawn(|| some.iter().for_each(|name| cluster.browser().sign_up(name).unwrap().succeeds()));
        }
    });
    for name in &names {
        cluster.mailroom.code_for(&format!("{name}@domain.com"));
    }
    assert_eq!((cluster.mailroom.mails().len(), cluster.mailroom.repeated()), (names.len(), 0));
    cluster.stop();
}

#[test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
fn nodes_that_were_frozen_send_nothing_another_has_sent() {
    let (home, mail) = (Home::new(CONFIG), Mailroom::open());
    let variables = [("NAMEPLATE_SMTP_URL", mail.url())];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let frozen = home.spawn(&variables).running();
    let go_on = mail.hold_next();
    frozen.browser().sign_up("ann").unwrap().succeeds();
    until("a mail in flight", || (mail.held() == 1).then_some(()));
    frozen.program.signal("STOP");

    let other = home.spawn(&variables).running();
    mail.code_for("ann@domain.com");
    frozen.program.signal("CONT");
    go_on.send(()).unwrap();
    // It gets to the end of what it was doing, and does something else.
    until("another word", || frozen.program.log().contains("another worker may have it").then_some(()));
    assert_eq!((mail.mails().len(), mail.repeated()), (1, 0));
    frozen.stop();
    other.stop();
}

#[test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
fn event_stream_at_one_node_carries_events_of_another() {
    let cluster = Cluster::start();
    let mut browser = cluster.signed_in("jdoe");
    let mut stream = browser.connect().unwrap();
    stream
        .write_all(
            format!("{}\r\n", browser.head("GET", "/events", "Accept: text/event-stream\r\n")).as_bytes(),
        )
        .unwrap();
    let mut heard = vec![0; 1];
    stream.read_exact(&mut heard).unwrap(); // it listens

    let here = browser.address.clone();
    browser.address = until("another node", || Some(cluster.next()).filter(|it| *it != here));
    browser.post("/profile", &[("attributes[nickname]", "Jay")]).unwrap().succeeds();
    let mut some = [0; 1024];
    while !String::from_utf8_lossy(&heard).contains("updateUserAttributes") {
        let read = stream.read(&mut some).unwrap();
        assert!(read > 0, "the stream ended: {}", String::from_utf8_lossy(&heard));
        heard.extend_from_slice(&some[..read]);
    }
    drop(stream);
    cluster.stop();
}

#[test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
fn sign_in_failures_at_all_nodes_count_together() {
    // CONFIG ends with its limits.
    let cluster = Cluster::with(&format!("{CONFIG}sign_in_first_wait = \"10m\"\n"));
    cluster.signed_in("jdoe");
    let try_to_sign_in = |password: &str| {
        let fields = [("username", "jdoe"), ("password", password)];
        cluster.browser().post("/sign-in", &fields).unwrap().status
    };
    // Whichever node they are made at, after five one has to wait.
    let answers: Vec<_> = (0..5).map(|_| try_to_sign_in("wrong-Password-1")).collect();
    assert!(answers.iter().all(|status| *status != 429), "{answers:?}");
    assert_eq!(try_to_sign_in(PASSWORD), 429);
    cluster.stop();
}

/// Puts so many rows of each kind into the store that have run their course, and as many of which each is of
/// use.
fn crowd_of_rows(store: &TestStore, rows: i64) {
    in_store(store, async |tx| {
        for number in 0..rows {
            for (key, since) in [("old", 0), ("young", i64::MAX)] {
                let limit = tx.query("INSERT INTO limits (key, count, since, free_at) VALUES ($1, 1, $2, 0)");
                limit.bind(format!("{key} {number}").into_bytes()).bind(since).run().await.unwrap();
                let event =
                    tx.query("INSERT INTO events (user_id, payload, at, network, user_agent) SELECT MIN(id), '{}', $1, $2, '' FROM users");
                event.bind(since).bind(key).run().await.unwrap();
            }
        }
    });
}

/// How many rows there are that have run their course, and how many that have not.
fn rows_left(store: &TestStore) -> [i64; 4] {
    let mut left = [0; 4];
    in_store(store, async |tx| {
        let counts = [
            "SELECT COUNT(*) FROM limits WHERE since = 0",
            "SELECT COUNT(*) FROM events WHERE network = 'old'",
            "SELECT COUNT(*) FROM limits WHERE since = 9223372036854775807",
            "SELECT COUNT(*) FROM events WHERE network = 'young'",
        ];
        for (place, count) in left.iter_mut().zip(counts) {
            *place = tx.query(count).optional().await.unwrap().unwrap().get(0).unwrap();
        }
    });
    left
}

#[test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
fn nodes_that_purge_at_once_remove_old_rows_and_block_no_one() {
    const ROWS: i64 = 1000;
    let cluster = Cluster::start();
    let mut resident = Resident { browser: cluster.signed_in("jdoe"), asked: 0, acknowledged: 0 };
    crowd_of_rows(cluster.home.store(), ROWS);
    // Each cleans when it starts. One of them dies over it.
    let more: Vec<_> =
        (0..NODES).map(|_| cluster.home.spawn(&[("NAMEPLATE_SMTP_URL", &cluster.mailroom.url())])).collect();
    let (work, enough) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let life = scope.spawn(|| resident.live(&cluster, &work, &enough));
        let mut more = more.into_iter().map(Program::running).collect::<Vec<_>>();
        more.remove(0).program.kill();
        until("a clean store", || (rows_left(cluster.home.store())[..2] == [0, 0]).then_some(()));
        until("a change meanwhile", || {
            (work.load(Ordering::Relaxed) > 0 || life.is_finished()).then_some(())
        });
        enough.store(true, Ordering::Relaxed);
        more.into_iter().for_each(Running::stop);
    });
    assert_eq!(rows_left(cluster.home.store()), [0, 0, ROWS, ROWS]);
    cluster.stop();
}
