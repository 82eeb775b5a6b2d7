//! How often something may be asked for, and how long to wait.

use std::time::Duration;

/// Too soon, or too often; again after so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wait {
    pub(crate) seconds: u32,
}

/// Nothing is left of this hour, which ends in so many seconds. Whoever hears of it may have tried once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full {
    pub(crate) seconds: u32,
}

/// So often within such a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    pub(crate) times: u32,
    pub(crate) per: Duration,
}

/// An hour.
pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);

/// A day.
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Waits that double.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    /// So many times without a wait.
    pub(crate) free: u32,
    pub(crate) first: Duration,
    pub(crate) longest: Duration,
}
