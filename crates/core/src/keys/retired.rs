//! What is left of keys that were retired: enough to find what they digested, and nothing that seals.

use crate::keys::key::{ID, Key};
use crate::keys::purpose::Purpose;
use zeroize::Zeroizing;

const SUBKEY: usize = 32;
const LENGTH: usize = ID + Purpose::KEPT_DIGESTS.len() * SUBKEY;

/// The sub-keys of one retired key.
pub(super) struct Retired {
    pub(super) id: [u8; ID],
    subkeys: Zeroizing<[[u8; SUBKEY]; Purpose::KEPT_DIGESTS.len()]>,
}

impl Retired {
    pub(super) fn of(key: &Key) -> Self {
        let subkeys = Purpose::KEPT_DIGESTS.map(|purpose| *key.subkey(purpose));
        Self { id: key.id, subkeys: Zeroizing::new(subkeys) }
    }

    pub(super) fn again(&self) -> Self {
        Self { id: self.id, subkeys: self.subkeys.clone() }
    }

    /// The sub-key, if digests of that purpose are looked for.
    pub(super) fn subkey(&self, purpose: Purpose) -> Option<&[u8; SUBKEY]> {
        let place = Purpose::KEPT_DIGESTS.iter().position(|kept| *kept == purpose)?;
        self.subkeys.get(place)
    }
}

/// As the store keeps them, once they are sealed.
pub(super) fn to_bytes(retired: &[Retired]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(retired.len() * LENGTH));
    for key in retired {
        bytes.extend_from_slice(&key.id);
        key.subkeys.iter().for_each(|subkey| bytes.extend_from_slice(subkey));
    }
    bytes
}

/// What [`to_bytes`] made. `None`: it is something else.
pub(super) fn from_bytes(bytes: &[u8]) -> Option<Vec<Retired>> {
    let keys = bytes.chunks_exact(LENGTH);
    if !keys.remainder().is_empty() {
        return None;
    }
    keys.map(|key| {
        let (id, mut rest) = key.split_first_chunk::<ID>()?;
        let mut subkeys = Zeroizing::new([[0; SUBKEY]; Purpose::KEPT_DIGESTS.len()]);
        for subkey in subkeys.iter_mut() {
            let (this, others) = rest.split_first_chunk::<SUBKEY>()?;
            (*subkey, rest) = (*this, others);
        }
        Some(Retired { id: *id, subkeys })
    })
    .collect()
}
