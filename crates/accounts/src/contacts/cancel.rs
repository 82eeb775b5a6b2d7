//! Giving up the change of a contact before its code is entered.

use crate::Context;
use crate::account::events;
use crate::contacts::code;
use crate::error::{CommonError, common_error};
use model::{AttributeName, Event, FormErrors};
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{Origin, UserId, Viewer};
use store::{retried, users};

/// Why a change was not given up.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(CancelError);

impl From<CancelError> for FormErrors {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::Common(common) => common.into(),
        }
    }
}

/// Gives up the change of a contact: its code is worth nothing, its message is not sent if it still
/// waits, and what is in force stays so.
///
/// Where nothing waits this is done as well, and leaves no event: whoever presses the button twice, or in
/// two tabs, gets what they wanted.
///
/// # Errors
/// The account is gone, or the store can't be written.
pub async fn cancel(
    ctx: &Context,
    viewer: &Viewer,
    attribute: &AttributeName,
    origin: &Origin,
) -> Result<(), CancelError> {
    let Some(kind) = code::contact_of(&ctx.settings, viewer, attribute) else {
        return Ok(());
    };
    retried(|| give_up(ctx, viewer.user, kind, origin)).await
}

async fn give_up(ctx: &Context, user: UserId, kind: ContactKind, origin: &Origin) -> Result<(), CancelError> {
    let mut tx = ctx.store.begin().await?;
    users::lock(&mut tx, user).await?.ok_or(CommonError::SignedOut)?;
    if code::cancel(&mut tx, user, kind).await? {
        let event = Event::CancelUserAttributeUpdate { attribute: kind.attribute().into() };
        events::record(&mut tx, user, &event, ctx.now(), origin).await?;
        events::commit(ctx, tx, user).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
