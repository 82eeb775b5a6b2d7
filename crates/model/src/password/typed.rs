//! A password as it was typed.

use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroize as _;

/// A password as typed. It shows itself to nobody, and is never trimmed, and is wiped from memory when it is dropped.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// Takes a password from a form or a request, as it is.
    pub fn new(typed: impl Into<String>) -> Self {
        Self(typed.into())
    }

    /// The text itself, for hashing and checking.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl Drop for Password {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_password_hides_it() {
        assert_eq!(format!("{:?}", Password::new("hunter22")), "Password(…)");
    }
}
