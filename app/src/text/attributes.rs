//! What attributes are called on pages: labels people understand, not claims.

use super::words;
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
pub fn standard_label(standard: Standard) -> &'static str {
    match standard {
        Standard::Sub => words().attribute_sub(),
        Standard::Email => words().attribute_email(),
        Standard::EmailVerified => words().attribute_email_verified(),
        Standard::PhoneNumber => words().attribute_phone_number(),
        Standard::PhoneNumberVerified => words().attribute_phone_number_verified(),
        Standard::Name => words().attribute_name(),
        Standard::GivenName => words().attribute_given_name(),
        Standard::MiddleName => words().attribute_middle_name(),
        Standard::FamilyName => words().attribute_family_name(),
        Standard::Nickname => words().attribute_nickname(),
        Standard::PreferredUsername => words().attribute_preferred_username(),
        Standard::Birthdate => words().attribute_birthdate(),
        Standard::Gender => words().attribute_gender(),
        Standard::Address => words().attribute_address(),
        Standard::Website => words().attribute_website(),
        Standard::Profile => words().attribute_profile(),
        Standard::Picture => words().attribute_picture(),
        Standard::Locale => words().attribute_locale(),
        Standard::Zoneinfo => words().attribute_zoneinfo(),
        Standard::UpdatedAt => words().attribute_updated_at(),
    }
}

/// The heading of a group of attributes.
pub fn group(group: AttributeGroup) -> &'static str {
    match group {
        AttributeGroup::About => words().group_about(),
        AttributeGroup::Contact => words().group_contact(),
        AttributeGroup::Preferences => words().group_preferences(),
        AttributeGroup::Custom => words().group_custom(),
        AttributeGroup::Account => words().group_account(),
    }
}
