//! What is of no use to anybody any more goes.

use crate::clock::Timestamp;
use crate::{Pool, Unavailable};
use std::time::Duration;

const fn days(number: u64) -> Duration {
    Duration::from_secs(number * 24 * 60 * 60)
}

/// No counter looks back further than a day.
const COUNTERS: Duration = days(2);
/// An account that nobody confirmed for so long was abandoned. It reserved nothing; what it says about a person
/// shouldn't stay.
const UNCONFIRMED: Duration = days(30);

impl Pool {
    /// Removes what has run its course: old counters, ended sessions, worthless tickets and accounts that were never
    /// confirmed. The process calls it every hour or so; how often is of no consequence to anybody.
    pub async fn tidy(&self) -> Result<(), Unavailable> {
        let now = self.now();
        let idle = now.minus(self.inner.settings.sessions.idle);
        let statements: [(&'static str, Timestamp); 5] = [
            ("DELETE FROM limits WHERE since <= $1 AND free_at <= $1", now.minus(COUNTERS)),
            ("DELETE FROM sessions WHERE expires_at <= $1", now),
            ("DELETE FROM sessions WHERE last_seen_at <= $1", idle),
            ("DELETE FROM sign_up_tickets WHERE expires_at <= $1", now),
            ("DELETE FROM users WHERE status = 'unconfirmed' AND created_at <= $1", now.minus(UNCONFIRMED)),
        ];
        // Each for itself: nobody's write should wait for all of them.
        for (sql, until) in statements {
            let mut tx = self.inner.store.begin().await?;
            tx.query(sql).bind(until.0).run().await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;

    const DAY: u64 = 24 * 60 * 60;

    async fn count(pool: &TestPool, sql: &'static str) -> i64 {
        let mut conn = pool.inner.store.read().await.unwrap();
        conn.query(sql).optional().await.unwrap().unwrap().get(0).unwrap()
    }

    #[tokio::test]
    async fn what_is_of_use_stays_and_the_rest_goes() {
        let pool = TestPool::new().await;
        let token = pool.signed_in_token("jdoe", "me@domain.com").await;
        let ticket = pool.sign_up("waiting", "waiting@domain.com").await.ticket;
        pool.wait(5 * DAY);
        pool.tidy().await.unwrap();
        assert!(pool.viewer(&token).await.unwrap().is_some());
        assert!(pool.pending_sign_up(&ticket).await.unwrap().is_some());
        assert_eq!(count(&pool, "SELECT COUNT(*) FROM limits").await, 0);

        pool.wait(25 * DAY);
        pool.tidy().await.unwrap();
        assert_eq!(count(&pool, "SELECT COUNT(*) FROM users").await, 1, "the confirmed one");
        for sql in ["SELECT COUNT(*) FROM sessions", "SELECT COUNT(*) FROM sign_up_tickets"] {
            assert_eq!(count(&pool, sql).await, 0, "{sql}");
        }
    }
}
