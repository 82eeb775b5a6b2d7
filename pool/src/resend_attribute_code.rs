//! Another code for a contact (operation GetUserAttributeVerificationCode).

use crate::clock::Timestamp;
use crate::delivery::Contact;
use crate::identifiers::ContactKind;
use crate::resend_sign_up_code::ResendError;
use crate::sessions::{Origin, UserId, Viewer};
use crate::store::profile::{self, Account};
use crate::store::{retried, users};
use crate::{Pool, contact_codes, events};
use model::{AttributeName, CodeDeliveryDetails, Event};

/// A code is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeCodeResent {
    /// Where to, masked.
    pub delivery: CodeDeliveryDetails,
    /// When the next one may be asked for.
    pub resend_at: Timestamp,
}

impl Pool {
    /// Sends a new code for the change that waits for one; the code before is worth nothing from then on.
    /// Where no change waits and the stored contact was never proven, the code goes to that (operation
    /// GetUserAttributeVerificationCode).
    ///
    /// # Errors
    /// [`ResendError::NoPending`]: there is nothing to prove, or no way to send a code there.
    /// [`ResendError::Wait`]: too soon, or too often.
    pub async fn resend_attribute_code(
        &self,
        viewer: &Viewer,
        attribute: &AttributeName,
        origin: &Origin,
    ) -> Result<AttributeCodeResent, ResendError> {
        let settings = &self.inner.settings;
        let kind =
            contact_codes::contact_of(settings, viewer, attribute).filter(|kind| settings.reaches(*kind));
        let kind = kind.ok_or(ResendError::NoPending)?;
        retried(|| self.resend_to_contact(viewer.user, kind, origin)).await
    }

    async fn resend_to_contact(
        &self,
        user: UserId,
        kind: ContactKind,
        origin: &Origin,
    ) -> Result<AttributeCodeResent, ResendError> {
        let inner = &*self.inner;
        let mut tx = inner.store.begin().await?;
        users::lock(&mut tx, user).await?.ok_or(ResendError::NoPending)?;
        let account = profile::load(&mut tx, user).await?.ok_or(ResendError::NoPending)?;
        let contact = unproven(&account, kind).ok_or(ResendError::NoPending)?;
        contact_codes::admit(&mut tx, inner, (user, &account), &contact).await??;
        let issued = contact_codes::send(&mut tx, inner, (user, &account), &contact, origin).await?;
        let event = Event::ResendUserAttributeCode { attribute: kind.attribute().into() };
        events::record(&mut tx, user, &event, issued.sent_at, origin).await?;
        self.commit(tx, user).await?;
        let resend_at = issued.sent_at.plus(inner.settings.codes.resend_after);
        Ok(AttributeCodeResent { delivery: kind.delivery(&contact.value), resend_at })
    }
}

/// What there is to prove: the change that waits, or else what is stored.
fn unproven(account: &Account, kind: ContactKind) -> Option<Contact> {
    let stored = || account.contact(kind).filter(|_| !account.proven.contains(&kind));
    let value = account.pending(kind).map(|it| it.value.as_str()).or_else(stored)?;
    Some(Contact { kind, value: value.to_owned() })
}

#[cfg(test)]
mod tests;
