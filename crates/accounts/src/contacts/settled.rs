//! Which of an account's contacts is old enough to decide about its password.

use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::settings::Settings;
use std::time::Duration;
use store::profile::Account;

/// So long a contact is verified before it decides anything beside an older one: whoever gets hold of a
/// session can add one of their own.
pub(crate) const SETTLED: Duration = Duration::from_secs(72 * 60 * 60);

/// Whether the contact has been verified for long enough.
pub(crate) fn is_settled(account: &Account, kind: ContactKind, now: Timestamp) -> bool {
    account.verified_at.get(&kind).is_some_and(|at| now.since(*at) > SETTLED)
}

/// Where a code for a new password goes that is asked for by a contact of this kind, or by another name of
/// the account: to that contact, or else to the address before the number. One that was verified lately gives
/// way to one that was verified long ago; one that messages don't reach is none.
pub(crate) fn for_reset(
    settings: &Settings,
    account: &Account,
    named: Option<ContactKind>,
    now: Timestamp,
) -> Option<Contact> {
    let kinds = named.into_iter().chain([ContactKind::Email, ContactKind::PhoneNumber]);
    let reached: Vec<_> = kinds
        .filter_map(|kind| {
            let value = account.proven_contact(kind)?;
            settings.reaches_contact(kind, value).then(|| Contact::stored(kind, value.to_owned()))
        })
        .collect();
    let settled = reached.iter().find(|contact| is_settled(account, contact.kind, now));
    settled.or(reached.first()).cloned()
}

#[cfg(test)]
mod tests;
