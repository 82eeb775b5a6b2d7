//! What may happen to accounts, and the memory of it.
//!
//! One cloneable handle, [`Pool`], with one method per use case; each use case has a file with its function,
//! its error and its tests. Pages, wire API and command line call the same methods.
#![expect(clippy::indexing_slicing, reason = "31 places, which are mended when they move into their rooms")]

pub mod activity;
pub mod admin;
pub mod app_clients;
mod attributes;
pub mod cancel_attribute_change;
pub mod change_password;
pub mod change_sign_up_address;
pub mod clock;
mod code_requests;
pub mod codes;
pub mod complete_profile;
pub mod confirm_forgot_password;
pub mod confirm_sign_up;
mod contact_codes;
pub mod delete_account;
pub mod delete_attributes;
pub mod delivery;
pub mod download_data;
pub mod end_sessions;
pub mod entropy;
pub mod events;
pub mod factors;
pub mod forgot_password;
mod housekeeping;
pub mod identifiers;
pub mod keys;
mod known_origins;
mod limits;
pub mod list_sessions;
pub mod moving;
mod new_password;
pub mod new_password_required;
pub mod passkeys;
mod passwords;
mod production;
pub mod profile;
pub mod refresh;
pub mod resend_attribute_code;
pub mod resend_sign_up_code;
mod reset_code;
pub mod sessions;
pub mod settings;
pub mod sign_in;
pub mod sign_in_again;
pub mod sign_in_for_tokens;
pub mod sign_out;
pub mod sign_up;
mod sign_up_code;
pub mod signing;
mod srp;
pub mod srp_sign_in;
pub mod store;
#[cfg(test)]
mod strangers;
pub mod tally;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod tokens;
pub mod update_attributes;
pub mod verify_attribute;

pub use attributes::MOST_SUBMITTED;
pub use clock::{Clock, SystemClock, TestClock, Timestamp};
pub use entropy::{Entropy, SeededEntropy, SystemEntropy};
pub use keys::Keys;
pub use sessions::{BrowserId, Origin, SessionToken, UserId, Viewer};
pub use settings::ClientId;
pub use settings::Settings;
pub use store::Store;
pub use tally::Tally;

use code_requests::Target;
use events::News;
use identifiers::ContactKind;
use model::Standard;
use std::error::Error;
use std::sync::Arc;
use store::{StoreError, Tx, Write, retried, waiting};

/// The user pool: accounts, their attributes, codes and sessions. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pool {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) keys: Keys,
    pub(crate) settings: Settings,
    /// What applications know the user pool by.
    pub(crate) id: String,
    pub(crate) passwords: passwords::Hasher,
    /// Read, or made, when the first token is asked for.
    pub(crate) signing: signing::Cached,
    pub(crate) feed: events::Feed,
    /// Rung after a commit that queued a message.
    pub(crate) wake_delivery: tokio::sync::Notify,
}

/// What a pool is made of. Time and chance are arguments.
#[derive(Debug)]
pub struct Parts {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub keys: Keys,
    pub settings: Settings,
}

/// The store, or the hashing of passwords, failed. People are told "unavailable"; the chain of sources is for
/// operators.
#[derive(Debug, thiserror::Error)]
#[error("the service can't do this now")]
pub struct Unavailable(#[source] Box<dyn Error + Send + Sync>);

impl From<StoreError> for Unavailable {
    fn from(error: StoreError) -> Self {
        Self(Box::new(error))
    }
}

impl From<passwords::HashingError> for Unavailable {
    fn from(error: passwords::HashingError) -> Self {
        Self(Box::new(error))
    }
}

impl Unavailable {
    /// What the person is told, after the operator was.
    pub(crate) fn why(&self) -> model::Why {
        tracing::error!(error = self as &dyn Error, "unavailable");
        model::Why::Unavailable
    }
}

impl From<Unavailable> for model::Refusal {
    fn from(fault: Unavailable) -> Self {
        Self::form(fault.why())
    }
}

impl Pool {
    /// Opens the pool on its store, with the keys that the store was written with.
    ///
    /// # Errors
    /// The store holds data of another key ([`StoreError::KeyDiffers`]) or half of a copy, can't be used, or
    /// the hashing settings are impossible.
    pub async fn open(parts: Parts) -> Result<Self, Unavailable> {
        let Parts { store, clock, entropy, keys, settings } = parts;
        store.refuse_half().await?;
        adopt_keys(&store, &keys).await?;
        let id = pool_id(&store, &*entropy).await?;
        adopt_sign_ups(&store, &settings).await?;
        let passwords = passwords::Hasher::new(&settings.hashing, settings.limits.hashing_queue, &*entropy)
            .map_err(|error| Unavailable(Box::new(error)))?;
        let (feed, wake_delivery) = (events::Feed::new(&*entropy), tokio::sync::Notify::new());
        let signing = signing::Cached::default();
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                clock,
                entropy,
                keys,
                settings,
                id,
                passwords,
                signing,
                feed,
                wake_delivery,
            }),
        })
    }

    /// The user pool's id, the same for as long as its store lives (`UserPoolIdType`).
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// What the operator decided.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The app client of the pages: the first one of the settings.
    pub fn pages_client(&self) -> ClientId {
        self.inner
            .settings
            .clients
            .first()
            .map_or_else(|| ClientId(String::new()), |client| client.id.clone())
    }

    /// The store, for backups and checks of health.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// A browser that has not been here before.
    pub fn new_browser(&self) -> BrowserId {
        BrowserId::new(&*self.inner.entropy)
    }

    /// The time, for everything that people are shown about limits and codes.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Commits what happened to the account; then, not before, the account's open pages, here and at other
    /// nodes, and the delivery of messages hear of it.
    pub(crate) async fn commit(&self, tx: Tx, user: UserId) -> Result<(), StoreError> {
        self.commit_with(tx, Vec::new(), user).await
    }

    /// The same after these last statements.
    pub(crate) async fn commit_with(
        &self,
        mut tx: Tx,
        writes: Vec<Write>,
        user: UserId,
    ) -> Result<(), StoreError> {
        tx.tell(self.inner.feed.note(user));
        if writes.is_empty() {
            tx.commit().await?;
        } else {
            tx.commit_with(writes).await?;
        }
        self.inner.feed.announce(News::Of(user));
        self.inner.wake_delivery.notify_one();
        Ok(())
    }
}

/// The pool's id, made once. Its form is that of the wire API: a word, one underscore, letters and digits.
async fn pool_id(store: &Store, entropy: &dyn Entropy) -> Result<String, StoreError> {
    let known = store::meta::get(&mut store.read().await?, store::meta::POOL_ID).await?;
    if let Some(id) = known {
        return Ok(id);
    }
    let made = format!("local_{}", entropy.uuid_v4().replace('-', "").split_off(20));
    retried(async || {
        let mut tx = store.begin().await?;
        let id = store::meta::set_once(&mut tx, store::meta::POOL_ID, &made).await?;
        tx.commit().await.map(|()| id)
    })
    .await
}

/// Sign-ups of an earlier version wait under their name alone: they get their contact, which no statement can
/// bring to canonical form.
async fn adopt_sign_ups(store: &Store, settings: &Settings) -> Result<(), StoreError> {
    const BATCH: u32 = 100;
    loop {
        let found = waiting::without_contact(&mut store.read().await?, BATCH).await?;
        if found.is_empty() {
            return Ok(());
        }
        retried(async || {
            let mut tx = store.begin().await?;
            for (user, waiting, kind) in &found {
                let kind = ContactKind::of(&kind.parse().unwrap_or(Standard::Sub.into()));
                let sent = kind
                    .and_then(|kind| Target::new(kind, waiting.attributes.get(&kind.attribute().into())?));
                let target = sent.or_else(|| sign_up_code::target(settings, &waiting.attributes).ok());
                let contact = target.map(|target| target.to_key()).unwrap_or_default();
                waiting::set_contact(&mut tx, *user, &contact).await?;
            }
            tx.commit().await
        })
        .await?;
    }
}

/// Makes sure that what the store holds can be opened and verified, and remembers the keys for the next time.
async fn adopt_keys(store: &Store, keys: &Keys) -> Result<(), StoreError> {
    let given = keys.fingerprints();
    let list = given.join(",");
    // Only read, if there is nothing to write: a store that is refused is left as it was found.
    let stored = store::meta::get(&mut store.read().await?, store::meta::KEYS).await?;
    if let Some(stored) = stored {
        refuse_other_keys(&stored, &given)?;
        if stored == list {
            return Ok(());
        }
    }
    retried(async || {
        let mut tx = store.begin().await?;
        // Of several nodes that start on an empty store, each with keys of its own, one comes first.
        let stored = store::meta::set_once(&mut tx, store::meta::KEYS, &list).await?;
        refuse_other_keys(&stored, &given)?;
        store::meta::set(&mut tx, store::meta::KEYS, &list).await?;
        tx.commit().await
    })
    .await
}

/// The newest of the stored keys is the one that things were sealed with last.
fn refuse_other_keys(stored: &str, given: &[String]) -> Result<(), StoreError> {
    match stored.split(',').next() {
        Some(newest) if !given.iter().any(|it| it == newest) => {
            Err(StoreError::KeyDiffers { stored: newest.to_owned(), given: given.join(", ") })
        }
        _ => Ok(()),
    }
}
