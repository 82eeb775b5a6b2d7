//! What protects an account: its contacts, its second factors and its passkeys. Whatever changes one of them says so
//! here.

use crate::Context;
use crate::account::events;
use crate::undo::keep::{Undoing, keep};
use delivery::{Change, Message, UndoLink, queue_change_to_all};
use model::{Event, Factor};
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{Origin, SessionId, Viewer};
use store::{LockedAccount, StoreError, Tx, sessions};

/// A change of what protects an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProtectionChange {
    /// A contact is verified where the account had none of its kind that was.
    ContactAdded(ContactKind),
    /// Another contact takes the place of a verified one.
    ContactReplaced(ContactKind),
    /// A verified contact goes, or is no longer verified.
    ContactRemoved(ContactKind),
    /// Sign-in asks for this second factor from now on.
    FactorOn(Factor),
    /// Sign-in asks for it no longer.
    FactorOff(Factor),
    /// It is asked for as before, and another secret proves it.
    FactorReplaced(Factor),
    /// Somebody can sign in with one more passkey.
    PasskeyAdded,
}

/// Who makes the change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChangedBy<'a> {
    /// The session that acts, which goes on. `None`: an administrator's command, or nobody's session.
    pub(crate) session: Option<SessionId>,
    /// Where from.
    pub(crate) origin: &'a Origin,
    /// Whether it can be undone.
    pub(crate) undoing: Undoing,
}

impl<'a> ChangedBy<'a> {
    /// Somebody who is signed in.
    pub(crate) const fn viewer(viewer: &Viewer, origin: &'a Origin) -> Self {
        Self::viewer_who(viewer, origin, Undoing::Possible)
    }

    /// Somebody who is signed in, and decides whether it can be undone.
    pub(crate) const fn viewer_who(viewer: &Viewer, origin: &'a Origin, undoing: Undoing) -> Self {
        Self { session: Some(viewer.session), origin, undoing }
    }

    /// An administrator, who decides whether it can be undone.
    pub(crate) const fn no_session(origin: &'a Origin, undoing: Undoing) -> Self {
        Self { session: None, origin, undoing }
    }
}

impl<'a> ChangedBy<'a> {
    /// What messages tell of a change that they make.
    pub(crate) const fn told(self, locked: &'a LockedAccount, undo: Option<&'a UndoLink>) -> Change<'a> {
        Change { locked, undo, origin: self.origin }
    }
}

/// A contact, a second factor or a passkey of this account changes. To be called in the transaction of the change, before
/// anything of factors, recovery codes and passkeys is written; `locked` shows the contacts as they were.
///
/// Whoever was signed in elsewhere may be whom the change is against: what only adds a contact ends no
/// session, a factor that is turned on and a verified contact that goes end every other one. Every verified
/// contact is told of a factor or passkey that comes or goes, and the trail has it. The answer is what undoes the change, for
/// mails that tell of a contact.
pub(crate) async fn changes(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    change: ProtectionChange,
    by: ChangedBy<'_>,
) -> Result<Option<UndoLink>, StoreError> {
    let undo = keep(tx, ctx, locked, by.undoing).await?;
    if ends_other_sessions(change) {
        match by.session {
            Some(session) => sessions::end_others(tx, locked.id(), session).await?,
            None => sessions::end_all(tx, locked.id()).await?,
        };
    }
    match change {
        ProtectionChange::ContactAdded(_)
        | ProtectionChange::ContactReplaced(_)
        | ProtectionChange::ContactRemoved(_) => {}
        ProtectionChange::FactorOn(factor) => {
            let message = |to, asked| Message::SecondFactorOn { to, factor, asked };
            queue_change_to_all(tx, &ctx.delivery, by.told(locked, undo.as_ref()), message).await?;
            record(tx, ctx, locked, &Event::EnableMfa { factor }, by).await?;
        }
        ProtectionChange::FactorReplaced(factor) => {
            let message = |to, asked| Message::SecondFactorReplaced { to, factor, asked };
            queue_change_to_all(tx, &ctx.delivery, by.told(locked, undo.as_ref()), message).await?;
            record(tx, ctx, locked, &Event::EnableMfa { factor }, by).await?;
        }
        ProtectionChange::FactorOff(factor) => {
            let message = |to, asked| Message::SecondFactorOff { to, factor, asked };
            queue_change_to_all(tx, &ctx.delivery, by.told(locked, undo.as_ref()), message).await?;
            record(tx, ctx, locked, &Event::DisableMfa { factor }, by).await?;
        }
        ProtectionChange::PasskeyAdded => {
            let message = |to, asked| Message::PasskeyAdded { to, asked };
            queue_change_to_all(tx, &ctx.delivery, by.told(locked, undo.as_ref()), message).await?;
        }
    }
    Ok(undo)
}

const fn ends_other_sessions(change: ProtectionChange) -> bool {
    match change {
        ProtectionChange::ContactReplaced(_)
        | ProtectionChange::ContactRemoved(_)
        | ProtectionChange::FactorOn(_)
        | ProtectionChange::FactorReplaced(_) => true,
        ProtectionChange::ContactAdded(_)
        | ProtectionChange::FactorOff(_)
        | ProtectionChange::PasskeyAdded => false,
    }
}

async fn record(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    event: &Event,
    by: ChangedBy<'_>,
) -> Result<(), StoreError> {
    events::record(tx, locked.id(), event, ctx.now(), by.origin).await
}

#[cfg(test)]
mod tests;
