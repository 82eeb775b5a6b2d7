//! The latest changes of an account stand: nobody undoes them.

use crate::account::events;
use crate::admin::selection::{NotSelected, UserChanged, UserLabel, UserSelector, find, operator};
use crate::{Context, Unavailable};
use model::Event;
use store::{StoreError, retried, undo, users};

/// Why the changes of the account can still be undone.
#[derive(Debug, thiserror::Error)]
pub enum VoidUndoError {
    /// No account is called that, or two are.
    #[error(transparent)]
    NotSelected(#[from] NotSelected),
    /// The database failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for VoidUndoError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Lets nobody undo the latest changes of the account: the links that were sent are worth nothing, and contacts
/// that it had are free. Not changed: there was nothing to undo.
pub async fn void_undo(
    ctx: &Context,
    named: impl Into<UserSelector<'_>>,
) -> Result<UserChanged, VoidUndoError> {
    let selector = named.into();
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        let found = find(&mut tx, selector, &ctx.settings.country_code).await??;
        let user = users::lock(&mut tx, found.id).await?.ok_or_else(|| NotSelected::nobody(selector))?;
        let label = UserLabel::of(&user);
        if undo::end_all(&mut tx, user.id).await? == 0 {
            return Ok(UserChanged { user: label, changed: false });
        }
        let event = Event::AdminVoidUndo { username: user.username.clone() };
        events::record(&mut tx, user.id, &event, ctx.now(), &operator()).await?;
        events::commit(ctx, tx, user.id).await?;
        Ok(UserChanged { user: label, changed: true })
    })
    .await
}
