//! The keys that are kept outside the database: what a stolen copy of it lacks.
//!
//! A key file holds one key a line, newest first: 32 bytes as base64url. The newest one seals and digests;
//! all of them open and verify. Every purpose has its own sub-key (HKDF, RFC 5869), so that nothing made for
//! one is worth anything for another.
//!
//! A key begins behind the others, *accepted* by all nodes, comes to the front when it is used, and is
//! *retired* once everything that older ones sealed was sealed anew.

mod key;
mod purpose;
mod retired;
mod text;

use crate::entropy::Entropy;
use crate::key_error::KeyError;
use crate::key_file;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use key::{ID, Key, digest};
use retired::Retired;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

pub use purpose::Purpose;

/// Something sealed can't be opened: it was changed, or its key is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was sealed can't be opened: its key is missing, or it was changed")]
pub struct Unopenable;

const NONCE: usize = 24;

/// The keys, newest first. Cheap to clone.
#[derive(Clone)]
pub struct Keys(Arc<Ring>);

struct Ring {
    /// At least one.
    keys: Vec<Key>,
    /// The store that the key file says it first served.
    first_served: Option<String>,
    /// What the store itself has of keys that are in no file any more.
    retired: Vec<Retired>,
    /// The secret of made-up answers, which the store keeps.
    made_up: Option<Zeroizing<[u8; 32]>>,
}

impl Keys {
    fn of(keys: Vec<Key>, first_served: Option<String>) -> Self {
        Self(Arc::new(Ring { keys, first_served, retired: Vec::new(), made_up: None }))
    }

    /// Reads keys as a key file has them: one a line, newest first; empty lines and lines with `#` are
    /// skipped.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let text::Text { keys, first_served } = text::read(text)?;
        Ok(Self::of(keys, first_served))
    }

    /// Reads the key file.
    ///
    /// # Errors
    /// It can't be read, or holds something else. That it isn't there is `Ok(None)`.
    pub fn load(path: &Path) -> Result<Option<Self>, KeyError> {
        key_file::read(path)?.map(|text| Self::from_text(&text)).transpose()
    }

    /// Reads the key file, or makes it: readable by its owner alone, and on disk before it is used. When two
    /// processes do so at once, both get the same key.
    ///
    /// A store that has data needs the key that it was written with: use `store::keys_of`.
    pub fn load_or_create(path: &Path, entropy: &dyn Entropy) -> Result<Self, KeyError> {
        if let Some(keys) = Self::load(path)? {
            return Ok(keys);
        }
        let made = Self::generate(entropy);
        if key_file::create(path, &made.to_text())? {
            Ok(made)
        } else {
            Self::load(path)?.ok_or(KeyError::Empty)
        }
    }

    /// Changes the key file, unless there is nothing to change; two that do so at once come one after the
    /// other.
    fn change(
        path: &Path,
        change: impl FnOnce(&Self) -> Result<Option<Self>, KeyError>,
    ) -> Result<(), KeyError> {
        let _lock = key_file::lock(path);
        let old = Self::load(path)?.ok_or(KeyError::Empty)?;
        match change(&old)? {
            Some(new) => key_file::replace(path, &new.to_text()),
            None => Ok(()),
        }
    }

    /// Puts another key in front of those in the file: the one that was accepted, or else a new one. The old
    /// ones go on opening and verifying.
    pub fn rotate(path: &Path, entropy: &dyn Entropy) -> Result<Self, KeyError> {
        Self::change(path, |old| {
            let keys = &old.0.keys;
            let accepted = keys.iter().find(|key| key.accepted);
            let first = accepted
                .map_or_else(|| Key::new(Zeroizing::new(entropy.bytes()), false), |key| key.again(false));
            let rest = keys.iter().filter(|key| key.id != first.id).map(|key| key.again(key.accepted));
            let rest: Vec<_> = rest.collect();
            let keys = std::iter::once(first).chain(rest).collect();
            Ok(Some(Self::of(keys, old.0.first_served.clone())))
        })?;
        Self::load(path)?.ok_or(KeyError::Empty)
    }

    /// Puts a new key behind those in the file, where it opens what other nodes will seal with it.
    ///
    /// # Errors
    /// The file can't be read or written, or one waits there already ([`KeyError::Accepted`]).
    pub fn accept(path: &Path, entropy: &dyn Entropy) -> Result<Self, KeyError> {
        Self::change(path, |old| {
            if let Some(waiting) = old.accepted() {
                return Err(KeyError::Accepted(waiting));
            }
            let new = Key::new(Zeroizing::new(entropy.bytes()), true);
            let keys = old.0.keys.iter().map(|key| key.again(false)).chain([new]).collect();
            Ok(Some(Self::of(keys, old.0.first_served.clone())))
        })?;
        Self::load(path)?.ok_or(KeyError::Empty)
    }

    /// Notes in the file which store it serves, if none is noted there.
    pub fn note_store(path: &Path, store: &str) -> Result<(), KeyError> {
        Self::change(path, |old| {
            let again = || old.0.keys.iter().map(|key| key.again(key.accepted)).collect();
            Ok(old.0.first_served.is_none().then(|| Self::of(again(), Some(store.to_owned()))))
        })
    }

    /// The store that the key file first served, if it says so.
    pub fn first_served(&self) -> Option<&str> {
        self.0.first_served.as_deref()
    }

    /// One new key, kept nowhere.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self::of(vec![Key::new(Zeroizing::new(entropy.bytes()), false)], None)
    }

    /// These keys, and behind them those of the others that are not among them.
    pub fn before(&self, others: &Self) -> Self {
        let (own, others) = (&self.0, &others.0);
        let more = others.keys.iter().filter(|other| !own.keys.iter().any(|key| key.id == other.id));
        let keys = own.keys.iter().chain(more).map(|key| key.again(key.accepted)).collect();
        Self::of(keys, own.first_served.clone().or_else(|| others.first_served.clone()))
    }

    /// The same keys with this one in front, if it is among them: the one that the store is written with, for
    /// somebody who doesn't decide that. Those that stood before it wait to be used.
    pub fn led_by(&self, fingerprint: &str) -> Self {
        let keys = &self.0.keys;
        let Some(place) = keys.iter().position(|key| key.fingerprint() == fingerprint) else {
            return self.clone();
        };
        let (newer, rest) = keys.split_at(place);
        let (first, older) = rest.split_at(1);
        let first = first.iter().map(|key| key.again(false));
        let older = older.iter().map(|key| key.again(key.accepted));
        let newer = newer.iter().map(|key| key.again(true));
        Self::of(first.chain(older).chain(newer).collect(), self.0.first_served.clone())
    }

    /// Makes these the keys of the file, at once.
    pub fn save(&self, path: &Path) -> Result<(), KeyError> {
        key_file::replace(path, &self.to_text())
    }

    /// As a key file has them.
    pub fn to_text(&self) -> Zeroizing<String> {
        text::write(&self.0.keys, self.first_served())
    }

    /// What the keys are called, newest first; it tells nothing about them.
    pub fn fingerprints(&self) -> Vec<String> {
        self.0.keys.iter().map(Key::fingerprint).collect()
    }

    /// What the key is called that waits behind the others to be used.
    pub fn accepted(&self) -> Option<String> {
        self.0.keys.iter().find(|key| key.accepted).map(Key::fingerprint)
    }

    /// What the keys are called that were used before the newest one.
    pub fn old(&self) -> Vec<String> {
        self.0.keys.iter().skip(1).filter(|key| !key.accepted).map(Key::fingerprint).collect()
    }

    #[expect(clippy::indexing_slicing, reason = "there is always a key")]
    fn newest(&self) -> &Key {
        &self.0.keys[0]
    }

    /// The HMAC over all parts under the newest key.
    pub fn digest(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        digest(self.newest().subkey(purpose), parts)
    }

    /// The same under every key, newest first, retired ones included: what was digested before a rotation is
    /// still found.
    pub fn digests(&self, purpose: Purpose, parts: &[&[u8]]) -> Vec<[u8; 32]> {
        let keys = self.0.keys.iter().map(|key| key.subkey(purpose));
        let retired = self.0.retired.iter().filter_map(|key| key.subkey(purpose));
        keys.chain(retired).map(|subkey| digest(subkey, parts)).collect()
    }

    /// The digest that answers about what doesn't exist are made of. Its secret is the store's own, so that no
    /// rotation changes an answer.
    pub fn made_up(&self, parts: &[&[u8]]) -> [u8; 32] {
        match &self.0.made_up {
            Some(secret) => digest(secret, parts),
            None => digest(&self.first_made_up(), parts),
        }
    }

    /// The secret of made-up answers for a store that has none yet: what they were made of before it had.
    pub fn first_made_up(&self) -> Zeroizing<[u8; 32]> {
        let oldest = self.0.keys.iter().rev().find(|key| !key.accepted).unwrap_or_else(|| self.newest());
        Zeroizing::new(*oldest.subkey(Purpose::Masks))
    }

    /// What the store keeps of the older keys, and of those that were retired before, so that they can go.
    pub fn digests_to_keep(&self) -> Zeroizing<Vec<u8>> {
        let old = self.0.keys.iter().skip(1).filter(|key| !key.accepted).map(Retired::of);
        let mut kept: Vec<_> = old.collect();
        for retired in &self.0.retired {
            if !kept.iter().any(|it| it.id == retired.id) {
                kept.push(retired.again());
            }
        }
        retired::to_bytes(&kept)
    }

    /// These keys with what the store keeps: the secret of made-up answers, and what
    /// [`Keys::digests_to_keep`] made.
    ///
    /// # Errors
    /// It is something else.
    pub fn with_secrets_of_store(&self, made_up: &[u8], retired: &[u8]) -> Result<Self, Unopenable> {
        let made_up = Zeroizing::new(made_up.try_into().map_err(|_| Unopenable)?);
        let retired = retired::from_bytes(retired).ok_or(Unopenable)?;
        let here = |it: &Retired| self.0.keys.iter().any(|key| key.id == it.id);
        Ok(Self(Arc::new(Ring {
            keys: self.0.keys.iter().map(|key| key.again(key.accepted)).collect(),
            first_served: self.0.first_served.clone(),
            retired: retired.into_iter().filter(|it| !here(it)).collect(),
            made_up: Some(made_up),
        })))
    }

    /// Seals a secret under the newest key (XChaCha20-Poly1305). `context` is not in the result, and must be
    /// the same to open it: a sealed text can't be moved to another row.
    pub fn seal(&self, purpose: Purpose, plaintext: &[u8], context: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let key = self.newest();
        let nonce: [u8; NONCE] = entropy.bytes();
        #[expect(clippy::expect_used, reason = "only a plaintext of 256 GiB can't be sealed")]
        let sealed = XChaCha20Poly1305::new(key.subkey(purpose).into())
            .encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad: context })
            .expect("a short text can be sealed");
        [key.id.as_slice(), &nonce, &sealed].concat()
    }

    /// Opens what [`Keys::seal`] sealed, under whichever key it was.
    pub fn open(
        &self,
        purpose: Purpose,
        sealed: &[u8],
        context: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Unopenable> {
        let (id, rest) = sealed.split_first_chunk::<ID>().ok_or(Unopenable)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE>().ok_or(Unopenable)?;
        let key = self.0.keys.iter().find(|key| key.id == *id).ok_or(Unopenable)?;
        XChaCha20Poly1305::new(key.subkey(purpose).into())
            .decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: context })
            .map(Zeroizing::new)
            .map_err(|_| Unopenable)
    }

    /// Whether something was sealed under the newest key.
    pub fn is_newest(&self, sealed: &[u8]) -> bool {
        sealed.starts_with(&self.newest().id)
    }
}

/// What the key is called that something was sealed with.
pub fn sealed_with(sealed: &[u8]) -> Option<String> {
    sealed.first_chunk::<ID>().map(key::fingerprint)
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keys").field(&self.fingerprints()).finish()
    }
}

#[cfg(test)]
mod tests;
