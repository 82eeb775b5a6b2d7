//! An email address or phone number that messages go to.

use crate::core::identifiers::ContactKind;
use crate::delivery::Contact;

/// An email address or phone number with what it is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) kind: ContactKind,
    /// As it was written.
    pub(crate) value: String,
    /// In canonical form.
    pub(crate) key: String,
}

impl Target {
    /// `None`: the text can't be such a contact.
    pub(crate) fn new(kind: ContactKind, value: &str) -> Option<Self> {
        Some(Self { kind, value: value.to_owned(), key: kind.key(value)? })
    }

    /// As the store and the limits spell it: `email:me@domain.com`.
    pub(crate) fn to_key(&self) -> String {
        format!("{}:{}", self.kind.as_str(), self.key)
    }

    /// As messages are addressed.
    pub(crate) fn contact(&self) -> Contact {
        Contact { kind: self.kind, value: self.value.clone() }
    }
}
