//! `[password]`: what a new password must have.

use crate::config::problems::Problems;
use model::Policy;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a new password must have. Length is what counts; composition rules are off unless you ask for them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordSection {
    /// The least number of characters, 6 to 99.
    pub min_length: u32,
    /// Whether there must be a lower case letter.
    pub require_lowercase: bool,
    /// Whether there must be an upper case letter.
    pub require_uppercase: bool,
    /// Whether there must be a digit.
    pub require_numbers: bool,
    /// Whether there must be a special character.
    pub require_symbols: bool,
}

impl Default for PasswordSection {
    fn default() -> Self {
        let policy = Policy::default();
        Self {
            min_length: policy.min_length.into(),
            require_lowercase: policy.require_lowercase,
            require_uppercase: policy.require_uppercase,
            require_numbers: policy.require_numbers,
            require_symbols: policy.require_symbols,
        }
    }
}

impl PasswordSection {
    pub fn policy(&self, problems: &mut Problems<'_>) -> Policy {
        let min_length = match u8::try_from(self.min_length) {
            Ok(length @ 6..=99) => length,
            _ => {
                problems.add(
                    "password.min_length",
                    format!("{} is out of range", self.min_length),
                    "a number from 6 to 99",
                );
                Policy::default().min_length
            }
        };
        Policy {
            min_length,
            require_lowercase: self.require_lowercase,
            require_uppercase: self.require_uppercase,
            require_numbers: self.require_numbers,
            require_symbols: self.require_symbols,
        }
    }
}
