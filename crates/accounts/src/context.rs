//! What every use case works with. The doors hold one, and clone it freely.

use crate::account::feed::Feed;
use crate::limits::Ceilings;
use crate::password::hasher::Hasher;
use crate::tokens::signing_keys::Cached;
use delivery::Delivery;
use nameplate_core::client::ClientId;
use nameplate_core::clock::{Clock, Timestamp};
use nameplate_core::entropy::Entropy;
use nameplate_core::identity::BrowserId;
use nameplate_core::keys::Keys;
use nameplate_core::settings::Settings;
use std::ops::Deref;
use std::sync::Arc;
use store::{Expected, Role, Store};

/// The accounts of one installation: their store, and all that deciding about them takes. A clone is one more
/// reference: each layer of the router makes some for each request.
#[derive(Debug, Clone)]
pub struct Context(Arc<Services>);

/// What all clones of a [`Context`] share.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub struct Services {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) keys: Arc<Keys>,
    /// What the store is called: a key file notes it.
    pub(crate) store_id: Arc<str>,
    pub(crate) settings: Arc<Settings>,
    /// What applications know the user pool by.
    pub(crate) id: Arc<str>,
    pub(crate) passwords: Arc<Hasher>,
    /// Read, or made, when the first token is asked for.
    pub(crate) signing: Arc<Cached>,
    pub(crate) feed: Feed,
    pub(crate) ceilings: Arc<Ceilings>,
    pub(crate) delivery: Delivery,
}

/// What a context is made of. Time and chance are arguments.
#[derive(Debug)]
pub struct Parts {
    /// The database, in this version's shape.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where ids, codes, tokens and keys come from.
    pub entropy: Arc<dyn Entropy>,
    /// Those that the store was written with.
    pub keys: Keys,
    /// Whether what is opened decides which of them is used.
    pub role: Role,
    /// What the installation decides.
    pub settings: Settings,
}

impl Deref for Context {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

impl From<Services> for Context {
    fn from(services: Services) -> Self {
        Self(Arc::new(services))
    }
}

impl Context {
    /// The user pool's id, the same for as long as its store lives (`UserPoolIdType`).
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the operator decided.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The app client of the pages: the first one of the settings.
    pub fn pages_client(&self) -> ClientId {
        self.settings.clients.first().map_or_else(|| ClientId(String::new()), |client| client.id.clone())
    }

    /// The store, for backups and checks of health.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What the store is called. Copies and backups keep it.
    pub fn store_id(&self) -> &str {
        &self.store_id
    }

    /// What a check of health compares the store with.
    pub fn expected(&self) -> Expected {
        Expected { store: self.store_id.to_string(), keys: self.keys.fingerprints() }
    }

    /// The messages that wait, for the worker that sends them.
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// A browser that has not been here before.
    pub fn new_browser(&self) -> BrowserId {
        BrowserId::new(&*self.entropy)
    }

    /// The time, for everything that people are shown about limits and codes.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
