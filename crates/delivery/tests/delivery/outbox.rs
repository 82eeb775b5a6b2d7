//! What was promised is sent, once, and nothing else is.

use crate::bench::{ADDRESS, Log, code_in, ended, outcomes, parse, pool, promise, server, transport};
use crate::mail_server::{MailServer, Manners, Whim};
use accounts::sign_up::Who;
use accounts::sign_up::resend;
use accounts::testing::origin;
use delivery::{About, Asked, Delivery, Mailbox, Message, Progress, Timing, Transport, queue, worker};
use nameplate_core::contact::Contact;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn deliver_after_an_outage_sends_one_mail_with_the_latest_code() {
    let (log, _listening) = Log::listen();
    let pool = pool().await;
    let down = MailServer::start(Manners::default()).await;
    let address = down.address();
    drop(down);
    let transport = transport(format!("smtp://{address}"));

    let signed_up = pool.sign_up("jdoe", ADDRESS).await;
    let who = Who::Ticket(signed_up.ticket.clone());
    for wait in [31, 61, 121] {
        assert_eq!(worker::deliver_due(pool.delivery(), &transport).await.unwrap().sent, 0);
        pool.wait(wait);
        resend(&pool, &who, &origin()).await.unwrap();
    }
    let codes = pool.codes_sent_to(ADDRESS).await;
    assert_eq!(worker::deliver_due(pool.delivery(), &transport).await.unwrap().sent, 0);

    let up = MailServer::start_at(address, Manners::default()).await;
    pool.wait(600);
    let progress = worker::deliver_due(pool.delivery(), &transport).await.unwrap();
    assert_eq!((progress.sent, progress.failed, progress.next_due), (1, 0, None));
    let [mail] = up.received().try_into().ok().unwrap();
    let code = code_in(&mail);
    assert_eq!(Some(&code), codes.last());
    pool.confirm(signed_up.ticket, &code).await.unwrap();

    let stored = pool.place().everything();
    for code in codes {
        assert!(!stored.windows(code.len()).any(|window| window == code.as_bytes()));
        assert!(!log.text().contains(&code), "{}", log.text());
    }
    assert!(log.text().contains("could not be sent"), "the log was listened to");
    assert!(!log.text().contains(ADDRESS), "{}", log.text());
}

#[tokio::test]
async fn deliver_with_an_unreadable_outbox_row_sends_the_others() {
    let pool = pool().await;
    let (server, transport) = server().await;
    promise(&pool, "one@domain.com", "one").await;
    let mut tx = pool.store().begin().await.unwrap();
    tx.query("UPDATE outbox SET payload = NULL").run().await.unwrap();
    tx.commit().await.unwrap();
    promise(&pool, ADDRESS, "jdoe").await;
    let progress = worker::deliver_due(pool.delivery(), &transport).await.unwrap();
    assert_eq!((progress.sent, server.received().len()), (1, 1));
}

#[tokio::test]
async fn deliver_after_a_crash_repeats_the_mail_under_its_message_id() {
    let pool = pool().await;
    let (server, transport) = server().await;
    server.next(Whim::SayNothing);
    pool.sign_up("jdoe", ADDRESS).await;

    // The process dies between the server's 250 and our mark.
    let (dying, way) = (pool.handle(), transport.clone());
    let worker = tokio::spawn(async move { worker::deliver_due(dying.delivery(), &way).await });
    server.wait_for(1).await;
    worker.abort();
    assert!(worker.await.unwrap_err().is_cancelled());

    let after_restart = pool.another(2).await;
    let early = worker::deliver_due(after_restart.delivery(), &transport).await.unwrap();
    assert_eq!((early.sent, early.next_due), (0, None), "its lease is respected");
    let after_restart = hasty(after_restart.delivery());
    let worker = tokio::spawn({
        let transport = transport.clone();
        async move { worker::run(&after_restart, transport, CancellationToken::new()).await }
    });
    server.wait_for(2).await;
    worker.abort();

    let [first, second] = server.received().try_into().ok().unwrap();
    let id = |mail| parse(mail).message_id().unwrap().to_owned();
    assert_eq!(id(&first), id(&second));
    assert!(id(&first).ends_with("@id.example.com"));
    assert_eq!(code_in(&first), code_in(&second));
}

/// The same with leases that are over soon.
fn hasty(delivery: &Delivery) -> Delivery {
    let timing = Timing {
        renewal: Duration::from_millis(100),
        held: Duration::from_millis(600),
        abandoned: Duration::from_millis(1000),
        look: Duration::from_millis(100),
    };
    Delivery { timing, ..delivery.clone() }
}

#[tokio::test]
async fn deliver_by_a_slow_worker_keeps_its_lease_until_it_is_gone() {
    let pool = pool().await;
    let (server, transport) = server().await;
    server.next(Whim::SayNothing);
    promise(&pool, ADDRESS, "jdoe").await;
    let run = |delivery: Delivery| {
        let transport = transport.clone();
        tokio::spawn(async move { worker::run(&delivery, transport, CancellationToken::new()).await })
    };
    let slow = run(hasty(pool.delivery()));
    server.wait_for(1).await;
    let other = run(hasty(pool.another(2).await.delivery()));
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(server.received().len(), 1, "a lease that is renewed is respected");
    slow.abort();
    server.wait_for(2).await;
    other.abort();
    assert_eq!(outcomes(&pool).await.len(), 1);
}

#[tokio::test]
async fn deliver_after_losing_the_lease_sends_nothing_more() {
    let pool = pool().await;
    let (server, transport) = server().await;
    promise(&pool, ADDRESS, "jdoe").await;
    // It stops where the server waits for the mail itself.
    let (reached, go_on) = server.hold_at_data();
    let slow = hasty(pool.delivery());
    let worker = tokio::spawn({
        let transport = transport.clone();
        async move { worker::deliver_due(&slow, &transport).await }
    });
    reached.await.unwrap();
    let mut tx = pool.store().begin().await.unwrap();
    tx.query("UPDATE outbox SET lease = NULL WHERE lease IS NOT NULL").run().await.unwrap();
    tx.commit().await.unwrap();
    // Another one has it, and sends it.
    assert_eq!(worker::deliver_due(pool.another(2).await.delivery(), &transport).await.unwrap().sent, 1);
    tokio::time::sleep(Duration::from_millis(300)).await;
    go_on.send(()).unwrap();
    assert_eq!(worker.await.unwrap().unwrap().failed, 1);
    assert_eq!(server.received().len(), 1);
    assert_eq!(outcomes(&pool).await, [ended("sent")]);
}

#[tokio::test]
async fn deliver_after_a_rollback_sends_nothing() {
    let pool = pool().await;
    let mailbox = Mailbox::new(|_| {});
    let asked = Asked::new(Some("jdoe"), pool.time(), &origin());
    let mut tx = pool.store().begin().await.unwrap();
    queue(
        &mut tx,
        pool.delivery(),
        &Message::AddressDeleted { to: Contact::email(ADDRESS), asked },
        About::Farewell,
    )
    .await
    .unwrap();
    drop(tx);
    let progress = worker::deliver_due(pool.delivery(), &Transport::Mailbox(mailbox.clone())).await.unwrap();
    assert_eq!(progress, Progress::default());
    assert!(mailbox.letters().is_empty());
}

#[tokio::test]
async fn deliver_erases_a_message_once_it_is_sent() {
    let pool = pool().await;
    let mailbox = Mailbox::new(|_| {});
    pool.sign_up("jdoe", ADDRESS).await;
    assert_eq!(outcomes(&pool).await, [(None, true)]);
    worker::deliver_due(pool.delivery(), &Transport::Mailbox(mailbox.clone())).await.unwrap();
    assert_eq!(outcomes(&pool).await, [ended("sent")]);
    assert_eq!(mailbox.letters()[0].subject, "Confirm your Nameplate account");
    assert_eq!(mailbox.letters()[0].sent_at, pool.time().to_rfc3339());
}

#[tokio::test]
async fn deliver_with_a_code_used_meanwhile_sends_nothing() {
    let pool = pool().await;
    let mailbox = Mailbox::new(|_| {});
    let ticket = pool.sign_up("jdoe", ADDRESS).await.ticket;
    let code = pool.code_for(ADDRESS).await;
    pool.confirm(ticket, &code).await.unwrap();
    let progress = worker::deliver_due(pool.delivery(), &Transport::Mailbox(mailbox.clone())).await.unwrap();
    assert_eq!((progress.sent, progress.stale), (0, 1));
    assert_eq!(outcomes(&pool).await, [ended("stale")]);
    assert!(mailbox.letters().is_empty());
}

#[tokio::test]
async fn deliver_with_a_code_expired_meanwhile_sends_nothing() {
    let pool = pool().await;
    pool.sign_up("jdoe", ADDRESS).await;
    pool.wait(24 * 60 * 60);
    let progress =
        worker::deliver_due(pool.delivery(), &Transport::Mailbox(Mailbox::new(|_| {}))).await.unwrap();
    assert_eq!((progress.sent, progress.stale), (0, 1));
    assert_eq!(outcomes(&pool).await, [ended("stale")]);
}

#[tokio::test]
async fn deliver_with_a_missing_key_waits_three_days() {
    let pool = pool().await;
    promise(&pool, ADDRESS, "jdoe").await;
    let mut tx = pool.store().begin().await.unwrap();
    tx.query("UPDATE outbox SET payload = $1").bind(vec![7_u8; 100]).run().await.unwrap();
    tx.commit().await.unwrap();
    promise(&pool, "other@domain.com", "jdoe").await;
    let progress =
        worker::deliver_due(pool.delivery(), &Transport::Mailbox(Mailbox::new(|_| {}))).await.unwrap();
    assert_eq!((progress.sent, progress.failed, progress.given_up), (1, 1, 0));
    pool.wait(3 * 24 * 60 * 60);
    let progress =
        worker::deliver_due(pool.delivery(), &Transport::Mailbox(Mailbox::new(|_| {}))).await.unwrap();
    assert_eq!((progress.sent, progress.failed, progress.given_up), (0, 0, 1));
}

#[tokio::test]
async fn deliver_by_two_workers_sends_each_message_once() {
    const MAILS: usize = 60;
    let pool = pool().await;
    let (server, transport) = server().await;
    for number in 0..MAILS {
        promise(&pool, &format!("person{number}@domain.com"), "jdoe").await;
    }
    let (one, two) = (pool.another(2).await, pool.another(3).await);
    let (done, also_done) = tokio::join!(
        worker::deliver_due(one.delivery(), &transport),
        worker::deliver_due(two.delivery(), &transport)
    );
    assert_eq!(done.unwrap().sent + also_done.unwrap().sent, MAILS);
    let mut recipients: Vec<_> = server.received().iter().map(|mail| mail.to.concat()).collect();
    recipients.sort();
    recipients.dedup();
    assert_eq!((server.received().len(), recipients.len()), (MAILS, MAILS));
}

#[tokio::test]
async fn run_with_a_slow_message_sends_a_new_one_meanwhile() {
    let pool = pool().await;
    let (server, transport) = server().await;
    let worker = pool.handle();
    let worker =
        tokio::spawn(
            async move { worker::run(worker.delivery(), transport, CancellationToken::new()).await },
        );
    server.next(Whim::SayNothing);
    pool.sign_up("slow", "slow@domain.com").await;
    server.wait_for(1).await;
    pool.sign_up("jdoe", ADDRESS).await;
    server.wait_for(2).await;
    assert_eq!(server.received()[1].to, [ADDRESS]);
    worker.abort();
}

#[tokio::test]
async fn run_when_stopped_finishes_the_message_being_sent() {
    let pool = pool().await;
    let (server, transport) = server().await;
    let stop = CancellationToken::new();
    let (worker, until) = (pool.handle(), stop.clone());
    let worker = tokio::spawn(async move { worker::run(worker.delivery(), transport, until).await });
    pool.sign_up("jdoe", ADDRESS).await;
    server.wait_for(1).await;
    stop.cancel();
    worker.await.unwrap();
    assert_eq!(outcomes(&pool).await, [ended("sent")]);
}
