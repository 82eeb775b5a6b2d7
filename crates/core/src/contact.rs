//! An email address or phone number that messages go to.

use crate::identifiers::ContactKind;
use model::code::{CodeDeliveryDetails, DeliveryMedium};
use model::paths;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An email address or a phone number: as it was written, and what it is found by.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Contact {
    /// Which of the two it is.
    pub kind: ContactKind,
    /// As it was written.
    pub value: String,
    /// In canonical form, in which it is unique.
    pub key: String,
}

/// What is kept of a contact in a message that waits: the rest follows from it.
#[derive(Serialize, Deserialize)]
struct Written {
    kind: ContactKind,
    value: String,
}

impl From<Written> for Contact {
    fn from(Written { kind, value }: Written) -> Self {
        Self::stored(kind, value)
    }
}

impl From<Contact> for Written {
    fn from(Contact { kind, value, .. }: Contact) -> Self {
        Self { kind, value }
    }
}

impl Contact {
    /// Reads what somebody wrote. `None`: the text can't be such a contact.
    pub fn new(kind: ContactKind, value: &str) -> Option<Self> {
        Some(Self { kind, value: value.to_owned(), key: kind.key(value)? })
    }

    /// One that was accepted before. If it wouldn't be today, it still goes where it went.
    pub fn stored(kind: ContactKind, value: impl Into<String>) -> Self {
        let value = value.into();
        Self { kind, key: kind.key(&value).unwrap_or_else(|| value.clone()), value }
    }

    /// An email address (RFC 5321, section 4.1.2, or RFC 6531).
    pub fn email(value: impl Into<String>) -> Self {
        Self::stored(ContactKind::Email, value)
    }

    /// A phone number (E.164).
    pub fn phone(value: impl Into<String>) -> Self {
        Self::stored(ContactKind::PhoneNumber, value)
    }

    /// As the store and the limits spell it: `email:me@domain.com`.
    pub fn to_key(&self) -> String {
        format!("{}:{}", self.kind.as_str(), self.key)
    }

    /// The same for limits on what is sent: tags behind a plus (RFC 5233) are most often one mailbox.
    pub fn mailbox_key(&self) -> String {
        let untagged = |(local, domain): (&str, &str)| {
            let local = local.split_once('+').map_or(local, |(local, _)| local);
            (!local.is_empty()).then(|| format!("{}:{local}@{domain}", self.kind.as_str()))
        };
        let folded = self.key.rsplit_once('@').filter(|_| self.is_email()).and_then(untagged);
        folded.unwrap_or_else(|| self.to_key())
    }

    /// How messages travel to it.
    pub const fn medium(&self) -> DeliveryMedium {
        self.kind.medium()
    }

    /// Where a code went, as callers are told.
    pub fn delivery(&self) -> CodeDeliveryDetails {
        self.kind.delivery(&self.value)
    }

    /// As somebody may see it who may not know it.
    pub fn masked(&self) -> String {
        self.kind.mask(&self.value)
    }

    /// Whether it is an email address.
    pub const fn is_email(&self) -> bool {
        matches!(self.kind, ContactKind::Email)
    }

    /// The page where its owner sees, replaces and cancels it.
    pub const fn page(&self) -> &'static str {
        match self.kind {
            ContactKind::Email => paths::PROFILE_EMAIL,
            ContactKind::PhoneNumber => paths::PROFILE_PHONE,
        }
    }
}

/// Addresses stay out of logs.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}(…)", self.kind)
    }
}
