//! The names of the fields that forms have.

use crate::attribute::AttributeName;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Declares the names, each with its name in the form, and whether what was typed may be shown again.
macro_rules! field_names {
    (
        $(#[$meta:meta])*
        pub enum FieldName {
            $($(#[$doc:meta])+ $Field:ident = $name:literal $kept:ident),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        pub enum FieldName {
            $(
                $(#[$doc])*
                #[doc = ""]
                #[doc = concat!("`", $name, "` in the form.")]
                $Field,
            )+
            /// The value of an attribute. `attributes[<name>]` in the form.
            Attribute(AttributeName),
        }

        impl FieldName {
            /// All of them, but for the attributes.
            pub const PLAIN: &'static [Self] = &[$(Self::$Field),+];

            /// Whether the typed value may be shown again after a refusal; passwords and codes never.
            pub const fn keep(&self) -> bool {
                match self {
                    $(Self::$Field => field_names!(@ $kept),)+
                    Self::Attribute(_) => true,
                }
            }
        }

        impl fmt::Display for FieldName {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$Field => f.write_str($name),)+
                    Self::Attribute(name) => write!(f, "attributes[{name}]"),
                }
            }
        }

        impl FromStr for FieldName {
            type Err = UnknownField;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(match text {
                    $($name => Self::$Field,)+
                    other => Self::Attribute(attribute(other).ok_or(UnknownField)?),
                })
            }
        }
    };
    (@ shown) => { true };
    (@ secret) => { false };
}

field_names! {
    /// A field that a form may have. What isn't one of these isn't a form of ours.
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(try_from = "String", into = "String")]
    pub enum FieldName {
        /// What somebody signs up or signs in with; at sign-in it may be a contact, too.
        Username = "username" shown,
        /// Another username, in the place of one that was taken meanwhile.
        NewUsername = "new_username" shown,
        /// The address at sign-up, or the one that replaces it while the account isn't confirmed.
        Email = "email" shown,
        /// The password at sign-in, or a new one.
        Password = "password" secret,
        /// The new password once more; compared, and never stored.
        ConfirmPassword = "confirm_password" secret,
        /// The password that the account has, for changes that a stolen session must not make.
        CurrentPassword = "current_password" secret,
        /// The word to type before an account is deleted.
        Confirmation = "confirmation" shown,
        /// A one-time code, the code of an authenticator app, or a recovery code.
        Code = "code" secret,
        /// The code of a second factor, or a recovery code, for changes that a stolen session must not make.
        StepCode = "step_code" secret,
        /// The `+` and digits that go before a phone number which has none.
        CountryCode = "country_code" shown,
        /// A contact that is being replaced is no longer its owner's.
        OldIsLost = "old_is_lost" shown,
        /// The page to go to after a sign-in; see [`Page::after_sign_in`](crate::Page::after_sign_in).
        Next = "next" shown,
        /// Names of attributes, separated by commas.
        Names = "names" shown,
        /// Which other session to end.
        Session = "session" shown,
        /// Which second factor, by its [name](crate::Factor::as_str).
        Factor = "factor" shown,
        /// What to do with it: on, off, or asked for first.
        Wish = "wish" shown,
        /// What a passkey is called by its owner.
        PasskeyName = "passkey_name" shown,
        /// Which passkey.
        Passkey = "passkey" shown,
        /// What the link in a mail proves.
        Token = "token" shown,
        /// Light, dark, or as the device has it.
        Theme = "theme" shown,
    }
}

/// The attribute of a field that is named `attributes[<name>]`.
fn attribute(field: &str) -> Option<AttributeName> {
    field.strip_prefix("attributes[")?.strip_suffix(']')?.parse().ok()
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
    fn parse_field_name_reads_back_every_name() {
        let attribute = FieldName::Attribute("custom:team".parse().unwrap());
        assert_eq!(attribute.to_string(), "attributes[custom:team]");
        for field in FieldName::PLAIN.iter().chain([&attribute]) {
            assert_eq!(field.to_string().parse().as_ref(), Ok(field));
        }
        for name in ["new_password", "", "attributes[", "attributes[]", "attributes[a[b]]", "Username"] {
            assert_eq!(name.parse::<FieldName>(), Err(UnknownField), "{name:?}");
        }
    }

    #[test]
    fn keep_is_false_for_passwords_and_codes() {
        for field in FieldName::PLAIN {
            let name = field.to_string();
            let is_secret = name.contains("password")
                || name == "code"
                || name.ends_with("_code") && name != "country_code";
            assert_eq!(field.keep(), !is_secret, "{name}");
        }
        assert!(FieldName::Attribute("custom:team".parse().unwrap()).keep());
    }
}
