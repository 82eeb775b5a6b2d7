//! The policy that a new password is measured against.

use super::rules::{PASSWORD_MAX, Rule, Rules};
use crate::form::ErrorCode;
use serde::{Deserialize, Serialize};

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
    pub fn judge(&self, password: &str) -> Result<(), ErrorCode> {
        let broken = self.broken(password);
        if broken.is_empty() {
            Ok(())
        } else {
            Err(ErrorCode::PasswordPolicy { broken, min_length: self.min_length })
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
}
