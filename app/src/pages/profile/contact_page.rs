//! The two pages on which a contact is replaced or proven, and what each of them says.

use crate::lists;
use crate::request::Flash;
use crate::text::ContactWords;
use accounts::attributes::{Pending, Profile};
use model::{AttributeName, Factor, Page, paths};
use nameplate_core::identifiers::ContactKind;

/// What the pages of the two kinds of contact have different.
#[derive(Clone, Copy)]
pub(crate) struct ContactPage {
    pub page: Page,
    pub kind: ContactKind,
    /// Where the page's forms post to: the new contact, its code, another code, no change after all.
    pub forms: [&'static str; 4],
    /// Said once the change is done.
    pub changed: Flash,
    pub words: ContactWords,
}

pub(crate) const EMAIL: ContactPage = ContactPage {
    page: Page::UpdateEmail,
    kind: ContactKind::Email,
    forms: [
        paths::PROFILE_EMAIL,
        paths::PROFILE_EMAIL_VERIFY,
        paths::PROFILE_EMAIL_RESEND,
        paths::PROFILE_EMAIL_CANCEL,
    ],
    changed: Flash::EmailChanged,
    words: ContactWords::Email,
};

pub(crate) const PHONE: ContactPage = ContactPage {
    page: Page::UpdatePhone,
    kind: ContactKind::PhoneNumber,
    forms: [
        paths::PROFILE_PHONE,
        paths::PROFILE_PHONE_VERIFY,
        paths::PROFILE_PHONE_RESEND,
        paths::PROFILE_PHONE_CANCEL,
    ],
    changed: Flash::PhoneChanged,
    words: ContactWords::Phone,
};

impl ContactPage {
    /// The page of the contact that an attribute is, if it is one.
    pub(crate) fn of(name: &AttributeName) -> Option<Self> {
        [EMAIL, PHONE].into_iter().find(|page| *name == page.kind.attribute())
    }

    pub(crate) const fn path(self) -> &'static str {
        self.forms[0]
    }

    pub(crate) fn attribute(self) -> AttributeName {
        self.kind.attribute().into()
    }

    /// What is in force.
    pub(crate) fn now(self, profile: &Profile) -> Option<&str> {
        profile.attributes.get(&self.attribute()).map(String::as_str)
    }

    pub(crate) fn is_verified(self, profile: &Profile) -> bool {
        profile.attributes.get(&self.kind.verified_flag().into()).is_some_and(|value| value == "true")
    }

    /// Whether sign-in sends codes to it.
    pub(crate) fn is_second_step(self, profile: &Profile) -> bool {
        let factor = match self.kind {
            ContactKind::Email => Factor::Email,
            ContactKind::PhoneNumber => Factor::Sms,
        };
        profile.factors.iter().any(|(it, _)| *it == factor)
    }

    /// What waits for its code.
    pub(crate) fn waiting(self, profile: &Profile) -> Option<&Pending> {
        profile.pending.iter().find(|it| it.attribute == self.kind.attribute())
    }

    /// A contact as people read it.
    pub(crate) fn shown(self, value: &str) -> String {
        let readable =
            if self.kind == ContactKind::PhoneNumber { lists::readable_phone(value) } else { None };
        readable.unwrap_or_else(|| value.to_owned())
    }
}
