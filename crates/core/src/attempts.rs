//! What one call was counted for, so that a client that was not answered can ask again at no cost.
//!
//! A try at a password or a code counts in a transaction of its own, before it is judged, or many at once
//! would be judged for the price of one. When the judgement then fails to come, the try is paid for, and
//! whoever asks for the same again pays nothing: one price, one answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a call was counted against a limit on tries. Clones are about the same call.
#[derive(Debug, Clone, Default)]
pub struct Tally(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// By an earlier call for the same.
    paid: bool,
    counted: AtomicBool,
}

impl Tally {
    /// Of a call that was counted before, and not answered. Whoever says so has to know that it is the same
    /// in every byte, and that one price is paid with once.
    pub fn paid() -> Self {
        Self(Arc::new(Inner { paid: true, counted: AtomicBool::new(true) }))
    }

    /// Whether it was counted by now, by this call or before.
    pub fn is_counted(&self) -> bool {
        self.0.counted.load(Ordering::Acquire)
    }

    /// Whether it is not to be counted.
    pub fn is_paid(&self) -> bool {
        self.0.paid
    }

    /// Notes that it was counted, once that is certain.
    pub fn count(&self) {
        self.0.counted.store(true, Ordering::Release);
    }
}
