//! Another code for a contact (operation GetUserAttributeVerificationCode).

use crate::Context;
use crate::account::events;
use crate::contacts::code;
use crate::limits::ceiling;
use crate::sign_up::resend::ResendError;
use model::{AttributeName, CodeDeliveryDetails, Event};
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{Origin, UserId, Viewer};
use store::profile::{self, Account};
use store::{LockedAccount, retried};

/// A code is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeCodeResent {
    /// Where to, masked.
    pub delivery: CodeDeliveryDetails,
    /// When the next one may be asked for.
    pub resend_at: Timestamp,
}

/// Sends a new code for the change that waits for one; the code before is worth nothing from then on.
/// Where no change waits and the stored contact was never proven, the code goes to that (operation
/// GetUserAttributeVerificationCode).
///
/// # Errors
/// [`ResendError::NoPending`]: there is nothing to prove, or no way to send a code there.
/// [`CommonError::Wait`](crate::error::CommonError::Wait): too soon, or too often.
pub async fn resend(
    ctx: &Context,
    viewer: &Viewer,
    attribute: &AttributeName,
    origin: &Origin,
) -> Result<AttributeCodeResent, ResendError> {
    let settings = &ctx.settings;
    let kind = code::contact_of(settings, viewer, attribute).filter(|kind| settings.reaches(*kind));
    let kind = kind.ok_or(ResendError::NoPending)?;
    let account = profile::load(&mut ctx.store.read().await?, viewer.user).await?;
    let contact = account.and_then(|account| unproven(&account, kind)).ok_or(ResendError::NoPending)?;
    let taken = ceiling::take_text(ctx, &[contact]).await?;
    let has_taken = taken.map_err(|full| ResendError::NoTextsNow { seconds: full.seconds })?;
    let done = retried(|| resend_to_contact(ctx, viewer.user, kind, origin)).await;
    if has_taken && done.is_err() {
        ceiling::give_text_back(ctx).await;
    }
    done
}

async fn resend_to_contact(
    ctx: &Context,
    user: UserId,
    kind: ContactKind,
    origin: &Origin,
) -> Result<AttributeCodeResent, ResendError> {
    let mut tx = ctx.store.begin().await?;
    let locked = LockedAccount::lock(&mut tx, user).await?.ok_or(ResendError::NoPending)?;
    let account = locked.account();
    let contact = unproven(account, kind).ok_or(ResendError::NoPending)?;
    if !ctx.settings.reaches_contact(kind, &contact.value) {
        return Err(ResendError::NoPending);
    }
    let resend_at = code::admit(&mut tx, ctx, &locked, &contact).await??;
    let sent = code::send(&mut tx, ctx, &locked, &contact, origin).await?;
    let event = Event::ResendUserAttributeCode { attribute: kind.attribute().into() };
    events::record(&mut tx, user, &event, sent.sent_at, origin).await?;
    events::commit(ctx, tx, user).await?;
    Ok(AttributeCodeResent { delivery: kind.delivery(&contact.value), resend_at })
}

/// What there is to prove: the change that waits, or else what is stored.
fn unproven(account: &Account, kind: ContactKind) -> Option<Contact> {
    let stored = || account.contact(kind).filter(|_| !account.proven.contains(&kind));
    let value = account.pending(kind).map(|it| it.value.as_str()).or_else(stored)?;
    Some(Contact::stored(kind, value.to_owned()))
}

#[cfg(test)]
mod tests;
