//! How long workers wait for each other.

use std::time::Duration;

/// How leases are renewed, and when they are over.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// A worker says so often that it still has a message.
    pub renewal: Duration,
    /// So long after it has said so for the last time it doesn't send it any more. Shorter than `abandoned`.
    pub held: Duration,
    /// What was not renewed for so long under the eyes of another worker is free.
    pub abandoned: Duration,
    /// The outbox is looked at this often though nobody called: another node may have died, or more to do
    /// than it can, with promises of its own.
    pub look: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            renewal: Duration::from_secs(2),
            held: Duration::from_secs(6),
            abandoned: Duration::from_secs(8),
            look: Duration::from_secs(2),
        }
    }
}
