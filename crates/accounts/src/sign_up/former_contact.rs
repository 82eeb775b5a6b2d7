//! A sign-up with a contact that another account may get back: its owner, shut out, or the next person who has
//! it. Who has proven it decides.

use crate::Context;
use crate::account::events;
use crate::sign_up::entered;
use crate::undo::restore::{self, UndoError, Undone};
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{BrowserTicket, Origin};
use store::waiting::Waiting;
use store::{Conn, StoreError, Tx, aliases, retried, tickets, undo};

/// Until when another account may get back the contact that this sign-up proves. `None`: none may. A number is
/// given to other people: it takes nothing back.
pub(crate) async fn taken_until(
    conn: &mut Conn,
    ctx: &Context,
    waiting: &Waiting,
) -> Result<Option<Timestamp>, StoreError> {
    let Some(target) = waiting.target.as_ref().filter(|it| it.kind == ContactKind::Email) else {
        return Ok(None);
    };
    let Some(former) = undo::former_owner(conn, target.kind, &target.key, ctx.now()).await? else {
        return Ok(None);
    };
    // Where an account has it at this moment nothing is asked: the contact is taken.
    let owner = aliases::owner(conn, target.kind, &target.key).await?;
    Ok(owner.is_none().then_some(former.ends_at))
}

/// No account gets the contact back that this sign-up has proven.
pub(crate) async fn keep_for(tx: &mut Tx, ctx: &Context, waiting: &Waiting) -> Result<(), StoreError> {
    let Some(target) = &waiting.target else { return Ok(()) };
    if undo::former_owner(tx, target.kind, &target.key, ctx.now()).await?.is_some() {
        undo::begin_anew(tx, target.kind, &target.key).await?;
    }
    Ok(())
}

/// Begins anew with the contact that was proven with this ticket: the account that had it can't get it back.
pub async fn begin_anew(ctx: &Context, ticket: &BrowserTicket) -> Result<(), UndoError> {
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        let (waiting, _) = proven(&mut tx, ctx, ticket).await?;
        keep_for(&mut tx, ctx, &waiting).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Takes the account back that had the contact which was proven with this ticket: the same as its link does.
pub async fn take_back(ctx: &Context, ticket: &BrowserTicket, origin: &Origin) -> Result<Undone, UndoError> {
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        let (waiting, contact) = proven(&mut tx, ctx, ticket).await?;
        let found = restore::lock_former_owner(&mut tx, ctx, &contact, waiting.user.id).await?;
        let (locked, _) = found.filter(|_| contact.kind == ContactKind::Email).ok_or(UndoError::Over)?;
        let undone = restore::restore(&mut tx, ctx, &locked, &[contact.value], origin).await?;
        tickets::clear(&mut tx, waiting.user.id).await?;
        events::commit(ctx, tx, locked.id()).await?;
        Ok(undone)
    })
    .await
}

/// The sign-up and its contact, if the right code was entered for this ticket. Its row is taken.
async fn proven(tx: &mut Tx, ctx: &Context, ticket: &BrowserTicket) -> Result<(Waiting, Contact), UndoError> {
    let found = tickets::lock_waiting(tx, ticket, ctx.now()).await?;
    let (stored, waiting) = found.filter(|(stored, _)| stored.proven_at.is_some()).ok_or(UndoError::Over)?;
    let waiting = match entered::unseal(ctx, ticket, &stored) {
        Some(proven) => proven.written(waiting),
        None => waiting,
    };
    let contact = waiting.target.clone().ok_or(UndoError::Over)?;
    Ok((waiting, contact))
}
