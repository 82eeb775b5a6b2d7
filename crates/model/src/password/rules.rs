//! The rules that a password can break, one by one and as a set.

use crate::closed_set;
use serde::{Deserialize, Serialize};

/// The longest password that is hashed (`PasswordType`).
pub const PASSWORD_MAX: usize = 256;

closed_set! {
    /// One rule that a password can break, in the order in which people read them.
    #[derive(Serialize, Deserialize)]
    pub enum Rule {
        /// At least as many characters as [`Policy::min_length`](super::Policy::min_length).
        Length,
        /// At least one of `a` to `z`.
        Lowercase,
        /// At least one of `A` to `Z`.
        Uppercase,
        /// At least one of `0` to `9`.
        Number,
        /// A special character; a space inside is one.
        Symbol,
        /// No space at either end, no control characters, at most [`PASSWORD_MAX`] characters.
        Characters,
        /// None of the passwords that are guessed first. Only the server knows them.
        Uncommon,
        /// Not the person's own username, name or address, nor mostly one of these.
        Impersonal,
    }
}

impl Rule {
    /// What its sentence is found by, among those that a page brings along.
    pub fn key(self) -> String {
        format!("rule {}", self as u8)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rules(u8);

impl Rules {
    /// Whether no rule is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// As one number, for its journey.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set behind a number; what stands for no rule is ignored.
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// Whether a rule is in the set.
    pub const fn contains(self, rule: Rule) -> bool {
        self.0 & rule.bit() != 0
    }

    /// The set with one rule more.
    #[must_use]
    pub const fn with(self, rule: Rule) -> Self {
        Self(self.0 | rule.bit())
    }

    /// The rules of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The rules of the set, in the order in which people read them.
    pub fn iter(self) -> impl Iterator<Item = Rule> {
        Rule::ALL.into_iter().filter(move |rule| self.contains(*rule))
    }
}
