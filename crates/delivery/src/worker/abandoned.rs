//! Messages in the hands of workers that are gone.
//!
//! A worker counts up a number while it has a message. One that stands still is seen by watching it, so the
//! clocks of the nodes are never compared.

use std::collections::HashMap;
use std::time::Duration;
use store::outbox::Leased;
use tokio::time::Instant;

/// What others have in hand, and since when that looks as it does.
#[derive(Debug, Default)]
pub struct Watched(HashMap<Leased, Instant>);

impl Watched {
    /// Takes down what is leased now. Those that nobody has renewed for so long are abandoned.
    pub fn look(&mut self, leased: Vec<Leased>, patience: Duration, now: Instant) -> Vec<Leased> {
        let known = std::mem::take(&mut self.0);
        let watched = |it: Leased| {
            let since = known.get(&it).copied().unwrap_or(now);
            (it, since)
        };
        self.0 = leased.into_iter().map(watched).collect();
        let old = |since: &Instant| now.saturating_duration_since(*since) >= patience;
        self.0.iter().filter(|(_, since)| old(since)).map(|(leased, _)| leased.clone()).collect()
    }
}
