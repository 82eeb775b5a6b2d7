//! What pages choose among: by what people sign in with, by where a code went, by the rules of a password.

use super::{Around, words};
use crate::request::Theme;
use model::{AttributeName, DeliveryMedium, FieldName, Policy, SignInOptions};

pub fn theme(theme: Theme) -> &'static str {
    match theme {
        Theme::System => words().theme_system(),
        Theme::Light => words().theme_light(),
        Theme::Dark => words().theme_dark(),
    }
}

/// The label of the field that says who is signing in.
pub fn identifier_label(options: SignInOptions) -> &'static str {
    match (options.username, options.email, options.phone_number) {
        (true, ..) => words().username(),
        (false, true, _) => words().email(),
        _ => words().phone_number(),
    }
}

/// What else may be typed there.
pub fn identifier_hint(options: SignInOptions) -> Option<&'static str> {
    match (options.username, options.email, options.phone_number) {
        (true, true, false) => Some(words().identifier_hint_username_email()),
        (true, false, true) => Some(words().identifier_hint_username_phone()),
        (true, true, true) => Some(words().identifier_hint_username_email_phone()),
        (false, false, true) => Some(words().identifier_hint_phone()),
        (false, true, true) => Some(words().identifier_hint_email_phone()),
        _ => None,
    }
}

/// "At least 8 characters", before anything is typed.
pub fn policy_hint(policy: &Policy) -> String {
    let kinds: Vec<_> = [
        (policy.require_lowercase, words().policy_lowercase()),
        (policy.require_uppercase, words().policy_uppercase()),
        (policy.require_numbers, words().policy_number()),
        (policy.require_symbols, words().policy_symbol()),
    ]
    .into_iter()
    .filter_map(|(asked, words)| asked.then_some(words))
    .collect();
    if kinds.is_empty() {
        words().policy_hint(&policy.min_length.to_string())
    } else {
        words().policy_hint_with(&policy.min_length.to_string(), &kinds.join(", "))
    }
}

/// The heading above a code.
pub fn code_heading(medium: DeliveryMedium) -> &'static str {
    match medium {
        DeliveryMedium::Email => words().we_emailed_you(),
        DeliveryMedium::Sms => words().we_texted_you(),
    }
}

/// The sentence around the masked destination.
pub fn code_on_its_way(medium: DeliveryMedium) -> Around {
    Around::of(|destination| match medium {
        DeliveryMedium::Email => words().code_emailed_to(destination),
        DeliveryMedium::Sms => words().code_texted_to(destination),
    })
}

/// The label of the field that says whose password was forgotten.
pub fn whose_password(options: SignInOptions) -> &'static str {
    match (options.username, options.email, options.phone_number) {
        (true, ..) => words().whose_password_username(),
        (false, true, _) => words().whose_password_email(),
        _ => words().whose_password_phone(),
    }
}

/// Beside a new password, from easy to guess to hard.
pub fn strengths() -> String {
    let words = words();
    [words.strength_weak(), words.strength_fair(), words.strength_good(), words.strength_strong()].join("|")
}

/// When a passkey was added, and used.
pub fn passkey_dates(added: &str, used: Option<&str>) -> String {
    match used {
        Some(used) => words().passkey_dates(added, used),
        None => words().passkey_dates_unused(added),
    }
}

/// What a field is called above the form.
pub fn field_label(name: &FieldName) -> String {
    match name {
        FieldName::Username => words().username().into(),
        FieldName::NewUsername => words().new_username().into(),
        FieldName::Email => words().email().into(),
        FieldName::Password => words().password().into(),
        FieldName::ConfirmPassword => words().confirm_password().into(),
        FieldName::CurrentPassword => words().current_password().into(),
        FieldName::Confirmation => words().confirmation().into(),
        FieldName::Code => words().code().into(),
        FieldName::StepCode => words().step_code().into(),
        FieldName::CountryCode => words().country_code().into(),
        FieldName::PasskeyName => words().passkey_name().into(),
        FieldName::Next
        | FieldName::Names
        | FieldName::Session
        | FieldName::Factor
        | FieldName::Wish
        | FieldName::Passkey
        | FieldName::Token
        | FieldName::OldIsLost
        | FieldName::Theme => words().form_field().into(),
        FieldName::Attribute(AttributeName::Standard(standard)) => {
            super::attributes::standard_label(*standard).into()
        }
        FieldName::Attribute(AttributeName::Other(other)) => other.clone(),
    }
}
