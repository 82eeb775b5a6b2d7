//! What a change keeps of the account before it.

use crate::Context;
use delivery::UndoLink;
use nameplate_core::identity::UndoSecret;
use store::undo::{self, NewChange};
use store::{LockedAccount, StoreError, Tx};

/// Whether a change can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undoing {
    /// By whoever reads an address that was verified before.
    Possible,
    /// It can't, and neither can those before it.
    Over,
}

/// Keeps the account as it is before a change, whose first statements come afterwards, and makes the link that
/// undoes it. `None`: it can't be undone, since that is over or no contact was verified.
pub(crate) async fn keep(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    undoing: Undoing,
) -> Result<Option<UndoLink>, StoreError> {
    if undoing == Undoing::Over {
        undo::end_all(tx, locked.id()).await?;
        return Ok(None);
    }
    if locked.account().proven.is_empty() {
        return Ok(None);
    }
    let (secret, made_at) = (UndoSecret::generate(&*ctx.entropy), ctx.clock.now());
    let until = made_at.plus(ctx.settings.accounts.undo);
    undo::keep(tx, locked, NewChange { hash: &secret.hash(), made_at, ends_at: until }).await?;
    Ok(Some(UndoLink { secret: secret.reveal().to_owned(), until }))
}
