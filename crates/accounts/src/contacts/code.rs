//! The code that proves a contact of an account: how often one is sent, and who is told.

use crate::attributes::profile::access;
use crate::limits::rate::Wait;
use crate::one_time_codes::codes;
use crate::{Context, limits};
use delivery::{self, About, Asked, Message};
use model::AttributeName;
use nameplate_core::code::{CodePurpose, Issued, Slot};
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{Origin, UserId, Viewer};
use nameplate_core::settings::Settings;
use store::profile::Account;
use store::{StoreError, Tx};

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

/// The place of the code that proves this contact of the account.
pub(crate) fn slot(user: UserId, kind: ContactKind) -> Slot {
    Slot::new(user, CodePurpose::Verify, kind.attribute())
}

/// Whether the account may have a code sent to this contact now: not the same again too soon, not too often
/// to one destination, and not to one destination after the other. After a [`Wait`] drop the transaction.
pub(crate) async fn admit(
    tx: &mut Tx,
    ctx: &Context,
    (user, account): (UserId, &Account),
    contact: &Contact,
) -> Result<Result<(), Wait>, StoreError> {
    let now = ctx.clock.now();
    if let Some(pending) = account.pending(contact.kind).filter(|it| it.value == contact.value) {
        let free_at = pending.sent_at.plus(ctx.settings.codes.resend_after);
        if free_at > now {
            return Ok(Err(Wait { seconds: free_at.seconds_from(now) }));
        }
    }
    if let Err(wait) = limits::count_code_of(tx, ctx, user).await? {
        return Ok(Err(wait));
    }
    let key = contact.kind.key(&contact.value).unwrap_or_else(|| contact.value.clone());
    limits::count_code_to(tx, ctx, user, (contact.kind, &key)).await
}

/// Makes a code for the contact and promises to send it there. A new request is also told to the contact in
/// force, if that is proven; a code that is sent again is the same request.
pub(crate) async fn send(
    tx: &mut Tx,
    ctx: &Context,
    (user, account): (UserId, &Account),
    contact: &Contact,
    origin: &Origin,
) -> Result<Issued, StoreError> {
    let issued = codes::issue(tx, ctx, &slot(user, contact.kind), &contact.value).await?;
    let asked = Asked::new(account.chosen_username(), issued.sent_at, origin);
    let (to, code, expires_at) = (contact.clone(), issued.code.clone(), issued.expires_at);
    if account.contact(contact.kind) == Some(contact.value.as_str()) {
        delivery::queue(
            tx,
            &ctx.delivery,
            &Message::VerifyCode { to, code, expires_at, asked },
            About::Code(&issued),
        )
        .await?;
        return Ok(issued);
    }
    let again = account.pending(contact.kind).is_some_and(|it| it.value == contact.value);
    if let (Some(old), false) = (account.proven_contact(contact.kind), again) {
        let old = Contact::stored(contact.kind, old.to_owned());
        let notice =
            Message::ChangeRequested { to: old, new: contact.clone(), expires_at, asked: asked.clone() };
        delivery::queue(tx, &ctx.delivery, &notice, About::Account(user)).await?;
    }
    delivery::queue(
        tx,
        &ctx.delivery,
        &Message::ChangeCode { to, code, expires_at, asked },
        About::Code(&issued),
    )
    .await?;
    Ok(issued)
}
