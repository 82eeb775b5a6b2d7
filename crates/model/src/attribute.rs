//! Names of attributes: the standard ones of OpenID Connect Core 1.0, section 5.1, and everything else.

use crate::closed_set;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

closed_set! {
    /// The standard attributes and the three that the service sets itself.
    ///
    /// The order is the order in which people see them, and that of the attributes as JSON. The names are the
    /// claims' of OpenID Connect.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum Standard {
        /// The account's id, the same for as long as the account exists.
        Sub = "sub",
        /// Where mails go, once it is verified; people may sign in with it.
        Email = "email",
        /// Whether [`Self::Email`] is verified.
        EmailVerified = "email_verified",
        /// E.164: `+`, country code and number, digits only. Where text messages go, once it is verified.
        PhoneNumber = "phone_number",
        /// Whether [`Self::PhoneNumber`] is verified.
        PhoneNumberVerified = "phone_number_verified",
        /// The full name, as it is to be shown.
        Name = "name",
        /// First names.
        GivenName = "given_name",
        /// Names between the first and the last.
        MiddleName = "middle_name",
        /// Last names.
        FamilyName = "family_name",
        /// A casual name, which need not be short for [`Self::GivenName`].
        Nickname = "nickname",
        /// What the person wants to be called. It isn't unique, and nobody signs in with it.
        PreferredUsername = "preferred_username",
        /// `YYYY-MM-DD`; the year `0000` stands for one that isn't told.
        Birthdate = "birthdate",
        /// Free text.
        Gender = "gender",
        /// The postal address, in several lines.
        Address = "address",
        /// The address of the person's site or blog.
        Website = "website",
        /// The address of a page about the person.
        Profile = "profile",
        /// The address of a picture of the person.
        Picture = "picture",
        /// The language that the person reads, as a BCP 47 tag.
        Locale = "locale",
        /// The time zone, by its name in the IANA database.
        Zoneinfo = "zoneinfo",
        /// When the attributes last changed, in seconds since 1970.
        UpdatedAt = "updated_at",
    }
}

impl Standard {
    /// Whether only the service itself ever sets it; no client's write list changes that.
    pub const fn is_set_by_service(self) -> bool {
        matches!(self, Self::Sub | Self::EmailVerified | Self::PhoneNumberVerified)
    }

    /// The flag that says whether this contact is proven, if this is a contact.
    pub const fn verified_flag(self) -> Option<Self> {
        match self {
            Self::Email => Some(Self::EmailVerified),
            Self::PhoneNumber => Some(Self::PhoneNumberVerified),
            Self::Sub
            | Self::EmailVerified
            | Self::PhoneNumberVerified
            | Self::Name
            | Self::GivenName
            | Self::MiddleName
            | Self::FamilyName
            | Self::Nickname
            | Self::PreferredUsername
            | Self::Birthdate
            | Self::Gender
            | Self::Address
            | Self::Website
            | Self::Profile
            | Self::Picture
            | Self::Locale
            | Self::Zoneinfo
            | Self::UpdatedAt => None,
        }
    }
}

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name of an attribute, well formed but not necessarily in the schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AttributeName {
    /// One that every user pool has.
    Standard(Standard),
    /// `custom:…`, or a name that nobody declared.
    Other(String),
}

/// Why a text can't be the name of an attribute at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedName;

impl fmt::Display for MalformedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the name of an attribute")
    }
}

impl std::error::Error for MalformedName {}

/// What custom attributes are called: `custom:` and 1 to 20 characters.
pub const CUSTOM_PREFIX: &str = "custom:";
/// The longest part after [`CUSTOM_PREFIX`].
pub const CUSTOM_NAME_MAX: usize = 20;
/// The longest name of an attribute (UpdateUserAttributes, `AttributeNameType`).
pub const NAME_MAX: usize = 32;

impl AttributeName {
    /// The name as it travels.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Standard(standard) => standard.as_str(),
            Self::Other(name) => name,
        }
    }

    /// The standard attribute that it names, if it does.
    pub const fn standard(&self) -> Option<Standard> {
        match self {
            Self::Standard(standard) => Some(*standard),
            Self::Other(_) => None,
        }
    }

    /// Whether it is called `custom:` and something.
    pub fn is_custom(&self) -> bool {
        self.as_str().strip_prefix(CUSTOM_PREFIX).is_some_and(|rest| !rest.is_empty())
    }
}

impl From<Standard> for AttributeName {
    fn from(standard: Standard) -> Self {
        Self::Standard(standard)
    }
}

impl From<AttributeName> for String {
    fn from(name: AttributeName) -> Self {
        match name {
            AttributeName::Standard(standard) => standard.as_str().to_owned(),
            AttributeName::Other(name) => name,
        }
    }
}

impl PartialEq<Standard> for AttributeName {
    fn eq(&self, other: &Standard) -> bool {
        self.standard() == Some(*other)
    }
}

impl FromStr for AttributeName {
    type Err = MalformedName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        if let Some(standard) = Standard::named(name) {
            return Ok(Self::Standard(standard));
        }
        // Brackets would be mangled on their way through a form; the rest would be mangled in a log.
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '[' | ']' | '"' | '<' | '>' | '&' | '\\');
        match name.len() {
            1..=NAME_MAX if name.chars().all(plain) => Ok(Self::Other(name.to_owned())),
            _ => Err(MalformedName),
        }
    }
}

impl TryFrom<String> for AttributeName {
    type Error = MalformedName;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_attribute_name_reads_back_every_standard_one() {
        for standard in Standard::ALL {
            assert_eq!(standard.as_str().parse(), Ok(AttributeName::Standard(standard)));
        }
    }

    #[test]
    fn parse_attribute_name_with_form_syntax_is_refused() {
        for name in ["", "a[b]", "a b", "naïve", "a\n", "<b>", &"x".repeat(33)] {
            assert_eq!(name.parse::<AttributeName>(), Err(MalformedName), "{name:?}");
        }
    }

    #[test]
    fn is_custom_is_true_only_for_a_name_with_the_custom_prefix() {
        assert!("custom:team".parse::<AttributeName>().is_ok_and(|name| name.is_custom()));
        assert!("nope".parse::<AttributeName>().is_ok_and(|name| !name.is_custom()));
        assert!("custom:".parse::<AttributeName>().is_ok_and(|name| !name.is_custom()));
    }
}
