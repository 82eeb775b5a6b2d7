//! The promise to send: an outbox row in the transaction of the use case.

use super::{Asked, Contact, Message};
use crate::Inner;
use crate::codes::Issued;
use crate::identifiers::ContactKind;
use crate::keys::Purpose;
use crate::sessions::{Origin, UserId};
use crate::store::profile::Account;
use crate::store::{StoreError, Tx};

/// What a message stands and falls with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum About<'a> {
    /// The code that it carries: once that was replaced, used or has expired, it is dropped unsent.
    Code(&'a Issued),
    /// The account: a notice goes with it.
    Account(UserId),
    /// Nothing: it tells that the account is gone.
    Farewell,
}

impl About<'_> {
    const fn user(self) -> Option<UserId> {
        match self {
            Self::Code(issued) => Some(issued.slot.user),
            Self::Account(user) => Some(user),
            Self::Farewell => None,
        }
    }
}

/// Queues the message: it is sent if, and only if, the transaction is committed, and what it is about still stands.
///
/// Where text messages reach nobody, nothing is promised to a phone number: a notice would only be given up later.
///
/// After the commit, [`Pool::commit`](crate::Pool::commit) wakes the worker.
pub(crate) async fn queue(tx: &mut Tx, inner: &Inner, message: &Message, about: About<'_>) -> Result<(), StoreError> {
    if !inner.settings.reaches(message.to().kind) {
        return Ok(());
    }
    let now = inner.clock.now();
    let code = if let About::Code(issued) = about { Some(issued) } else { None };
    let id = inner.entropy.uuid_v4();
    let plain = serde_json::to_vec(message).map_err(StoreError::unreadable)?;
    let payload = inner.keys.seal(Purpose::Outbox, &plain, id.as_bytes(), &*inner.entropy);
    tx.query(
        "INSERT INTO outbox (id, medium, payload, user_id, purpose, attribute, issue, created_at, due_at, attempts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 0)",
    )
    .bind(id)
    .bind(message.medium().as_str())
    .bind(payload)
    .bind(about.user().map(|user| user.0))
    .bind(code.map(|it| it.slot.purpose.as_str()))
    .bind(code.map(|it| it.slot.attribute.as_str().to_owned()))
    .bind(code.map(|it| it.issue.to_vec()))
    .bind(now.0)
    .run()
    .await?;
    Ok(())
}

/// Tells every proven contact what was changed: whoever can read one of them can't hide it from the other.
pub(crate) async fn queue_to_all(
    tx: &mut Tx,
    inner: &Inner,
    (user, account): (UserId, &Account),
    message: impl Fn(Contact, Asked) -> Message,
    origin: &Origin,
) -> Result<(), StoreError> {
    let asked = Asked::new(account.chosen_username(), inner.clock.now(), origin);
    for kind in [ContactKind::Email, ContactKind::PhoneNumber] {
        if let Some(value) = account.proven_contact(kind) {
            let to = Contact { kind, value: value.to_owned() };
            queue(tx, inner, &message(to, asked.clone()), About::Account(user)).await?;
        }
    }
    Ok(())
}

/// Drops what waits to be sent to the account's contacts, whatever it says.
pub(crate) async fn withdraw(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.query("UPDATE outbox SET outcome = 'stale', payload = NULL, due_at = NULL WHERE due_at > 0 AND user_id = $1")
        .bind(user.0)
        .run()
        .await?;
    Ok(())
}
