//! Whether a message is still this worker's to send.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The right to send one message. Looked at for the last time when there is no way back: whoever was stopped
/// for a while, or cut off from the store, sends nothing that another worker may have sent meanwhile.
#[derive(Debug, Clone)]
pub struct Lease {
    /// So long after the last renewal nobody else has it yet.
    time: Duration,
    until: Arc<Mutex<Option<Instant>>>,
}

impl Lease {
    /// One that was taken at that moment, or later.
    pub fn taken(at: Instant, time: Duration) -> Self {
        Self { time, until: Arc::new(Mutex::new(Some(at + time))) }
    }

    /// It was renewed at that moment, or later.
    pub fn renew(&self, at: Instant) {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = until.map(|_| at + self.time);
    }

    /// Somebody else has it, or may have it. It doesn't come back.
    pub fn lose(&self) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether it is ours for sure.
    pub fn is_held(&self) -> bool {
        self.until.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| Instant::now() < until)
    }
}
