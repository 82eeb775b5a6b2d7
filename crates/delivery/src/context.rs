//! What sending messages works with.

use crate::worker::refusals::Refusals;
use crate::worker::timing::Timing;
use nameplate_core::clock::Clock;
use nameplate_core::entropy::Entropy;
use nameplate_core::keys::Keys;
use nameplate_core::settings::Settings;
use std::sync::Arc;
use store::Store;
use tokio::sync::Notify;

/// Messages of one installation: where they wait, and all that writing and sending them takes. Cheap to
/// clone.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Where messages wait.
    pub store: Store,
    /// Says when a message is due, and when a code has expired.
    pub clock: Arc<dyn Clock>,
    /// Names and seals messages, and spreads retries.
    pub entropy: Arc<dyn Entropy>,
    /// Seal what waits.
    pub keys: Arc<Keys>,
    /// What the service is called, and which contacts it reaches.
    pub settings: Arc<Settings>,
    /// Tells the worker of this process that there is something to send.
    pub wake: Arc<Notify>,
    /// How long what takes in sending.
    pub timing: Timing,
    /// What providers have against us, and the log has said already.
    pub refusals: Arc<Refusals>,
}

impl Delivery {
    /// Tells the worker that a message was queued, once its transaction is committed.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}
