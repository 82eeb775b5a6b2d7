//! Which password something is about, without its hash.

use crate::sign_in::srp::srp6a;
use sha2::{Digest as _, Sha256};

/// Which password something is about, without its hash.
pub(crate) fn fingerprint(password_hash: &str) -> String {
    srp6a::hex(&Sha256::digest(password_hash.as_bytes()))
}
