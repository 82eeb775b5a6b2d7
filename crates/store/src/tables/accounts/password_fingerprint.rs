//! Which password something is about.

use crate::tables::accounts::users::User;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Which password an account has, without its hash. What was decided by a password remembers it by this, and
/// holds only as long as the account has no other one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordFingerprint(pub(in crate::tables) String);

impl PasswordFingerprint {
    /// Of the password that has this hash. Each time a password is set or hashed anew, it has another.
    pub fn of(password_hash: &str) -> Self {
        Self(Sha256::digest(password_hash.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Of the password that the account has.
    pub fn of_user(user: &User) -> Self {
        Self::of(&user.password_hash)
    }

    /// Whether the account, as it is now, has another password: it was changed meanwhile.
    pub fn was_changed(&self, now: &User) -> bool {
        Self::of_user(now) != *self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprint_of_a_hash_is_spelt_as_in_earlier_versions() {
        let spelt = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(PasswordFingerprint::of("abc"), PasswordFingerprint(spelt.to_owned()));
        assert_eq!(serde_json::to_value(PasswordFingerprint::of("abc")).unwrap(), spelt);
    }
}
