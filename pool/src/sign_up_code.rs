//! The code that confirms a new account: where it goes, and what the message says.

use crate::Inner;
use crate::clock::Timestamp;
use crate::codes::{self, CodePurpose, Issued, Slot, Waiting};
use crate::delivery::{self, About, Asked, Contact, Message};
use crate::identifiers::{ContactKind, Identifier};
use crate::limits::{self, HOUR, Key, Rate, Wait};
use crate::sessions::{Origin, UserId};
use crate::settings::Settings;
use crate::store::{Conn, StoreError, Tx, aliases};
use model::AttributeName;
use std::collections::BTreeMap;

/// A contact as it was written, and what it is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) kind: ContactKind,
    pub(crate) value: String,
    pub(crate) key: String,
}

impl Target {
    /// `None`: the text can't be such a contact.
    pub(crate) fn new(kind: ContactKind, value: &str) -> Option<Self> {
        Some(Self { kind, value: value.to_owned(), key: kind.key(value)? })
    }

    pub(crate) fn slot(&self, user: UserId) -> Slot {
        Slot::new(user, CodePurpose::SignUp, self.kind.attribute())
    }

    pub(crate) fn identifier(&self) -> Identifier {
        Identifier::Contact(self.kind, self.key.clone())
    }

    /// As messages are addressed.
    pub(crate) fn contact(&self) -> Contact {
        match self.kind {
            ContactKind::Email => Contact::email(self.value.as_str()),
            ContactKind::PhoneNumber => Contact::phone(self.value.as_str()),
        }
    }
}

/// The kinds of contact that a new account may be confirmed with, the preferred one first.
pub(crate) fn accepted_kinds(settings: &Settings) -> Vec<ContactKind> {
    let options = settings.sign_in;
    match (options.username, options.email, options.phone_number) {
        // Without a username the account is found by the contact, so it must be one of those.
        (false, true, false) => vec![ContactKind::Email],
        (false, false, true) => vec![ContactKind::PhoneNumber],
        _ if !settings.texts => vec![ContactKind::Email],
        _ => vec![ContactKind::Email, ContactKind::PhoneNumber],
    }
}

/// Where the code of a new account goes. The error is the attribute that is missing.
pub(crate) fn target(settings: &Settings, attributes: &BTreeMap<AttributeName, String>) -> Result<Target, AttributeName> {
    let kinds = accepted_kinds(settings);
    let given = kinds.iter().find_map(|kind| Target::new(*kind, attributes.get(&kind.attribute().into())?));
    given.ok_or_else(|| {
        let asked = |kind: &&ContactKind| settings.sign_up_attributes.contains(&kind.attribute().into());
        kinds.iter().find(asked).unwrap_or(&kinds[0]).attribute().into()
    })
}

/// One more code to this destination today.
pub(crate) async fn count_destination(tx: &mut Tx, inner: &Inner, target: &Target) -> Result<Result<(), Wait>, StoreError> {
    limits::count_code_to(tx, inner, target.kind, &target.key).await
}

/// One more code asked for or entered by this network for an account that it only named.
pub(crate) async fn count_network(tx: &mut Tx, inner: &Inner, origin: &Origin) -> Result<Result<(), Wait>, StoreError> {
    let key = limits::key(inner, &["code requests from", &origin.household().to_string()]);
    let rate = Rate { times: inner.settings.limits.code_requests_per_network_an_hour, per: HOUR };
    limits::count(tx, &key, rate, inner.clock.now()).await
}

/// Counts a try at a code by a network, and at the name that it gave; how many the name has left. After a [`Wait`] drop the
/// transaction.
pub(crate) async fn count_try(
    tx: &mut Tx,
    inner: &Inner,
    (name, rate): (&Key, Rate),
    origin: &Origin,
) -> Result<Result<u32, Wait>, StoreError> {
    if origin.tally.is_paid() {
        return limits::left(tx, name, rate, inner.clock.now()).await.map(Ok);
    }
    if let Err(wait) = count_network(tx, inner, origin).await? {
        return Ok(Err(wait));
    }
    limits::count_down(tx, name, rate, inner.clock.now()).await.map(Ok)
}

/// How often a code may still be tried by somebody who only named the account. The same for names that are nobody's.
pub(crate) fn tries_key(inner: &Inner, typed: &str) -> Key {
    limits::key(inner, &["sign-up code tries for", typed])
}

/// Makes a code and promises to send it. The owner of a contact that is taken reads another message; what is done
/// here is the same.
pub(crate) async fn send(
    tx: &mut Tx,
    inner: &Inner,
    user: (UserId, Option<&str>),
    target: &Target,
    origin: &Origin,
) -> Result<Issued, StoreError> {
    let (user, username) = user;
    let issued = codes::issue(tx, inner, &target.slot(user), &target.value).await?;
    let owner = aliases::owner(tx, target.kind, &target.key).await?;
    let (to, code, expires_at) = (target.contact(), issued.code.clone(), issued.expires_at);
    let asked = Asked::new(username, issued.sent_at, origin);
    let message = match owner {
        None => Message::SignUpCode { to, code, expires_at, asked },
        Some(_) => Message::SignUpCodeAddressTaken { to, code, expires_at, asked },
    };
    delivery::queue(tx, inner, &message, About::Code(&issued)).await?;
    Ok(issued)
}

/// The code that the new account waits for, and where it went.
pub(crate) async fn current(conn: &mut Conn, user: UserId) -> Result<Option<(Waiting, Target)>, StoreError> {
    for kind in [ContactKind::Email, ContactKind::PhoneNumber] {
        let slot = Slot::new(user, CodePurpose::SignUp, kind.attribute());
        if let Some(waiting) = codes::waiting(conn, &slot).await? {
            let target = Target::new(kind, &waiting.value).ok_or_else(|| StoreError::unreadable("a contact that can't be one"))?;
            return Ok(Some((waiting, target)));
        }
    }
    Ok(None)
}

/// When the next code may be asked for.
pub(crate) fn resend_at(inner: &Inner, sent_at: Timestamp) -> Timestamp {
    sent_at.plus(inner.settings.codes.resend_after)
}
