//! Signed tokens: JWTs (RFC 7519) signed with RS256 (RFC 7518, section 3.3), under one key that all nodes
//! share.
//!
//! The key is made when the first token is asked for, and sealed in the store. `rsa` only makes it; `ring`
//! signs and verifies with it.
//!
//! Another key is published before it signs, so that applications know it by then, and the one before goes on
//! verifying as long as there can be a token of it: nobody is signed out by that.

use crate::Unavailable;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nameplate_core::client::TokenTimes;
use nameplate_core::clock::Timestamp;
use nameplate_core::entropy::Entropy;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use rsa::pkcs8::EncodePrivateKey as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// As long as those of Cognito, and as every client takes.
const BITS: usize = 2048;

/// A node looks for keys of others after so long.
pub(crate) const READ_AGAIN: Duration = Duration::from_secs(60);
/// A new key signs after so long: every node has read it by then, and whoever keeps the public keys for as
/// long as they are told to has asked again.
pub(crate) const PUBLISHED: Duration = Duration::from_secs(10 * 60);
/// A key verifies for so long after it was replaced: until the new one signs, as long as a token may last,
/// and a little more for nodes that read late.
pub(crate) const KEPT: Duration =
    Duration::from_secs(PUBLISHED.as_secs() + TokenTimes::LONGEST_ACCESS.as_secs() + 5 * 60);

/// The public half of a key, as applications read it (RFC 7517, RFC 7518, section 6.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicKey {
    alg: &'static str,
    e: String,
    pub(crate) kid: String,
    kty: &'static str,
    n: String,
    #[serde(rename = "use")]
    used_for: &'static str,
}

pub(crate) struct SigningKey {
    pub(crate) pair: RsaKeyPair,
    pub(crate) public: PublicKey,
    /// The first part of every token that it signs.
    pub(crate) header: String,
}

/// The keys, the one that signs first.
pub(crate) struct SigningKeys {
    pub(crate) keys: Vec<SigningKey>,
    pub(crate) proven: Proven,
}

/// What was signed by one of these keys, by its hash: to compare a signature takes longer than everything
/// else that an application's request does here, and an application shows the same token again and again. It
/// holds for as long as the keys are not read again; whether a token has expired and whether its session
/// lives is asked every time.
#[derive(Default)]
pub(crate) struct Proven(Mutex<HashSet<[u8; 32]>>);

impl Proven {
    /// No more are remembered than this: about half a megabyte.
    const MOST: usize = 8192;

    fn has(&self, token: &[u8; 32]) -> bool {
        self.locked().contains(token)
    }

    fn add(&self, token: [u8; 32]) {
        let mut tokens = self.locked();
        if tokens.len() >= Self::MOST {
            tokens.clear();
        }
        tokens.insert(token);
    }

    fn locked(&self) -> MutexGuard<'_, HashSet<[u8; 32]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The keys as they were read, and when.
pub(crate) type Cached = tokio::sync::Mutex<Option<(Arc<SigningKeys>, Timestamp)>>;

/// A key that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSigningKey {
    /// What tokens and the key set name it by.
    pub kid: String,
    /// The other keys sign until then.
    pub signs_from: Timestamp,
}

/// A key that can't be made, read or used.
#[derive(Debug, thiserror::Error)]
#[error("the key that signs tokens: {0}")]
struct KeyFault(String);

pub(crate) fn fault(error: impl fmt::Display) -> Unavailable {
    Unavailable(Box::new(KeyFault(error.to_string())))
}

impl SigningKey {
    pub(crate) fn read(pkcs8: &[u8]) -> Result<Self, Unavailable> {
        let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(fault)?;
        let parts = components(&pair);
        let (n, e) = (URL_SAFE_NO_PAD.encode(&parts.n), URL_SAFE_NO_PAD.encode(&parts.e));
        // Called by its thumbprint (RFC 7638).
        let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)));
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"kid":"{kid}","alg":"RS256"}}"#));
        Ok(Self { pair, public: PublicKey { alg: "RS256", e, kid, kty: "RSA", n, used_for: "sig" }, header })
    }
}

fn components(pair: &RsaKeyPair) -> RsaPublicKeyComponents<Vec<u8>> {
    RsaPublicKeyComponents::from(pair.public())
}

impl SigningKeys {
    pub(crate) fn new(keys: Vec<SigningKey>) -> Self {
        Self { keys, proven: Proven::default() }
    }

    /// A token that says this.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, Unavailable> {
        let key = self.keys.first().ok_or_else(|| fault("there is none"))?;
        let claims = serde_json::to_vec(claims).map_err(fault)?;
        let signed = format!("{}.{}", key.header, URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; key.pair.public().modulus_len()];
        // The random numbers only blind the computation; the signature is the same for any.
        key.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(fault)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// What a token says, if it is one of ours. Its header has to be the very one that we write: nobody
    /// chooses an algorithm here, and least of all none.
    pub(crate) fn open<T: DeserializeOwned>(&self, token: &str) -> Option<T> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let key = self.keys.iter().find(|key| key.header == header)?;
        let hash = Sha256::digest(token).into();
        if !self.proven.has(&hash) {
            let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
            components(&key.pair).verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).ok()?;
            self.proven.add(hash);
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.public.kid)).finish()
    }
}

pub(crate) fn generate(entropy: &dyn Entropy) -> Result<Vec<u8>, Unavailable> {
    let key = rsa::PrivateKey::new(&mut Chance(entropy), BITS).map_err(fault)?;
    Ok(key.to_pkcs8_der().map_err(fault)?.as_bytes().to_vec())
}

/// The pool's chance, as cryptographic crates ask for it.
struct Chance<'a>(&'a dyn Entropy);

impl rand_core::TryRng for Chance<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.0.bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.0.bytes()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Chance<'_> {}

#[cfg(test)]
mod tests;
