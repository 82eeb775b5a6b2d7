//! Retries of the client's SDK: a call that was not answered comes again, up to three times and under one
//! invocation id (`amz-sdk-invocation-id`). What was counted for the first attempt is not counted once more
//! then.
//!
//! An id alone would be worth a lot to an attacker who guesses, so it is only good for the same call, in every
//! byte and from the same network, and only if that was counted and has not been answered: one count, one
//! answer. Each node remembers its own; where another one is asked, or this one was restarted, the call is
//! counted again, which is the safe side.

use crate::error::ApiError;
use accounts::{Context, Origin, Tally, Timestamp};
use axum::http::{HeaderMap, HeaderName};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

static INVOCATION: HeaderName = HeaderName::from_static("amz-sdk-invocation-id");
/// So many retries are not counted.
const FREE_RETRIES: u8 = 2;
/// Clients have given up by then.
const RETRY_WINDOW: Duration = Duration::from_secs(60);
/// No more calls are remembered than this.
const MAX_PENDING: usize = 1024;

/// The same for a call and its retries, and for nothing else.
type RetryKey = [u8; 32];

/// The calls that were counted and not answered.
#[derive(Debug, Clone, Default)]
pub struct PendingRetries(Arc<Mutex<HashMap<RetryKey, PendingRetry>>>);

#[derive(Debug)]
struct PendingRetry {
    /// How many retries are still free.
    left: u8,
    until: Timestamp,
}

/// The key of a call: who makes it, which one it is of theirs, and what it asks for. `None`: its client gives it
/// no id.
pub fn key(headers: &HeaderMap, operation: &str, body: &[u8], origin: &Origin) -> Option<RetryKey> {
    let invocation = headers.get(&INVOCATION).filter(|id| !id.is_empty())?;
    let mut digest = Sha256::new();
    for part in [invocation.as_bytes(), operation.as_bytes(), origin.household().to_string().as_bytes(), body]
    {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    Some(digest.finalize().into())
}

impl PendingRetries {
    /// A call begins.
    pub fn begin(&self, key: Option<RetryKey>, pool: &Context) -> CallAttempt {
        let pending = key
            .and_then(|key| self.locked(|calls| calls.remove(&key)))
            .filter(|pending| pending.until > pool.now());
        let (tally, left) = match pending {
            Some(pending) => (Tally::paid(), pending.left.saturating_sub(1)),
            None => (Tally::default(), FREE_RETRIES),
        };
        CallAttempt { tally, key, left, pool: pool.clone(), pending: self.clone() }
    }

    fn locked<T>(&self, work: impl FnOnce(&mut HashMap<RetryKey, PendingRetry>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn remember(&self, key: RetryKey, left: u8, now: Timestamp) {
        self.locked(|calls| {
            if calls.len() >= MAX_PENDING {
                calls.retain(|_, pending| pending.until > now);
            }
            if calls.len() < MAX_PENDING {
                calls.insert(key, PendingRetry { left, until: now.plus(RETRY_WINDOW) });
            }
        });
    }
}

/// A call under way. However it ends (it is given up when it takes too long, or when its client hangs
/// up), what was counted and not answered is remembered.
pub struct CallAttempt {
    /// What counts its attempts at secrets.
    pub tally: Tally,
    key: Option<RetryKey>,
    left: u8,
    pool: Context,
    pending: PendingRetries,
}

impl CallAttempt {
    /// The call has ended so.
    pub fn finish(mut self, done: &Result<Value, ApiError>) {
        if done.as_ref().err().is_none_or(ApiError::is_conclusive) {
            self.key = None;
        }
    }
}

impl Drop for CallAttempt {
    fn drop(&mut self) {
        if let Some(key) = self.key
            && self.left > 0
            && self.tally.is_counted()
        {
            self.pending.remember(key, self.left, self.pool.now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Exception;
    use accounts::testing::TestPool;

    const CALL: RetryKey = [7; 32];

    #[tokio::test]
    async fn retry_of_an_unanswered_call_is_free_and_of_an_answered_one_is_not() {
        let pool = TestPool::new().await;
        let calls = PendingRetries::default();
        let counted = |calls: &PendingRetries| calls.locked(|calls| calls.contains_key(&CALL));
        calls.remember(CALL, FREE_RETRIES, pool.time());
        // Dropped, as when the client hangs up.
        drop(calls.begin(Some(CALL), &pool));
        assert!(counted(&calls));
        let answers = [Ok(Value::Null), Err(ApiError::not_authorized("Incorrect username or password."))];
        for answer in answers {
            calls.remember(CALL, FREE_RETRIES, pool.time());
            calls.begin(Some(CALL), &pool).finish(&answer);
            assert!(!counted(&calls), "{answer:?}");
        }
        for fault in [ApiError::internal(), ApiError::new(Exception::TooManyRequests, "Too many requests")] {
            calls.remember(CALL, FREE_RETRIES, pool.time());
            calls.begin(Some(CALL), &pool).finish(&Err(fault.clone()));
            assert!(counted(&calls), "{fault:?}");
        }
        // What was never counted owes nothing.
        drop(calls.begin(Some([8; 32]), &pool));
        assert!(!calls.begin(Some([8; 32]), &pool).tally.is_counted());
    }

    #[tokio::test]
    async fn remember_with_full_memory_takes_no_more_calls() {
        let pool = TestPool::new().await;
        let calls = PendingRetries::default();
        for number in 0..MAX_PENDING + 10 {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&number.to_le_bytes());
            calls.remember(key, FREE_RETRIES, pool.time());
        }
        assert_eq!(calls.locked(|calls| calls.len()), MAX_PENDING);
        pool.wait(RETRY_WINDOW.as_secs());
        calls.remember(CALL, FREE_RETRIES, pool.time());
        assert_eq!(calls.locked(|calls| calls.len()), 1, "the old ones made way");
    }
}
