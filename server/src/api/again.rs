//! Clients of this kind ask again by themselves, up to three times and under one name
//! (`amz-sdk-invocation-id`), when they were not answered. What was counted for the first time is not counted
//! once more then.
//!
//! A name alone would be worth a lot to somebody who guesses, so it is only good for the same call, in every
//! byte and from the same network, and only if that was counted and has not been answered: one count, one
//! answer. Each node remembers its own; where another one is asked, or this one was restarted, the call is
//! counted again, which is the safe side.

use super::fault::Fault;
use axum::http::{HeaderMap, HeaderName};
use pool::{Origin, Pool, Tally, Timestamp};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

static INVOCATION: HeaderName = HeaderName::from_static("amz-sdk-invocation-id");
/// So often a call may be made again without being counted.
const AGAIN: u8 = 2;
/// Clients have given up by then.
const PATIENCE: Duration = Duration::from_secs(60);
/// No more calls are remembered than this.
const MOST: usize = 1024;

type Name = [u8; 32];

/// The calls that were counted and not answered.
#[derive(Debug, Clone, Default)]
pub struct Unanswered(Arc<Mutex<HashMap<Name, Open>>>);

#[derive(Debug)]
struct Open {
    left: u8,
    until: Timestamp,
}

/// What a call is: who makes it, which one it is of theirs, and what it asks for. `None`: its client doesn't
/// name it.
pub fn name(headers: &HeaderMap, operation: &str, body: &[u8], origin: &Origin) -> Option<Name> {
    let invocation = headers.get(&INVOCATION).filter(|name| !name.is_empty())?;
    let mut digest = Sha256::new();
    for part in [invocation.as_bytes(), operation.as_bytes(), origin.household().to_string().as_bytes(), body]
    {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    Some(digest.finalize().into())
}

impl Unanswered {
    /// A call begins.
    pub fn enter(&self, name: Option<Name>, pool: &Pool) -> Watched {
        let open = name
            .and_then(|name| self.locked(|calls| calls.remove(&name)))
            .filter(|open| open.until > pool.now());
        let (tally, left) = match open {
            Some(open) => (Tally::paid(), open.left - 1),
            None => (Tally::default(), AGAIN),
        };
        Watched { tally, name, left, pool: pool.clone(), calls: self.clone() }
    }

    fn locked<T>(&self, work: impl FnOnce(&mut HashMap<Name, Open>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn remember(&self, name: Name, left: u8, now: Timestamp) {
        self.locked(|calls| {
            if calls.len() >= MOST {
                calls.retain(|_, open| open.until > now);
            }
            if calls.len() < MOST {
                calls.insert(name, Open { left, until: now.plus(PATIENCE) });
            }
        });
    }
}

/// A call that is going on. However it ends (it is given up when it takes too long, or when its client hangs
/// up), what was counted and not answered is remembered.
pub struct Watched {
    pub tally: Tally,
    name: Option<Name>,
    left: u8,
    pool: Pool,
    calls: Unanswered,
}

impl Watched {
    /// The call has ended so.
    pub fn end(mut self, done: &Result<Value, Fault>) {
        if done.as_ref().err().is_none_or(Fault::is_an_answer) {
            self.name = None;
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(name) = self.name
            && self.left > 0
            && self.tally.is_counted()
        {
            self.calls.remember(name, self.left, self.pool.now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::fault::Exception;
    use pool::testing::TestPool;

    const CALL: Name = [7; 32];

    #[tokio::test]
    async fn a_call_that_its_client_gave_up_is_free_again_and_an_answered_one_is_not() {
        let pool = TestPool::new().await;
        let calls = Unanswered::default();
        let counted = |calls: &Unanswered| calls.locked(|calls| calls.contains_key(&CALL));
        calls.remember(CALL, AGAIN, pool.time());
        // Dropped, as when the client hangs up.
        drop(calls.enter(Some(CALL), &pool));
        assert!(counted(&calls));
        let answers = [Ok(Value::Null), Err(Fault::not_authorized("Incorrect username or password."))];
        for answer in answers {
            calls.remember(CALL, AGAIN, pool.time());
            calls.enter(Some(CALL), &pool).end(&answer);
            assert!(!counted(&calls), "{answer:?}");
        }
        for fault in [Fault::internal(), Fault::new(Exception::TooManyRequests, "Too many requests")] {
            calls.remember(CALL, AGAIN, pool.time());
            calls.enter(Some(CALL), &pool).end(&Err(fault.clone()));
            assert!(counted(&calls), "{fault:?}");
        }
        // What was never counted owes nothing.
        drop(calls.enter(Some([8; 32]), &pool));
        assert!(!calls.enter(Some([8; 32]), &pool).tally.is_counted());
    }

    #[tokio::test]
    async fn no_more_calls_are_remembered_than_fit() {
        let pool = TestPool::new().await;
        let calls = Unanswered::default();
        for number in 0..MOST + 10 {
            let mut name = [0; 32];
            name[..8].copy_from_slice(&number.to_le_bytes());
            calls.remember(name, AGAIN, pool.time());
        }
        assert_eq!(calls.locked(|calls| calls.len()), MOST);
        pool.wait(PATIENCE.as_secs());
        calls.remember(CALL, AGAIN, pool.time());
        assert_eq!(calls.locked(|calls| calls.len()), 1, "the old ones made way");
    }
}
