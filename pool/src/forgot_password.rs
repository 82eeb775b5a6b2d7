//! A code for a new password (operation ForgotPassword).

use crate::clock::Timestamp;
use crate::delivery::Contact;
use crate::limits::{self, DAY, Rate, Wait};
use crate::reset_code::{self, Named};
use crate::sessions::{Origin, UserId};
use crate::store::users::{self, User};
use crate::store::{StoreError, Tx, profile, retried};
use crate::{Pool, Unavailable, events, sign_up_code};
use model::{CodeDeliveryDetails, Event, FieldName, Refusal, Why};

/// A code was sent, as far as the caller may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetCodeSent {
    /// Where it went. Made up for a username that is nobody's.
    pub delivery: CodeDeliveryDetails,
    /// When the next one may be asked for.
    pub resend_at: Timestamp,
}

/// A code for a new password that was asked for, as far as whoever only knows the name may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingReset {
    pub expires_at: Timestamp,
    /// When the next one may be asked for.
    pub resend_at: Timestamp,
}

/// Why no code was sent.
#[derive(Debug, thiserror::Error)]
pub enum ForgotPasswordError {
    /// Nobody was named.
    #[error("no name")]
    Nobody,
    #[error("too soon or too often; again in {seconds} s")]
    Wait { seconds: u32 },
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<ForgotPasswordError> for Refusal {
    fn from(error: ForgotPasswordError) -> Self {
        match error {
            ForgotPasswordError::Nobody => Self::field(FieldName::Username, Why::Missing),
            ForgotPasswordError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            ForgotPasswordError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for ForgotPasswordError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for ForgotPasswordError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl Pool {
    /// Sends a code for a new password to a proven contact of the account (operation ForgotPassword); the code before
    /// is worth nothing from then on.
    ///
    /// It answers the same for a name that is nobody's, and for an account that has proved no contact. Every limit that
    /// answers is the name's own; those of the account and its contact only decide whether anything is sent.
    pub async fn forgot_password(&self, typed: &str, origin: &Origin) -> Result<ResetCodeSent, ForgotPasswordError> {
        let named = Named::read(&self.inner, typed).ok_or(ForgotPasswordError::Nobody)?;
        retried(|| self.ask_for_reset(&named, origin)).await
    }

    /// What was asked for by this name. The same for a name that is nobody's.
    pub async fn pending_reset(&self, typed: &str) -> Result<Option<PendingReset>, Unavailable> {
        let Some(named) = Named::read(&self.inner, typed) else { return Ok(None) };
        let mut conn = self.inner.store.read().await?;
        let counted = limits::look(&mut conn, &named.cooldown(&self.inner)).await?;
        let lifetime = self.inner.settings.codes.reset_lifetime;
        Ok(counted.map(|(asked_at, resend_at)| PendingReset { expires_at: asked_at.plus(lifetime), resend_at }))
    }

    async fn ask_for_reset(&self, named: &Named, origin: &Origin) -> Result<ResetCodeSent, ForgotPasswordError> {
        let (inner, now) = (&*self.inner, self.now());
        let mut tx = inner.store.begin().await?;
        let (user, waiting) = (named.account(&mut tx).await?, named.waiting_contact(&mut tx).await?);
        // The account goes before the counters; no account has the number of nobody.
        let user = users::lock(&mut tx, user.unwrap_or(UserId(0))).await?;
        sign_up_code::count_network(&mut tx, inner, origin).await??;
        limits::cool_down(&mut tx, &named.cooldown(inner), inner.settings.codes.resend_after, now).await??;
        let rate = Rate { times: inner.settings.limits.codes_per_destination_a_day, per: DAY };
        limits::count(&mut tx, &named.asked(inner), rate, now).await??;
        limits::clear(&mut tx, &named.tries(inner)).await?;
        let contact = self.send_reset_code(tx, user, named, origin).await?;
        Ok(ResetCodeSent { delivery: named.delivery(inner, contact.or(waiting).as_ref()), resend_at: reset_code::resend_at(inner, now) })
    }

    /// Sends the code, unless one was sent just now by another name or too many today, and commits. The statements are
    /// the same for nobody, but for those that write the code; what it costs to make and seal one is spent.
    async fn send_reset_code(&self, mut tx: Tx, user: Option<User>, named: &Named, origin: &Origin) -> Result<Option<Contact>, StoreError> {
        let (inner, now) = (&*self.inner, self.now());
        let id = user.as_ref().map_or(UserId(0), |user| user.id);
        let account = profile::load(&mut tx, id).await?;
        let contact = account.as_ref().and_then(|account| named.contact(&inner.settings, account));
        let before = reset_code::current(&mut tx, id).await?;
        let may = before.is_none_or(|code| reset_code::resend_at(inner, code.sent_at) <= now);
        let nobody = Contact::email("");
        let may = may && reset_code::admit(&mut tx, inner, id, contact.as_ref().unwrap_or(&nobody)).await?.is_ok();
        match (user, &account, &contact) {
            (Some(user), Some(account), Some(contact)) if may => {
                reset_code::send(&mut tx, inner, (id, account), contact, origin).await?;
                events::record(&mut tx, id, &Event::ForgotPassword { username: user.username }, now, origin).await?;
                self.commit(tx, id).await?;
            }
            _ => {
                let code = inner.entropy.code();
                inner.keys.digest(crate::keys::Purpose::Codes, &[code.as_bytes()]);
                inner.keys.seal(crate::keys::Purpose::Outbox, &[0; 512], &[], &*inner.entropy);
                tx.commit().await?;
            }
        }
        Ok(contact)
    }
}

#[cfg(test)]
mod tests;
