//! The words of taking changes back.

use super::{Around, words};
use model::{AttributeName, Factor};
use nameplate_core::identifiers::ContactKind;

/// The sentence around the contact that somebody has verified, and another account had.
pub fn former_contact() -> Around {
    Around::of(|contact| words().former_contact(contact))
}

/// The sentence around whose account it is.
pub fn undo_since_of(since: &str) -> Around {
    Around::of(|name| words().undo_since_of(since, name))
}

/// The labels of a contact as it is, and as it will be.
pub fn contact_now_and_after(kind: ContactKind) -> (String, String) {
    let label = super::label(&AttributeName::from(kind.attribute()), &model::Schema::standard());
    (words().contact_now(&label), words().contact_after(&label))
}

pub fn factor_comes_back(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => words().app_comes_back(),
        Factor::Sms => words().sms_comes_back(),
        Factor::Email => words().email_comes_back(),
    }
}

pub fn factor_goes(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => words().app_goes(),
        Factor::Sms => words().sms_goes(),
        Factor::Email => words().email_goes(),
    }
}
