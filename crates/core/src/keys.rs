//! The keys that are kept outside the database: what a stolen copy of it lacks.
//!
//! A key file holds one key a line, newest first: 32 bytes as base64url. The newest one seals and digests;
//! all of them open and verify. Every purpose has its own sub-key (HKDF, RFC 5869), so that nothing made for
//! one is worth anything for another.

use crate::entropy::Entropy;
use crate::key_error::KeyError;
use crate::key_file;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What a sub-key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Digests of codes.
    Codes,
    /// Messages that wait to be sent.
    Outbox,
    /// What the counters of limits are called.
    Limits,
    /// Stable answers about accounts that don't exist.
    Masks,
    /// The keys that tokens are signed with, and what refresh tokens are followed by.
    Tokens,
    /// What passwords are compared with in SRP, and the state of an exchange.
    Srp,
    /// The secrets of authenticator apps, and recovery codes.
    Factors,
    /// The questions that passkeys answer.
    Passkeys,
    /// What somebody entered who waits for the code of a sign-up.
    SignUps,
    /// What tells a form of one account from a form of another.
    Forms,
}

impl Purpose {
    const ALL: [Self; 10] = [
        Self::Codes,
        Self::Outbox,
        Self::Limits,
        Self::Masks,
        Self::Tokens,
        Self::Srp,
        Self::Factors,
        Self::Passkeys,
        Self::SignUps,
        Self::Forms,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Codes => "nameplate codes 1",
            Self::Outbox => "nameplate outbox 1",
            Self::Limits => "nameplate limits 1",
            Self::Masks => "nameplate masks 1",
            Self::Tokens => "nameplate tokens 1",
            Self::Srp => "nameplate srp 1",
            Self::Factors => "nameplate factors 1",
            Self::Passkeys => "nameplate passkeys 1",
            Self::SignUps => "nameplate sign-ups 1",
            Self::Forms => "nameplate forms 1",
        }
    }
}

/// Something sealed can't be opened: it was changed, or its key is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was sealed can't be opened: its key is missing, or it was changed")]
pub struct Unopenable;

const ID: usize = 8;
const NONCE: usize = 24;

/// Erased from memory when it is dropped, as is everything that is opened with it.
struct Key {
    secret: Zeroizing<[u8; 32]>,
    id: [u8; ID],
    subkeys: Zeroizing<[[u8; 32]; Purpose::ALL.len()]>,
}

impl Key {
    fn new(secret: Zeroizing<[u8; 32]>) -> Self {
        Self {
            id: derive(&secret, "nameplate key id"),
            subkeys: Zeroizing::new(Purpose::ALL.map(|it| derive(&secret, it.label()))),
            secret,
        }
    }

    #[expect(clippy::indexing_slicing, reason = "there is always a key, and one sub-key for each purpose")]
    fn subkey(&self, purpose: Purpose) -> &[u8; 32] {
        &self.subkeys[purpose as usize]
    }

    fn digest(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.subkey(purpose)).expect("any length is a key");
        for part in parts {
            // With its length in front, a part can't lend a byte to its neighbour.
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

fn derive<const N: usize>(secret: &[u8; 32], label: &str) -> [u8; N] {
    let mut out = [0; N];
    #[expect(clippy::expect_used, reason = "only more than 8160 bytes are too many")]
    Hkdf::<Sha256>::new(None, secret).expand(label.as_bytes(), &mut out).expect("a few bytes can be derived");
    out
}

/// The keys, newest first. Cheap to clone.
#[derive(Clone)]
pub struct Keys(Arc<Vec<Key>>);

impl Keys {
    /// Reads keys as a key file has them: one a line, newest first; empty lines and lines with `#` are
    /// skipped.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let mut keys = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let malformed = || KeyError::Malformed { line: number + 1 };
            let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(line).map_err(|_| malformed())?);
            let secret = bytes.as_slice().try_into().map_err(|_| malformed())?;
            keys.push(Key::new(Zeroizing::new(secret)));
        }
        if keys.is_empty() { Err(KeyError::Empty) } else { Ok(Self(Arc::new(keys))) }
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

    /// Puts a new key in front of those in the file; the old ones go on opening and verifying.
    pub fn rotate(path: &Path, entropy: &dyn Entropy) -> Result<Self, KeyError> {
        let old = Self::load(path)?.ok_or(KeyError::Empty)?;
        let new = Zeroizing::new(entropy.bytes());
        let secrets = std::iter::once(new).chain(old.0.iter().map(|key| key.secret.clone()));
        let keys = Self(Arc::new(secrets.map(Key::new).collect()));
        key_file::replace(path, &keys.to_text())?;
        Ok(keys)
    }

    /// One new key, kept nowhere.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(Arc::new(vec![Key::new(Zeroizing::new(entropy.bytes()))]))
    }

    /// These keys, and behind them those of the others that are not among them.
    pub fn before(&self, others: &Self) -> Self {
        let more = others.0.iter().filter(|other| !self.0.iter().any(|key| key.id == other.id));
        Self(Arc::new(self.0.iter().chain(more).map(|key| Key::new(key.secret.clone())).collect()))
    }

    /// Makes these the keys of the file, at once.
    pub fn save(&self, path: &Path) -> Result<(), KeyError> {
        key_file::replace(path, &self.to_text())
    }

    /// As a key file has them.
    pub fn to_text(&self) -> Zeroizing<String> {
        const HEAD: &str = "# Nameplate's keys, newest first. Keep this file secret, and keep it: without it the store is refused.\n";
        // Long enough from the start: a text that grows leaves its former self in memory.
        let mut text = Zeroizing::new(String::with_capacity(HEAD.len() + 44 * self.0.len()));
        text.push_str(HEAD);
        for key in self.0.iter() {
            URL_SAFE_NO_PAD.encode_string(key.secret.as_slice(), &mut text);
            text.push('\n');
        }
        text
    }

    /// What the keys are called, newest first; it tells nothing about them.
    pub fn fingerprints(&self) -> Vec<String> {
        self.0.iter().map(|key| key.id.iter().map(|byte| format!("{byte:02x}")).collect()).collect()
    }

    /// The HMAC over all parts under the newest key.
    #[expect(clippy::indexing_slicing, reason = "there is always a key, and one sub-key for each purpose")]
    pub fn digest(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        self.0[0].digest(purpose, parts)
    }

    /// The same under every key, newest first: what was digested before a rotation is still found.
    pub fn digests(&self, purpose: Purpose, parts: &[&[u8]]) -> Vec<[u8; 32]> {
        self.0.iter().map(|key| key.digest(purpose, parts)).collect()
    }

    /// Seals a secret under the newest key (XChaCha20-Poly1305). `context` is not in the result, and must be
    /// the same to open it: a sealed text can't be moved to another row.
    #[expect(clippy::indexing_slicing, reason = "there is always a key, and one sub-key for each purpose")]
    pub fn seal(&self, purpose: Purpose, plaintext: &[u8], context: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let key = &self.0[0];
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
        let key = self.0.iter().find(|key| key.id == *id).ok_or(Unopenable)?;
        XChaCha20Poly1305::new(key.subkey(purpose).into())
            .decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: context })
            .map(Zeroizing::new)
            .map_err(|_| Unopenable)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keys").field(&self.fingerprints()).finish()
    }
}

#[cfg(test)]
mod tests;
