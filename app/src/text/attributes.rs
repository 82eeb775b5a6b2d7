//! What attributes are called on pages: labels people understand, not claims.

use crate::attribute_groups::AttributeGroup;
use model::{AttributeName, Schema, Standard};

/// The label of an attribute; a custom one has its own from the configuration.
pub fn label(name: &AttributeName, schema: &Schema) -> String {
    match name {
        AttributeName::Standard(standard) => standard_label(*standard).to_owned(),
        AttributeName::Other(text) => {
            let given = schema.get(name).and_then(|definition| definition.label.clone());
            given.unwrap_or_else(|| {
                text.trim_start_matches(model::attribute::CUSTOM_PREFIX).replace(['_', '-'], " ")
            })
        }
    }
}

/// The label of a standard attribute.
pub const fn standard_label(standard: Standard) -> &'static str {
    match standard {
        Standard::Sub => "Account ID",
        Standard::Email => "Email",
        Standard::EmailVerified => "Email verified",
        Standard::PhoneNumber => "Phone Number",
        Standard::PhoneNumberVerified => "Phone number verified",
        Standard::Name => "Full name",
        Standard::GivenName => "Given Name",
        Standard::MiddleName => "Middle Name",
        Standard::FamilyName => "Family Name",
        Standard::Nickname => "Nickname",
        Standard::PreferredUsername => "Preferred username",
        Standard::Birthdate => "Birthday",
        Standard::Gender => "Gender",
        Standard::Address => "Address",
        Standard::Website => "Website",
        Standard::Profile => "Profile page",
        Standard::Picture => "Picture (link)",
        Standard::Locale => "Language",
        Standard::Zoneinfo => "Time zone",
        Standard::UpdatedAt => "Last changed",
    }
}

/// The heading of a group of attributes.
pub const fn group(group: AttributeGroup) -> &'static str {
    match group {
        AttributeGroup::About => "About you",
        AttributeGroup::Contact => "Contact",
        AttributeGroup::Preferences => "Preferences",
        AttributeGroup::Custom => "Custom",
        AttributeGroup::Account => "Account",
    }
}
