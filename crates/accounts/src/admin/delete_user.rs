//! Removing an account (operation AdminDeleteUser).

use crate::account::{delete, events};
use crate::admin::selection::{NotSelected, UserLabel, UserSelector, find};
use crate::maintenance::purge;
use crate::{Context, Unavailable};
use store::{LockedAccount, StoreError, retried};

/// Why the account is still there.
#[derive(Debug, thiserror::Error)]
pub enum DeleteUserError {
    /// No account is called that, or two are.
    #[error(transparent)]
    NotSelected(#[from] NotSelected),
    /// The database, or the hashing of passwords, failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for DeleteUserError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Removes the account and everything of it: attributes, sessions, codes and the trail. Its username and
/// contacts are free again. What waits to be sent to them never leaves. Who takes one of them next, where
/// somebody was signed in, does not wait for passwords that were wrong before.
pub async fn delete_user(
    ctx: &Context,
    named: impl Into<UserSelector<'_>>,
) -> Result<UserLabel, DeleteUserError> {
    let selector = named.into();
    let deleted = retried(|| try_to_delete_user(ctx, selector)).await?;
    purge::truncate_wal(ctx).await;
    Ok(deleted)
}

async fn try_to_delete_user(ctx: &Context, selector: UserSelector<'_>) -> Result<UserLabel, DeleteUserError> {
    let nobody = || NotSelected::nobody(selector);
    let mut tx = ctx.store.begin().await?;
    let found = find(&mut tx, selector, &ctx.settings.country_code).await??;
    let locked = LockedAccount::lock(&mut tx, found.id).await?.ok_or_else(nobody)?;
    delete::remove(ctx, &mut tx, &locked, None).await?;
    events::commit(ctx, tx, locked.id()).await?;
    Ok(UserLabel::of(locked.user()))
}
