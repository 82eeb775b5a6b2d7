//! Opening the accounts of an installation on their store.

use crate::account::feed::Feed;
use crate::context::{Context, Parts, Services};
use crate::error::Unavailable;
use crate::maintenance::text_countries;
use crate::password::hasher::Hasher;
use crate::sign_up::code;
use crate::tokens::signing_keys::Cached;
use delivery::{Delivery, Timing};
use model::Standard;
use nameplate_core::contact::Contact;
use nameplate_core::entropy::Entropy;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::settings::Settings;
use std::sync::Arc;
use store::{self, Store, StoreError, retried, waiting};

/// Opens the pool on its store, with the keys that the store was written with.
///
/// # Errors
/// The store holds data of another key ([`StoreError::KeyDiffers`], [`StoreError::KeyNeeded`]) or half of a
/// copy, can't be used, or the hashing settings are impossible.
pub async fn open(parts: Parts) -> Result<Context, Unavailable> {
    let Parts { store, clock, entropy, keys, role, mut settings } = parts;
    store.refuse_unfinished_copy().await?;
    let keys = store::keys::adopt(&store, &keys, role, &*entropy).await?;
    let store_id = store::keys::id_of(&store, &*entropy).await?;
    let id = pool_id(&store, &*entropy).await?;
    adopt_sign_ups(&store, &settings).await?;
    text_countries::settle(&store, &mut settings).await?;
    let passwords = Hasher::new(&settings.hashing, settings.limits.hashing_queue, &*entropy)
        .map_err(|error| Unavailable(Box::new(error)))?;
    let (keys, settings) = (Arc::new(keys), Arc::new(settings));
    let delivery = Delivery {
        store: store.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
        keys: keys.clone(),
        settings: settings.clone(),
        wake: Arc::default(),
        timing: Timing::default(),
        refusals: Arc::default(),
    };
    Ok(Context::from(Services {
        feed: Feed::new(&*entropy),
        ceilings: Arc::default(),
        store,
        clock,
        entropy,
        keys,
        store_id: Arc::from(store_id),
        settings,
        id: Arc::from(id),
        passwords: Arc::new(passwords),
        signing: Arc::new(Cached::default()),
        delivery,
    }))
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
                    .and_then(|kind| Contact::new(kind, waiting.attributes.get(&kind.attribute().into())?));
                let target = sent.or_else(|| code::target(settings, &waiting.attributes).ok());
                let contact = target.map(|target| target.to_key()).unwrap_or_default();
                waiting::set_contact(&mut tx, *user, &contact).await?;
            }
            tx.commit().await
        })
        .await?;
    }
}
