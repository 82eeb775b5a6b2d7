//! What providers have against us, said once: a thousand messages that wait for one setting are one line.

use nameplate_core::clock::Timestamp;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The same is said again after this.
const QUIET: Duration = Duration::from_secs(60 * 60);
/// So many different refusals are told apart within that time; the rest of them is silent.
const MOST: usize = 16;
/// A longer word with a digit in it is the name of this one attempt: a queue's number, a time.
const LONGEST_CODE: usize = 6;

/// What was said, and when.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<Vec<Told>>);

#[derive(Debug)]
struct Told {
    what: String,
    at: Timestamp,
    unsaid: u64,
}

impl Refusals {
    /// Whether to say it now: how often it came since it was last said, this time included.
    pub fn note(&self, said: &str, now: Timestamp) -> Option<u64> {
        let of_attempt = |word: &&str| word.len() > LONGEST_CODE && word.contains(|c: char| c.is_numeric());
        let what = said.split_whitespace().filter(|word| !of_attempt(word)).collect::<Vec<_>>().join(" ");
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(it) = told.iter_mut().find(|it| it.what == what) {
            it.unsaid = it.unsaid.saturating_add(1);
            if !it.is_old(now) {
                return None;
            }
            it.at = now;
            return Some(std::mem::take(&mut it.unsaid));
        }
        told.retain(|it| !it.is_old(now));
        if told.len() >= MOST {
            return None;
        }
        told.push(Told { what, at: now, unsaid: 0 });
        Some(1)
    }
}

impl Told {
    /// One of the future was said by a clock that was wrong.
    fn is_old(&self, now: Timestamp) -> bool {
        now.since(self.at) >= QUIET || self.at > now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 60 * 60 * 1000;

    #[test]
    fn note_of_a_repeated_refusal_is_logged_once_an_hour() {
        let refusals = Refusals::default();
        let note = |said: &str, at: i64| refusals.note(said, Timestamp(at));
        assert_eq!(note("answered 553: 5.7.1 not owned by user (4Fxyz12Qz)", 10), Some(1));
        assert_eq!(note("answered 553: 5.7.1 not owned by user (4Fxyz99Ab)", 20), None);
        assert_eq!(note("answered 550: 5.7.1 relaying denied", 20), Some(1));
        assert_eq!(note("answered 553: 5.7.1 not owned by user (x)", 20), Some(1));
        assert_eq!(note("answered 553: 5.7.1 not owned by user (4Fxyz55Cd)", 10 + HOUR), Some(2));
        assert_eq!(note("answered 553: 5.7.1 not owned by user (4Fxyz55Cd)", 11 + HOUR), None);
        assert_eq!(
            note("answered 553: 5.7.1 not owned by user (4Fxyz55Cd)", 5),
            Some(2),
            "the clock was wrong"
        );
    }

    #[test]
    fn note_of_ever_new_refusals_is_bounded() {
        let refusals = Refusals::default();
        let letters = |number: usize| "x".repeat(number);
        let said = (0..1000).filter(|it| refusals.note(&letters(*it), Timestamp(0)).is_some()).count();
        assert_eq!(said, MOST);
        assert_eq!(refusals.note("another", Timestamp(HOUR)), Some(1));
    }
}
