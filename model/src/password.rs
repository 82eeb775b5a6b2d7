//! Passwords: kept out of logs, and measured against a policy.

use crate::why::Why;
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroize as _;

/// The longest password that is hashed (`PasswordType`).
pub const PASSWORD_MAX: usize = 256;

/// A password as typed. It shows itself to nobody, is never trimmed, and is wiped from memory when it is dropped.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
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

/// One rule that a password can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    Length,
    Lowercase,
    Uppercase,
    Number,
    Symbol,
    /// Neither spaces nor control characters, at most [`PASSWORD_MAX`] characters.
    Characters,
}

impl Rule {
    /// In the order in which people read them.
    pub const ALL: [Self; 6] =
        [Self::Length, Self::Lowercase, Self::Uppercase, Self::Number, Self::Symbol, Self::Characters];

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rules(u8);

impl Rules {
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

    pub const fn contains(self, rule: Rule) -> bool {
        self.0 & rule.bit() != 0
    }

    #[must_use]
    pub const fn with(self, rule: Rule) -> Self {
        Self(self.0 | rule.bit())
    }

    pub fn iter(self) -> impl Iterator<Item = Rule> {
        Rule::ALL.into_iter().filter(move |rule| self.contains(*rule))
    }
}

/// What a new password must have (`PasswordPolicyType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Characters, 6 to 99.
    pub min_length: u8,
    pub require_lowercase: bool,
    pub require_uppercase: bool,
    pub require_numbers: bool,
    pub require_symbols: bool,
}

impl Default for Policy {
    /// At least 8 characters and no composition rules (NIST SP 800-63B, section 5.1.1.2).
    fn default() -> Self {
        Self {
            min_length: 8,
            require_lowercase: false,
            require_uppercase: false,
            require_numbers: false,
            require_symbols: false,
        }
    }
}

impl Policy {
    /// The rules that this policy has; [`Rule::Characters`] always holds and is named only when broken.
    pub fn rules(&self) -> Rules {
        let asked = [
            (true, Rule::Length),
            (self.require_lowercase, Rule::Lowercase),
            (self.require_uppercase, Rule::Uppercase),
            (self.require_numbers, Rule::Number),
            (self.require_symbols, Rule::Symbol),
        ];
        asked
            .into_iter()
            .filter(|(asked, _)| *asked)
            .fold(Rules::default(), |rules, (_, rule)| rules.with(rule))
    }

    /// The policy behind a set of rules, as a browser gets it.
    pub const fn from_rules(min_length: u8, rules: Rules) -> Self {
        Self {
            min_length,
            require_lowercase: rules.contains(Rule::Lowercase),
            require_uppercase: rules.contains(Rule::Uppercase),
            require_numbers: rules.contains(Rule::Number),
            require_symbols: rules.contains(Rule::Symbol),
        }
    }

    /// What a person is told about a new password, if it breaks a rule.
    pub fn judge(&self, password: &str) -> Result<(), Why> {
        let broken = self.broken(password);
        if broken.is_empty() {
            Ok(())
        } else {
            Err(Why::PasswordPolicy { broken, min_length: self.min_length })
        }
    }

    /// All the rules that the password breaks.
    pub fn broken(&self, password: &str) -> Rules {
        let has = |found: fn(char) -> bool| password.chars().any(found);
        let length = password.chars().count();
        let broken = |rule: Rule| match rule {
            Rule::Length => length < usize::from(self.min_length),
            Rule::Lowercase => !has(|c| c.is_ascii_lowercase()),
            Rule::Uppercase => !has(|c| c.is_ascii_uppercase()),
            Rule::Number => !has(|c| c.is_ascii_digit()),
            Rule::Symbol => !has(|c| c.is_ascii_punctuation()),
            Rule::Characters => length > PASSWORD_MAX || has(|c| c.is_whitespace() || c.is_control()),
        };
        let rules = self.rules().with(Rule::Characters);
        rules.iter().filter(|rule| broken(*rule)).fold(Rules::default(), Rules::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guides_password_passes_without_composition_rules() {
        assert!(Policy::default().broken("mysecurerandompassword#123").is_empty());
    }

    #[test]
    fn all_broken_rules_are_named_together() {
        let strict = Policy {
            require_uppercase: true,
            require_numbers: true,
            require_symbols: true,
            require_lowercase: true,
            min_length: 8,
        };
        let broken: Vec<_> = strict.broken("abc").iter().collect();
        assert_eq!(broken, [Rule::Length, Rule::Uppercase, Rule::Number, Rule::Symbol]);
    }

    #[test]
    fn a_password_is_bounded_and_has_no_spaces() {
        assert!(Policy::default().broken(&"x".repeat(257)).contains(Rule::Characters));
        assert!(Policy::default().broken("has a space").contains(Rule::Characters));
    }

    #[test]
    fn a_password_does_not_show_itself() {
        assert_eq!(format!("{:?}", Password::new("hunter22")), "Password(…)");
    }
}
