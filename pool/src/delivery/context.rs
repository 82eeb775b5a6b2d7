//! What sending messages works with.

use crate::core::clock::Clock;
use crate::core::entropy::Entropy;
use crate::core::keys::Keys;
use crate::core::settings::Settings;
use crate::store::Store;
use std::sync::Arc;
use tokio::sync::Notify;

/// Messages of one installation: where they wait, and all that writing and sending them takes. Cheap to
/// clone.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) wake: Arc<Notify>,
}

impl Delivery {
    /// Tells the worker that a message was queued, once its transaction is committed.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}
