//! Shutting an account, and opening it again (operations AdminDisableUser, AdminEnableUser).

use crate::account::events;
use crate::admin::selection::{NotSelected, UserChanged, UserLabel, UserSelector, find, operator};
use crate::{Context, Unavailable};
use model::Event;
use store::{StoreError, retried, sessions, users};

/// Why the account stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum DisableUserError {
    /// No account is called that, or two are.
    #[error(transparent)]
    NotSelected(#[from] NotSelected),
    /// It reserves nothing: whoever signs up by the same name gets it anew.
    #[error("{0} was never confirmed, so nobody can sign in to it; to remove it, delete it")]
    Unconfirmed(UserLabel),
    /// The database, or the hashing of passwords, failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for DisableUserError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Lets nobody sign in to the account, and ends its sessions at once.
pub async fn disable_user(
    ctx: &Context,
    named: impl Into<UserSelector<'_>>,
) -> Result<UserChanged, DisableUserError> {
    let selector = named.into();
    retried(|| set_standing(ctx, selector, true)).await
}

/// Lets people sign in to the account again.
pub async fn enable_user(
    ctx: &Context,
    named: impl Into<UserSelector<'_>>,
) -> Result<UserChanged, DisableUserError> {
    let selector = named.into();
    retried(|| set_standing(ctx, selector, false)).await
}

async fn set_standing(
    ctx: &Context,
    selector: UserSelector<'_>,
    disabled: bool,
) -> Result<UserChanged, DisableUserError> {
    let now = ctx.now();
    let nobody = || NotSelected::nobody(selector);
    let mut tx = ctx.store.begin().await?;
    let found = find(&mut tx, selector, &ctx.settings.country_code).await??;
    // From here on no sign-in begins a session: it takes this row first, and looks.
    let user = users::lock(&mut tx, found.id).await?.ok_or_else(nobody)?;
    let label = UserLabel::of(&user);
    if !user.confirmed {
        return Err(DisableUserError::Unconfirmed(label));
    }
    if user.disabled == disabled {
        return Ok(UserChanged { user: label, changed: false });
    }
    users::set_disabled(&mut tx, user.id, disabled.then_some(now)).await?;
    let username = user.username;
    let event = match disabled {
        true => Event::AdminDisableUser { username },
        false => Event::AdminEnableUser { username },
    };
    if disabled {
        sessions::end_all(&mut tx, user.id).await?;
    }
    events::record(&mut tx, user.id, &event, now, &operator()).await?;
    events::commit(ctx, tx, user.id).await?;
    Ok(UserChanged { user: label, changed: true })
}
