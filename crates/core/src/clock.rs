//! Time as an argument: what is now is asked of a [`Clock`], so that expiry is tested without waiting.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A moment: milliseconds since 1970-01-01T00:00:00Z. The store keeps it as this number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment so much later.
    #[must_use]
    pub fn plus(self, time: Duration) -> Self {
        Self(self.0.saturating_add(whole_millis(time)))
    }

    /// The moment so much earlier.
    #[must_use]
    pub fn minus(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(whole_millis(time)))
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, as tokens and `updated_at` count.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// How long after `other` this is; nothing, if it is before.
    pub fn since(self, other: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(other.0)).unwrap_or(0))
    }

    /// Whole seconds until this moment, rounded up, at least one: what a person is told to wait.
    pub fn seconds_from(self, now: Self) -> u32 {
        let seconds = self.since(now).as_millis().div_ceil(1000).max(1);
        u32::try_from(seconds).unwrap_or(u32::MAX)
    }

    /// As RFC 3339 writes it, in UTC.
    pub fn to_rfc3339(self) -> String {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or_default().to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

fn whole_millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Clocks of nodes that are right differ by no more. What is further ahead was written by a clock that was
/// wrong, and counts as nothing.
pub const SKEW: Duration = Duration::from_secs(5 * 60);

/// Who knows what time it is.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// This moment.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::default().plus(since)
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug, Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// A clock that shows this many milliseconds since 1970.
    pub fn new(millis: i64) -> Self {
        Self(Arc::new(AtomicI64::new(millis)))
    }

    /// Moves every copy of the clock.
    pub fn advance(&self, time: Duration) {
        self.0.fetch_add(whole_millis(time), Ordering::SeqCst);
    }

    /// Moves every copy of the clock back.
    pub fn turn_back(&self, time: Duration) {
        self.0.fetch_sub(whole_millis(time), Ordering::SeqCst);
    }
}

impl Default for TestClock {
    /// An unremarkable moment in 2025.
    fn default() -> Self {
        Self::new(1_750_000_000_000)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_from_a_later_time_rounds_up_to_at_least_one() {
        let now = Timestamp(10_000);
        assert_eq!(Timestamp(10_001).seconds_from(now), 1);
        assert_eq!(Timestamp(12_000).seconds_from(now), 2);
        assert_eq!(Timestamp(9_000).seconds_from(now), 1);
    }

    #[test]
    fn to_rfc3339_writes_the_time_in_utc() {
        assert_eq!(Timestamp(1_750_000_000_000).to_rfc3339(), "2025-06-15T15:06:40Z");
    }

    #[test]
    fn advance_of_a_test_clock_moves_its_copies_too() {
        let clock = TestClock::default();
        let (copy, before) = (clock.clone(), clock.now());
        clock.advance(Duration::from_secs(5));
        assert_eq!(copy.now().since(before), Duration::from_secs(5));
    }
}
