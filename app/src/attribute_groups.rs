//! The groups in which a profile is shown.

use model::{AttributeName, Standard, closed_set};

closed_set! {
    /// A group of a profile, from top to bottom.
    pub enum AttributeGroup {
        About = "about",
        Contact = "contact",
        Preferences = "preferences",
        Custom = "custom",
        Account = "account",
    }
}

impl AttributeGroup {
    /// Where an attribute stands.
    pub const fn of(name: &AttributeName) -> Self {
        match name {
            AttributeName::Standard(
                Standard::Email
                | Standard::PhoneNumber
                | Standard::EmailVerified
                | Standard::PhoneNumberVerified,
            ) => Self::Contact,
            AttributeName::Standard(Standard::PreferredUsername | Standard::Locale | Standard::Zoneinfo) => {
                Self::Preferences
            }
            AttributeName::Standard(Standard::Sub | Standard::UpdatedAt) => Self::Account,
            AttributeName::Standard(
                Standard::Name
                | Standard::GivenName
                | Standard::MiddleName
                | Standard::FamilyName
                | Standard::Nickname
                | Standard::Birthdate
                | Standard::Gender
                | Standard::Address
                | Standard::Website
                | Standard::Profile
                | Standard::Picture,
            ) => Self::About,
            AttributeName::Other(_) => Self::Custom,
        }
    }

    /// Whether it has a form; contacts have screens of their own, and the account's own facts aren't edited.
    pub const fn is_editable(self) -> bool {
        match self {
            Self::About | Self::Preferences | Self::Custom => true,
            Self::Contact | Self::Account => false,
        }
    }
}
