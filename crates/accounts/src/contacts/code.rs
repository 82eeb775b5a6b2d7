//! The code that verifies a contact of an account, and who is told of it.

use crate::Context;
use crate::attributes::profile::access;
use crate::limits::rate::Wait;
use crate::one_time_codes::{self, AskedBy, CodeMessage, CodeRequest, Recipient, SentCode, account_codes};
use delivery::{self, About, Asked, Message};
use model::AttributeName;
use nameplate_core::clock::Timestamp;
use nameplate_core::code::{CodePurpose, CodeScope, Slot};
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{Origin, UserId, Viewer};
use nameplate_core::settings::Settings;
use store::{LockedAccount, StoreError, Tx};

/// The contact that an attribute is, if the viewer's app client has any business with it: one that may
/// neither read nor write it learns nothing of its codes either.
pub(crate) fn contact_of(
    settings: &Settings,
    viewer: &Viewer,
    attribute: &AttributeName,
) -> Option<ContactKind> {
    let access = access(settings, viewer);
    ContactKind::of(attribute).filter(|_| access.may_read(attribute) || access.may_write(attribute))
}

/// Whether the account may have a code sent to this contact now, and when it may ask for the next one. After
/// a [`Wait`] drop the transaction.
pub(crate) async fn admit(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    contact: &Contact,
) -> Result<Result<Timestamp, Wait>, StoreError> {
    let scope = CodeScope { user: locked.id(), purpose: CodePurpose::Verify };
    account_codes::admit(tx, ctx, scope, contact).await
}

/// Sends a code to the contact. A new request is also told to the contact in force, if that is verified; a
/// code that is sent again is the same request.
pub(crate) async fn send(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    contact: &Contact,
    origin: &Origin,
) -> Result<SentCode, StoreError> {
    let (user, account) = (locked.id(), locked.account());
    let (kind, recipient) = (contact.kind, Recipient::of(user, account));
    let is_stored = account.contact(kind) == Some(contact.value.as_str());
    let is_again = account.pending(kind).is_some_and(|it| it.value == contact.value);
    let message = if is_stored { CodeMessage::VerifyContact } else { CodeMessage::ChangeContact };
    let asked_by = AskedBy::Account;
    let request = CodeRequest { recipient, message, target: contact, asked_by, origin };
    let sent = one_time_codes::request(tx, ctx, &request).await?;
    let in_force = account.proven_contact(kind).filter(|_| !is_stored && !is_again);
    if let Some(old) = in_force {
        let (to, new) = (Contact::stored(kind, old), contact.clone());
        let asked = Asked::new(recipient.username, sent.sent_at, origin);
        let notice = Message::ChangeRequested { to, new, expires_at: sent.expires_at, asked };
        delivery::queue(tx, &ctx.delivery, &notice, About::Account(user)).await?;
    }
    Ok(sent)
}

/// Gives up the code that waits for this contact, and the change with it. `false`: none was waiting.
pub(crate) async fn cancel(tx: &mut Tx, user: UserId, kind: ContactKind) -> Result<bool, StoreError> {
    account_codes::cancel(tx, &Slot::new(user, CodePurpose::Verify, kind.attribute())).await
}
