//! The keys that a store was written with, and the secrets that it keeps under them.

use crate::engine::{Store, StoreError, Tx, retried};
use crate::tables::service::{meta, sealed};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nameplate_core::entropy::Entropy;
use nameplate_core::key_error::KeyError;
use nameplate_core::keys::{Keys, Purpose, sealed_with};
use sealed::SealedColumn;
use std::collections::BTreeMap;
use std::path::Path;

/// A store's keys can't be had.
#[derive(Debug, thiserror::Error)]
pub enum StoreKeysError {
    /// The key file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys have served a store, and here is none.
    #[error("these keys have served the store {0}, and here is none")]
    StoreMissing(String),
}

/// The keys of a store: from the file, which is made if the store is new. For a store that has data a missing
/// file is never replaced ([`StoreError::KeyMissing`]); whether it is the right one is seen when the accounts
/// are opened. Nor do keys that have served a store begin another one.
///
/// # Errors
/// The file can't be read or written, or is missing; or the store is.
pub async fn keys_of(path: &Path, store: &Store, entropy: &dyn Entropy) -> Result<Keys, StoreKeysError> {
    if let Some(keys) = Keys::load(path)? {
        return match keys.first_served() {
            Some(served) if store.is_new().await? => Err(StoreKeysError::StoreMissing(served.to_owned())),
            _ => Ok(keys),
        };
    }
    if store.is_new().await? {
        return Ok(Keys::load_or_create(path, entropy)?);
    }
    // Another process may have made both since we looked for the file.
    Keys::load(path)?.ok_or_else(|| StoreError::KeyMissing.into())
}

/// What the store is called: made once, and kept by copies and backups.
///
/// # Errors
/// The store did not answer.
pub async fn id_of(store: &Store, entropy: &dyn Entropy) -> Result<String, StoreError> {
    if let Some(id) = meta::get(&mut store.read().await?, meta::STORE_ID).await? {
        return Ok(id);
    }
    let made = entropy.uuid_v4();
    retried(async || {
        let mut tx = store.begin().await?;
        let id = meta::set_once(&mut tx, meta::STORE_ID, &made).await?;
        tx.commit().await.map(|()| id)
    })
    .await
}

/// Who opens a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A node that serves: its newest key is the one that things are sealed with from now on.
    Serves,
    /// A command, which goes on with the key that the nodes use.
    Helps,
}

/// What a store remembers of keys.
struct Remembered {
    /// Those that it was last served with, newest first; none, if it is new.
    last: Vec<String>,
    /// Those that something may be sealed or digested with.
    in_use: Vec<String>,
    /// Those whose digests the store itself can find.
    retired: Vec<String>,
}

impl Remembered {
    async fn read(store: &Store) -> Result<Self, StoreError> {
        let mut conn = store.read().await?;
        let last = meta::list(&mut conn, meta::KEYS).await?;
        let in_use = match meta::get(&mut conn, meta::KEYS_IN_USE).await? {
            Some(_) => meta::list(&mut conn, meta::KEYS_IN_USE).await?,
            // A version before didn't tell them apart.
            None => last.clone(),
        };
        let retired = meta::list(&mut conn, meta::KEYS_RETIRED).await?;
        Ok(Self { last, in_use, retired })
    }

    /// Those that are given no more.
    fn missing<'a>(&'a self, given: &'a [String]) -> impl Iterator<Item = &'a String> {
        let known = self.in_use.iter().chain(self.last.iter().filter(|key| !self.in_use.contains(key)));
        known.filter(|key| !given.contains(key))
    }
}

/// Makes sure that what the store holds can be opened and found with these keys, and remembers them for the
/// next time. What comes back also has the secrets that the store keeps.
///
/// # Errors
/// The store was written with other keys ([`StoreError::KeyDiffers`]), or something in it needs one that was
/// taken away ([`StoreError::KeyNeeded`]); a store that is refused is left as it was found.
pub async fn adopt(
    store: &Store,
    keys: &Keys,
    role: Role,
    entropy: &dyn Entropy,
) -> Result<Keys, StoreError> {
    let given = keys.fingerprints();
    let known = Remembered::read(store).await?;
    refuse_other_keys(&known.last, &given)?;
    for missing in known.missing(&given) {
        refuse_if_needed(store, missing, &known).await?;
    }
    let keys = match (role, known.last.first()) {
        (Role::Helps, Some(newest)) => keys.led_by(newest),
        _ => {
            remember(store, &given, &known).await?;
            keys.clone()
        }
    };
    with_secrets(store, &keys, entropy).await
}

/// The newest of the stored keys is the one that things were sealed with last.
fn refuse_other_keys(stored: &[String], given: &[String]) -> Result<(), StoreError> {
    match stored.first() {
        Some(newest) if !given.contains(newest) => {
            Err(StoreError::KeyDiffers { stored: newest.clone(), given: given.join(", ") })
        }
        _ => Ok(()),
    }
}

async fn refuse_if_needed(store: &Store, key: &str, known: &Remembered) -> Result<(), StoreError> {
    let needed = |what: String| Err(StoreError::KeyNeeded { key: key.to_owned(), what });
    let sealed = sealed_under(store).await?;
    if let Some(columns) = sealed.get(key) {
        return needed(in_words(columns));
    }
    let digested = known.in_use.iter().any(|it| it == key) && !known.retired.iter().any(|it| it == key);
    if digested && sealed::awaits_codes(&mut store.read().await?).await? {
        return needed("codes and recovery codes that people still have".to_owned());
    }
    Ok(())
}

/// So many texts in each column.
pub type Counts = BTreeMap<&'static str, u64>;

/// As an operator reads it.
pub fn in_words(counts: &Counts) -> String {
    counts.iter().map(|(what, count)| format!("{what}: {count}")).collect::<Vec<_>>().join(", ")
}

/// How much is sealed under which key. Looks at all that is sealed.
///
/// # Errors
/// The store did not answer.
pub async fn sealed_under(store: &Store) -> Result<BTreeMap<String, Counts>, StoreError> {
    const ROWS: i64 = 500;
    let mut found = BTreeMap::<String, Counts>::new();
    for column in SealedColumn::ALL {
        let mut after = None;
        loop {
            let page = sealed::page(&mut store.read().await?, column, after.as_ref(), ROWS).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.row.clone());
            for key in page.iter().filter_map(|it| it.text.as_deref().and_then(sealed_with)) {
                *found.entry(key).or_default().entry(column.words()).or_default() += 1;
            }
        }
    }
    Ok(found)
}

async fn remember(store: &Store, given: &[String], known: &Remembered) -> Result<(), StoreError> {
    let Some(newest) = given.first() else { return Ok(()) };
    // Only read, if there is nothing to write.
    if known.last == given && known.in_use == in_use(&known.in_use, newest, given) {
        return Ok(());
    }
    let list = given.join(",");
    retried(async || {
        let mut tx = store.begin().await?;
        // Of several nodes that start on an empty store, each with keys of its own, one comes first.
        let stored = meta::set_once(&mut tx, meta::KEYS, &list).await?;
        let stored: Vec<_> = stored.split(',').map(ToOwned::to_owned).collect();
        refuse_other_keys(&stored, given)?;
        // The row of the keys is taken: what is read now stays so until the commit.
        let before = match meta::get(&mut tx, meta::KEYS_IN_USE).await? {
            Some(_) => meta::list(&mut tx, meta::KEYS_IN_USE).await?,
            None => known.in_use.clone(),
        };
        meta::set(&mut tx, meta::KEYS, &list).await?;
        meta::set(&mut tx, meta::KEYS_IN_USE, &in_use(&before, newest, given).join(",")).await?;
        tx.commit().await
    })
    .await
}

/// The newest key, and of those that were in use before, the ones that are still given.
fn in_use(before: &[String], newest: &String, given: &[String]) -> Vec<String> {
    let older = before.iter().filter(|key| *key != newest && given.contains(key));
    std::iter::once(newest).chain(older).cloned().collect()
}

const MADE_UP: &[u8] = b"made-up answers";
const RETIRED: &[u8] = b"digests of retired keys";

/// The keys with the secrets that the store keeps, which are made once, and sealed anew when another key has
/// come to the front.
async fn with_secrets(store: &Store, keys: &Keys, entropy: &dyn Entropy) -> Result<Keys, StoreError> {
    let seal =
        |text: &[u8], context: &[u8]| STANDARD.encode(keys.seal(Purpose::Store, text, context, entropy));
    let made = seal(keys.first_made_up().as_slice(), MADE_UP);
    let (made_up, retired) = {
        let mut conn = store.read().await?;
        let made_up = meta::get(&mut conn, meta::MADE_UP).await?;
        (made_up, meta::get(&mut conn, meta::DIGESTS_OF_RETIRED).await?)
    };
    let made_up = match made_up {
        Some(stored) => stored,
        None => {
            retried(async || {
                let mut tx = store.begin().await?;
                let stored = meta::set_once(&mut tx, meta::MADE_UP, &made).await?;
                tx.commit().await.map(|()| stored)
            })
            .await?
        }
    };
    let mut stale = Vec::new();
    let mut open = |name: &'static str, stored: &str, context: &'static [u8]| {
        let bytes = STANDARD.decode(stored).map_err(StoreError::unreadable)?;
        let text = keys.open(Purpose::Store, &bytes, context).map_err(|_| StoreError::KeyNeeded {
            key: sealed_with(&bytes).unwrap_or_default(),
            what: "the store's own secrets".to_owned(),
        })?;
        if !keys.is_newest(&bytes) {
            stale.push((name, stored.to_owned(), seal(&text, context)));
        }
        Ok::<_, StoreError>(text)
    };
    let made_up = open(meta::MADE_UP, &made_up, MADE_UP)?;
    let retired = retired.map(|it| open(meta::DIGESTS_OF_RETIRED, &it, RETIRED)).transpose()?;
    for (name, old, new) in &stale {
        retried(async || {
            let mut tx = store.begin().await?;
            meta::replace(&mut tx, name, old, new).await?;
            tx.commit().await
        })
        .await?;
    }
    let retired = retired.as_ref().map_or(&[][..], |it| it.as_slice());
    keys.with_secrets_of_store(&made_up, retired).map_err(StoreError::unreadable)
}

/// Keeps what finds the digests of the older keys, so that those can go.
///
/// # Errors
/// The store can't be written.
pub async fn keep_digests(tx: &mut Tx, keys: &Keys, entropy: &dyn Entropy) -> Result<(), StoreError> {
    let sealed = keys.seal(Purpose::Store, &keys.digests_to_keep(), RETIRED, entropy);
    let mut retired = meta::list(tx, meta::KEYS_RETIRED).await?;
    let more: Vec<_> = keys.old().into_iter().filter(|old| !retired.contains(old)).collect();
    retired.extend(more);
    meta::set(tx, meta::DIGESTS_OF_RETIRED, &STANDARD.encode(sealed)).await?;
    meta::set(tx, meta::KEYS_RETIRED, &retired.join(",")).await
}

/// Notes that the older keys are not in use any more.
///
/// # Errors
/// The store can't be written.
pub async fn end_use(tx: &mut Tx, keys: &Keys) -> Result<(), StoreError> {
    let old = keys.old();
    let in_use = meta::list(tx, meta::KEYS_IN_USE).await?;
    let left: Vec<_> = in_use.into_iter().filter(|key| !old.contains(key)).collect();
    meta::set(tx, meta::KEYS_IN_USE, &left.join(",")).await
}

/// The newest key that the store is served with; `None`: it never was.
///
/// # Errors
/// The store did not answer.
pub async fn served_with(store: &Store) -> Result<Option<String>, StoreError> {
    Ok(meta::list(&mut store.read().await?, meta::KEYS).await?.into_iter().next())
}
