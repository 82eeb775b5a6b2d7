//! Second factors that somebody has lost, removed by the operator (operation AdminSetUserMFAPreference).

use crate::account::events;
use crate::account::protection::{self, ChangedBy, ProtectionChange};
use crate::admin::selection::{NotSelected, UserChanged, UserLabel, UserSelector, find, operator};
use crate::undo::keep::Undoing;
use crate::{Context, Unavailable};
use model::Event;
use store::{LockedAccount, StoreError, factors, retried};

/// Why the account stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ResetMfaError {
    /// No account is called that, or two are.
    #[error(transparent)]
    NotSelected(#[from] NotSelected),
    /// The database, or the hashing of passwords, failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for ResetMfaError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Removes every second factor of the account and its recovery codes: the password is all that sign-in
/// asks for. Every proven contact is told, and can undo it where the operator wants that. Not changed: there was
/// none.
pub async fn reset_mfa(
    ctx: &Context,
    named: impl Into<UserSelector<'_>>,
    undoing: Undoing,
) -> Result<UserChanged, ResetMfaError> {
    let selector = named.into();
    retried(async || {
        let nobody = || NotSelected::nobody(selector);
        let now = ctx.now();
        let mut tx = ctx.store.begin().await?;
        let found = find(&mut tx, selector, &ctx.settings.country_code).await??;
        let locked = LockedAccount::lock(&mut tx, found.id).await?.ok_or_else(nobody)?;
        let user = locked.user();
        let stored = factors::of_user(&mut tx, user.id).await?;
        if stored.is_empty() {
            return Ok(UserChanged { user: UserLabel::of(user), changed: false });
        }
        let operator = operator();
        for factor in stored.iter().filter(|it| it.enabled).map(|it| it.factor) {
            let (change, by) =
                (ProtectionChange::FactorOff(factor), ChangedBy::no_session(&operator, undoing));
            protection::changes(&mut tx, ctx, &locked, change, by).await?;
        }
        factors::remove_all(&mut tx, user.id).await?;
        let event = Event::AdminResetMfa { username: user.username.clone() };
        events::record(&mut tx, user.id, &event, now, &operator).await?;
        events::commit(ctx, tx, user.id).await?;
        Ok(UserChanged { user: UserLabel::of(user), changed: true })
    })
    .await
}
