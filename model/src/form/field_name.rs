//! The names of the fields that forms have.

use crate::attribute::AttributeName;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A field that a form may have. What isn't one of these isn't a form of ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum FieldName {
    Username,
    /// Another username, in the place of one that was taken meanwhile.
    NewUsername,
    Email,
    Password,
    ConfirmPassword,
    CurrentPassword,
    Confirmation,
    Code,
    CountryCode,
    Next,
    Names,
    Session,
    Factor,
    Wish,
    /// What a passkey is called by its owner.
    PasskeyName,
    /// Which passkey.
    Passkey,
    Theme,
    Attribute(AttributeName),
}

impl FieldName {
    /// Whether the typed value may be shown again after a refusal; passwords and codes never.
    pub const fn keep(&self) -> bool {
        match self {
            Self::Username
            | Self::NewUsername
            | Self::Email
            | Self::Confirmation
            | Self::CountryCode
            | Self::Next
            | Self::Names
            | Self::Session
            | Self::Factor
            | Self::Wish
            | Self::PasskeyName
            | Self::Passkey
            | Self::Theme
            | Self::Attribute(_) => true,
            Self::Password | Self::ConfirmPassword | Self::CurrentPassword | Self::Code => false,
        }
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Username => "username",
            Self::NewUsername => "new_username",
            Self::Email => "email",
            Self::Password => "password",
            Self::ConfirmPassword => "confirm_password",
            Self::CurrentPassword => "current_password",
            Self::Confirmation => "confirmation",
            Self::Code => "code",
            Self::CountryCode => "country_code",
            Self::Next => "next",
            Self::Names => "names",
            Self::Session => "session",
            Self::Factor => "factor",
            Self::Wish => "wish",
            Self::PasskeyName => "passkey_name",
            Self::Passkey => "passkey",
            Self::Theme => "theme",
            Self::Attribute(name) => return write!(f, "attributes[{name}]"),
        })
    }
}

/// A field that no form of ours has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownField;

impl fmt::Display for UnknownField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a field of any form")
    }
}

impl std::error::Error for UnknownField {}

impl FromStr for FieldName {
    type Err = UnknownField;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(match name {
            "username" => Self::Username,
            "new_username" => Self::NewUsername,
            "email" => Self::Email,
            "password" => Self::Password,
            "confirm_password" => Self::ConfirmPassword,
            "current_password" => Self::CurrentPassword,
            "confirmation" => Self::Confirmation,
            "code" => Self::Code,
            "country_code" => Self::CountryCode,
            "next" => Self::Next,
            "names" => Self::Names,
            "session" => Self::Session,
            "factor" => Self::Factor,
            "wish" => Self::Wish,
            "passkey_name" => Self::PasskeyName,
            "passkey" => Self::Passkey,
            "theme" => Self::Theme,
            _ => {
                let inner = name
                    .strip_prefix("attributes[")
                    .and_then(|rest| rest.strip_suffix(']'))
                    .ok_or(UnknownField)?;
                Self::Attribute(inner.parse().map_err(|_| UnknownField)?)
            }
        })
    }
}

impl TryFrom<String> for FieldName {
    type Error = UnknownField;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl From<FieldName> for String {
    fn from(name: FieldName) -> Self {
        name.to_string()
    }
}

impl From<AttributeName> for FieldName {
    fn from(name: AttributeName) -> Self {
        Self::Attribute(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_codes_are_never_kept() {
        for (name, keep) in [
            ("password", false),
            ("confirm_password", false),
            ("current_password", false),
            ("code", false),
            ("username", true),
            ("attributes[custom:team]", true),
        ] {
            assert_eq!(name.parse::<FieldName>().map(|name| name.keep()), Ok(keep), "{name}");
        }
        assert_eq!("new_password".parse::<FieldName>(), Err(UnknownField));
    }
}
