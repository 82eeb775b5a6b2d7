//! The policy that a new password is measured against.

use super::rules::{PASSWORD_MAX, Rule, Rules};
use crate::form::ErrorCode;
use serde::{Deserialize, Serialize};

/// What a new password must have (`PasswordPolicyType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Characters, 6 to 99.
    pub min_length: u8,
    /// At least one of `a` to `z`.
    pub require_lowercase: bool,
    /// At least one of `A` to `Z`.
    pub require_uppercase: bool,
    /// At least one of `0` to `9`.
    pub require_numbers: bool,
    /// At least one ASCII punctuation character, or a space inside.
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
    /// The rules that this policy has and that a browser can judge; [`Rule::Characters`] always holds and is
    /// named only when broken.
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

    /// What a person is told about a new password, if it breaks a rule that a browser can judge.
    pub fn judge(&self, password: &str) -> Result<(), ErrorCode> {
        self.refuse(self.broken(password))
    }

    /// What a person is told whose password breaks these rules, if any.
    pub const fn refuse(&self, broken: Rules) -> Result<(), ErrorCode> {
        if broken.is_empty() {
            Ok(())
        } else {
            Err(ErrorCode::PasswordPolicy { broken, min_length: self.min_length })
        }
    }

    /// All the rules that the password breaks, but for those that only the server can judge.
    pub fn broken(&self, password: &str) -> Rules {
        let has = |found: fn(char) -> bool| password.chars().any(found);
        let length = password.chars().count();
        let broken = |rule: Rule| match rule {
            Rule::Length => length < usize::from(self.min_length),
            Rule::Lowercase => !has(|c| c.is_ascii_lowercase()),
            Rule::Uppercase => !has(|c| c.is_ascii_uppercase()),
            Rule::Number => !has(|c| c.is_ascii_digit()),
            Rule::Symbol => !has(|c| c.is_ascii_punctuation() || c == ' '),
            Rule::Characters => length > PASSWORD_MAX || password.trim() != password || has(char::is_control),
            Rule::Uncommon | Rule::Impersonal => false,
        };
        let rules = self.rules().with(Rule::Characters);
        rules.iter().filter(|rule| broken(*rule)).fold(Rules::default(), Rules::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_by_default_accepts_the_password_of_the_guide() {
        assert!(Policy::default().broken("mysecurerandompassword#123").is_empty());
    }

    #[test]
    fn broken_lists_every_violated_rule() {
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
    fn broken_for_long_or_control_characters_names_the_rule() {
        assert!(Policy::default().broken(&"x".repeat(257)).contains(Rule::Characters));
        assert!(Policy::default().broken("has\ta tab").contains(Rule::Characters));
        assert!(Policy::default().broken("has a nul\0").contains(Rule::Characters));
    }

    #[test]
    fn broken_with_inner_spaces_is_empty_and_at_the_ends_is_not() {
        let strict = Policy { require_symbols: true, ..Policy::default() };
        assert!(strict.broken("correct horse battery staple").is_empty());
        for at_an_end in [" correct horse", "correct horse ", "\u{a0}correct horse", "correct horse\u{3000}"]
        {
            assert!(strict.broken(at_an_end).contains(Rule::Characters), "{at_an_end:?}");
        }
    }
}
