//! One key, and what is made of it.

use crate::keys::purpose::Purpose;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

pub(super) const ID: usize = 8;

/// Erased from memory when it is dropped, as is everything that is opened with it.
pub(super) struct Key {
    pub(super) secret: Zeroizing<[u8; 32]>,
    pub(super) id: [u8; ID],
    subkeys: Zeroizing<[[u8; 32]; Purpose::ALL.len()]>,
    /// It opens what other nodes seal, and nothing is sealed with it here yet.
    pub(super) accepted: bool,
}

impl Key {
    pub(super) fn new(secret: Zeroizing<[u8; 32]>, accepted: bool) -> Self {
        Self {
            id: derive(&secret, "nameplate key id"),
            subkeys: Zeroizing::new(Purpose::ALL.map(|it| derive(&secret, it.label()))),
            secret,
            accepted,
        }
    }

    pub(super) fn again(&self, accepted: bool) -> Self {
        Self::new(self.secret.clone(), accepted)
    }

    #[expect(clippy::indexing_slicing, reason = "there is one sub-key for each purpose")]
    pub(super) fn subkey(&self, purpose: Purpose) -> &[u8; 32] {
        &self.subkeys[purpose as usize]
    }

    pub(super) fn fingerprint(&self) -> String {
        fingerprint(&self.id)
    }
}

/// What a key is called: it tells nothing about the key.
pub(super) fn fingerprint(id: &[u8; ID]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn derive<const N: usize>(secret: &[u8; 32], label: &str) -> [u8; N] {
    let mut out = [0; N];
    #[expect(clippy::expect_used, reason = "only more than 8160 bytes are too many")]
    Hkdf::<Sha256>::new(None, secret).expand(label.as_bytes(), &mut out).expect("a few bytes can be derived");
    out
}

/// The HMAC over all parts.
pub(super) fn digest(subkey: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(subkey).expect("any length is a key");
    for part in parts {
        // With its length in front, a part can't lend a byte to its neighbour.
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
