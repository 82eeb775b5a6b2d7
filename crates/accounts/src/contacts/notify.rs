//! Who is told that a contact of an account has changed.

use crate::Context;
use crate::account::protection::{self, ChangedBy, ProtectionChange};
use delivery::{self, About, Change, ContactChange, Message};
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use store::{LockedAccount, StoreError, Tx};

/// A contact of an account that isn't what it was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Changed<'a> {
    pub(crate) contact: &'a Contact,
    pub(crate) what: ContactChange,
}

/// Tells the verified contacts of other kinds what became of this one.
pub(crate) async fn tell_others(
    tx: &mut Tx,
    ctx: &Context,
    change: Change<'_>,
    changed: Changed<'_>,
) -> Result<(), StoreError> {
    let account = change.locked.account();
    for kind in [ContactKind::Email, ContactKind::PhoneNumber] {
        let Some(value) = account.proven_contact(kind).filter(|_| kind != changed.contact.kind) else {
            continue;
        };
        let to = Contact::stored(kind, value.to_owned());
        let asked = change.asked(ctx.clock.now(), &to);
        let new = changed.contact.clone();
        let message = Message::ContactChanged { to, new, change: changed.what, asked };
        delivery::queue(tx, &ctx.delivery, &message, About::Account(change.locked.id())).await?;
    }
    Ok(())
}

/// Tells a contact that another one has taken its place, and the others too.
pub(crate) async fn tell_replaced(
    tx: &mut Tx,
    ctx: &Context,
    change: Change<'_>,
    new: &Contact,
) -> Result<(), StoreError> {
    if let Some(old) = change.locked.account().proven_contact(new.kind) {
        let to = Contact::stored(new.kind, old.to_owned());
        let asked = change.asked(ctx.clock.now(), &to);
        let message = Message::ChangeDone { to, new: new.clone(), asked };
        delivery::queue(tx, &ctx.delivery, &message, About::Account(change.locked.id())).await?;
    }
    tell_others(tx, ctx, change, Changed { contact: new, what: ContactChange::Replaced }).await
}

/// A contact is verified from now on: the change is kept and told, unless it was before.
pub(crate) async fn verified(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    contact: &Contact,
    by: ChangedBy<'_>,
) -> Result<(), StoreError> {
    let kind = contact.kind;
    match locked.account().proven_contact(kind) {
        // Another spelling is the same contact.
        Some(old) if kind.key(old) == kind.key(&contact.value) => {}
        Some(_) => {
            let undo =
                protection::changes(tx, ctx, locked, ProtectionChange::ContactReplaced(kind), by).await?;
            tell_replaced(tx, ctx, by.told(locked, undo.as_ref()), contact).await?;
        }
        None => {
            let undo = protection::changes(tx, ctx, locked, ProtectionChange::ContactAdded(kind), by).await?;
            let changed = Changed { contact, what: ContactChange::Added };
            tell_others(tx, ctx, by.told(locked, undo.as_ref()), changed).await?;
        }
    }
    Ok(())
}
