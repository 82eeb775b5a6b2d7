//! What sending messages works with.

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
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub keys: Arc<Keys>,
    pub settings: Arc<Settings>,
    pub wake: Arc<Notify>,
}

impl Delivery {
    /// Tells the worker that a message was queued, once its transaction is committed.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}
