//! What is of no use to anybody any more goes.

use crate::maintenance::jump;
use crate::password::costs;
use crate::sign_in::known_origins;
use crate::{Context, Unavailable};
use nameplate_core::clock::Timestamp;
use nameplate_core::settings::Settings;
use std::time::Duration;
use store::purge::{self, Expired};
use store::{StoreError, retried};

const fn days(number: u64) -> Duration {
    Duration::from_secs(number * 24 * 60 * 60)
}

/// No counter looks back further than a day.
const COUNTERS: Duration = days(2);
/// Whoever enters a code that was used or has expired is told so for this long.
const CODES: Duration = days(2);

/// What is known of a message that is done is forgotten after this.
const MESSAGES: Duration = days(30);

/// So many rows go in one transaction: nobody's write should wait for more.
const BATCH: u32 = 200;

/// Removes what has run its course: old counters, ended sessions, worthless tickets, sign-ins that were
/// not finished, accounts that were never confirmed, messages that are done, and events that were kept
/// long enough; nothing, while the clock can't be trusted. The process calls it every hour or so; how often is of
/// no consequence to anybody.
pub async fn purge_expired(ctx: &Context) -> Result<(), Unavailable> {
    if !jump::is_trusted(ctx).await? {
        return Ok(());
    }
    let (now, settings) = (ctx.now(), &ctx.settings);
    for (what, until) in expired(now, settings) {
        while retried(|| remove_some(ctx, what, until)).await? == u64::from(BATCH) {}
    }
    remove_unconfirmed(ctx).await?;
    costs::count(ctx).await?;
    truncate_wal(ctx).await;
    Ok(())
}

/// An account that was not confirmed for so long was abandoned. It reserved nothing; what it says about a
/// person shouldn't stay.
async fn remove_unconfirmed(ctx: &Context) -> Result<(), StoreError> {
    let kept = ctx.settings.accounts.keep_unconfirmed;
    let until = ctx.now().minus(kept);
    let mut removed = 0;
    loop {
        let some = retried(|| remove_some_unconfirmed(ctx, until)).await?;
        removed += some;
        if some < BATCH as usize {
            break;
        }
    }
    if removed > 0 {
        tracing::info!(accounts = removed, kept_for = %in_days(kept), "removed accounts that were not confirmed in time");
    }
    Ok(())
}

async fn remove_some_unconfirmed(ctx: &Context, until: Timestamp) -> Result<usize, StoreError> {
    let mut tx = ctx.store.begin().await?;
    let removed = purge::remove_unconfirmed(&mut tx, until, BATCH).await?;
    tx.commit().await.map(|()| removed)
}

/// Makes what was deleted unreadable in the store's files too. Nobody is refused because that can't be
/// done while somebody else reads for long, such as a backup: the next tidying makes up for it.
pub(crate) async fn truncate_wal(ctx: &Context) {
    match ctx.store.truncate_wal().await {
        Ok(true) => {}
        Ok(false) => tracing::debug!("somebody was reading; the store's log is emptied later"),
        Err(error) => {
            tracing::warn!(%error, "the store's log was not emptied; that is tried again later");
        }
    }
}

async fn remove_some(ctx: &Context, what: Expired, until: Timestamp) -> Result<u64, StoreError> {
    let mut tx = ctx.store.begin().await?;
    let removed = purge::remove(&mut tx, what, until, BATCH).await?;
    tx.commit().await.map(|()| removed)
}

/// What goes, and until when it was of use.
fn expired(now: Timestamp, settings: &Settings) -> [(Expired, Timestamp); 17] {
    [
        (Expired::Sessions, now),
        (Expired::IdleSessions, now.minus(settings.sessions.idle)),
        (Expired::SignUpTickets, now),
        (Expired::Challenges, now),
        (Expired::FormerPasswords, now),
        (Expired::ReadableRecoveryCodes, now.minus(crate::factors::recovery::READABLE)),
        (Expired::Limits, now.minus(COUNTERS)),
        (Expired::RequestedCodes, now.minus(CODES)),
        (Expired::KnownBrowsers, now.minus(known_origins::BROWSERS)),
        (Expired::KnownNetworks, now.minus(known_origins::NETWORKS)),
        (Expired::UndoableChanges, now),
        (Expired::UndoneFactors, now),
        (Expired::Messages, now.minus(MESSAGES)),
        (Expired::Events, now.minus(settings.events.keep)),
        (Expired::DecoyCodes, now.minus(CODES)),
        (Expired::DecoyMessages, now.minus(CODES)),
        (Expired::DecoyEvents, now.minus(CODES)),
    ]
}

/// As the configuration has it, most often: `30 days`.
fn in_days(time: Duration) -> String {
    let (seconds, day) = (time.as_secs(), days(1).as_secs());
    match seconds / day {
        1 if seconds == day => "1 day".to_owned(),
        days if seconds.is_multiple_of(day) => format!("{days} days"),
        _ => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use delivery::{Mailbox, Transport};
    use nameplate_core::settings::Settings;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    const DAY: u64 = 24 * 60 * 60;

    async fn count(pool: &TestPool, sql: &'static str) -> i64 {
        let mut conn = pool.store.read().await.unwrap();
        conn.query(sql).optional().await.unwrap().unwrap().get(0).unwrap()
    }

    #[tokio::test]
    async fn purge_expired_keeps_what_is_in_use_and_removes_the_rest() {
        let pool = TestPool::new().await;
        let token = pool.signed_in_token("jdoe", "me@domain.com").await;
        let ticket = pool.sign_up("waiting", "waiting@domain.com").await.ticket;
        pool.wait(5 * DAY);
        super::purge_expired(&pool).await.unwrap();
        assert!(crate::sessions::viewer(&pool, &token).await.unwrap().is_some());
        assert!(crate::sign_up::pending(&pool, &ticket).await.unwrap().is_some());
        assert_eq!(count(&pool, "SELECT COUNT(*) FROM limits").await, 0);

        pool.wait(25 * DAY);
        super::purge_expired(&pool).await.unwrap();
        assert_eq!(count(&pool, "SELECT COUNT(*) FROM users").await, 1, "the confirmed one");
        for sql in ["SELECT COUNT(*) FROM sessions", "SELECT COUNT(*) FROM sign_up_tickets"] {
            assert_eq!(count(&pool, sql).await, 0, "{sql}");
        }
    }

    /// What was logged, line by line.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn purge_expired_logs_the_removed_unconfirmed_accounts() {
        let pool = TestPool::new().await;
        for number in 0..3 {
            pool.sign_up(&format!("waiting{number}"), &format!("w{number}@domain.com")).await;
        }
        let log = Log::default();
        let writer = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        let guard = tracing::subscriber::set_default(subscriber);
        super::purge_expired(&pool).await.unwrap();
        pool.wait(30 * DAY);
        super::purge_expired(&pool).await.unwrap();
        drop(guard);
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<_> = log.lines().filter(|line| line.contains("not confirmed in time")).collect();
        assert_eq!(lines.len(), 1, "{log}");
        assert!(lines[0].contains("INFO") && lines[0].contains("accounts=3 kept_for=30 days"), "{log}");
    }

    #[test]
    fn in_days_of_whole_days_is_told_in_days() {
        let told = |seconds| super::in_days(std::time::Duration::from_secs(seconds));
        assert_eq!([told(DAY), told(45 * DAY), told(DAY + 1)], ["1 day", "45 days", "86401 s"]);
    }

    #[tokio::test]
    async fn purge_expired_of_more_than_a_batch_removes_it_all() {
        let pool = TestPool::new().await;
        let user = pool.signed_in("jdoe", "me@domain.com").await.user;
        let mut tx = pool.store.begin().await.unwrap();
        for _ in 0..2 * super::BATCH + 1 {
            let query = tx.query(
                "INSERT INTO events (user_id, payload, at, network, user_agent) VALUES ($1, '{}', 0, '', '')",
            );
            query.bind(user.0).run().await.unwrap();
        }
        tx.commit().await.unwrap();
        super::purge_expired(&pool).await.unwrap();
        assert_eq!(count(&pool, "SELECT COUNT(*) FROM events WHERE at = 0").await, 0);
        assert!(count(&pool, "SELECT COUNT(*) FROM events").await > 0, "the young ones stay");
    }

    #[tokio::test]
    async fn purge_expired_keeps_events_and_messages_for_their_time() {
        let mut settings = Settings::default();
        settings.events.keep = std::time::Duration::from_secs(10 * DAY);
        let pool = TestPool::with(settings).await;
        let viewer = pool.signed_in("jdoe", "me@domain.com").await;
        delivery::worker::deliver_due(pool.delivery(), &Transport::Mailbox(Mailbox::new(|_| {})))
            .await
            .unwrap();
        pool.wait(10 * DAY - 1);
        super::purge_expired(&pool).await.unwrap();
        assert!(!pool.event_names(&viewer).await.is_empty());
        pool.wait(1);
        super::purge_expired(&pool).await.unwrap();
        assert!(pool.event_names(&viewer).await.is_empty());
        assert_eq!(count(&pool, "SELECT COUNT(*) FROM outbox").await, 1);
        pool.wait(20 * DAY);
        super::purge_expired(&pool).await.unwrap();
        assert_eq!(count(&pool, "SELECT COUNT(*) FROM outbox").await, 0);
    }
}
