//! The promise to send: an outbox row in the transaction of the use case.

use crate::Delivery;
use crate::{Asked, Message, UndoLink};
use nameplate_core::clock::Timestamp;
use nameplate_core::code::{Issue, Slot};
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{Origin, UserId};
use nameplate_core::keys::Purpose;
use store::{LockedAccount, StoreError, Tx, outbox};

pub use outbox::withdraw;

/// What a message stands and falls with.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// The code that it carries, which several accounts may share: once it was replaced or used or has
    /// expired for all of them, the message is dropped unsent.
    Code {
        /// The place of the code.
        slot: &'a Slot,
        /// Which code of that place it is.
        issue: &'a Issue,
    },
    /// The account: a notice goes with it.
    Account(UserId),
    /// Nothing: it tells that the account is gone.
    Farewell,
}

impl About<'_> {
    const fn user(self) -> Option<UserId> {
        match self {
            Self::Code { slot, .. } => Some(slot.user),
            Self::Account(user) => Some(user),
            Self::Farewell => None,
        }
    }

    const fn code(&self) -> Option<(&Slot, &Issue)> {
        match self {
            Self::Code { slot, issue } => Some((slot, issue)),
            Self::Account(_) | Self::Farewell => None,
        }
    }
}

/// Queues the message: it is sent if, and only if, the transaction is committed, and what it is about still
/// stands.
///
/// Where text messages reach nobody, nothing is promised to a phone number, and nowhere to one that no phone
/// can have: a notice would only be given up later.
///
/// Once it is committed, [`Delivery::wake`] tells the worker.
///
/// # Errors
/// The database failed.
pub async fn queue(
    tx: &mut Tx,
    delivery: &Delivery,
    message: &Message,
    about: About<'_>,
) -> Result<(), StoreError> {
    queue_at(tx, delivery, message, about, delivery.clock.now()).await.map(drop)
}

/// The same for a message that is due at this time. What its row is called, if there is one.
pub async fn queue_at(
    tx: &mut Tx,
    delivery: &Delivery,
    message: &Message,
    about: About<'_>,
    due_at: Timestamp,
) -> Result<Option<String>, StoreError> {
    let (id, payload) = sealed(delivery, message, delivery.entropy.uuid_v4())?;
    let to = message.to();
    if !delivery.settings.reaches_contact(to.kind, &to.value) {
        return Ok(None);
    }
    let new = outbox::New {
        id: &id,
        medium: message.medium().as_str(),
        payload,
        user: about.user(),
        code: about.code(),
        created_at: delivery.clock.now(),
        due_at,
    };
    outbox::insert(tx, new).await?;
    Ok(Some(id))
}

/// What it costs to seal a message, for one that is never sent.
pub fn seal_for_nobody(delivery: &Delivery, message: &Message) {
    drop(sealed(delivery, message, delivery.entropy.uuid_v4()));
}

fn sealed(delivery: &Delivery, message: &Message, id: String) -> Result<(String, Vec<u8>), StoreError> {
    let plain = serde_json::to_vec(message).map_err(StoreError::unreadable)?;
    let payload = delivery.keys.seal(Purpose::Outbox, &plain, id.as_bytes(), &*delivery.entropy);
    Ok((id, payload))
}

/// A message that waits to be sent. `None`: it can't be read any more.
pub async fn waiting(
    tx: &mut Tx,
    delivery: &Delivery,
    user: UserId,
    id: &str,
) -> Result<Option<Message>, StoreError> {
    let Some(payload) = outbox::payload(tx, user, id).await? else { return Ok(None) };
    let opened = delivery.keys.open(Purpose::Outbox, &payload, id.as_bytes()).ok();
    Ok(opened.and_then(|plain| serde_json::from_slice(&plain).ok()))
}

/// Puts another message in its place. `false`: somebody may be sending it.
pub async fn replace(
    tx: &mut Tx,
    delivery: &Delivery,
    user: UserId,
    id: &str,
    message: &Message,
) -> Result<bool, StoreError> {
    let (id, payload) = sealed(delivery, message, id.to_owned())?;
    outbox::replace(tx, user, &id, payload, delivery.clock.now()).await
}

/// Tells every proven contact what was changed: whoever can read one of them can't hide it from the other.
pub async fn queue_to_all(
    tx: &mut Tx,
    delivery: &Delivery,
    locked: &LockedAccount,
    message: impl Fn(Contact, Asked) -> Message,
    origin: &Origin,
) -> Result<(), StoreError> {
    queue_change_to_all(tx, delivery, Change { locked, undo: None, origin }, message).await
}

/// A change of an account, to be told to its contacts.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The account as it was before.
    pub locked: &'a LockedAccount,
    /// What undoes it, if it can be undone.
    pub undo: Option<&'a UndoLink>,
    /// Who changed it.
    pub origin: &'a Origin,
}

impl Change<'_> {
    /// What a message to this contact says about it.
    pub fn asked(&self, now: Timestamp, to: &Contact) -> Asked {
        Asked::new(self.locked.account().chosen_username(), now, self.origin).undone_by(self.undo, to)
    }
}

/// The same for a change that can be undone: mails carry the link.
pub async fn queue_change_to_all(
    tx: &mut Tx,
    delivery: &Delivery,
    change: Change<'_>,
    message: impl Fn(Contact, Asked) -> Message,
) -> Result<(), StoreError> {
    let (account, now) = (change.locked.account(), delivery.clock.now());
    for kind in [ContactKind::Email, ContactKind::PhoneNumber] {
        if let Some(value) = account.proven_contact(kind) {
            let to = Contact::stored(kind, value.to_owned());
            let asked = change.asked(now, &to);
            queue(tx, delivery, &message(to, asked), About::Account(change.locked.id())).await?;
        }
    }
    Ok(())
}
