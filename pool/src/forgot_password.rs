//! A code for a new password (operation ForgotPassword).

use crate::clock::Timestamp;
use crate::code_requests::{self, Requester};
use crate::codes::CodePurpose;
use crate::delivery::Message;
use crate::limits::Wait;
use crate::reset_code::{self, Asking, Named};
use crate::sessions::{Origin, UserId};
use crate::store::{StoreError, profile, retried, users};
use crate::{Pool, Unavailable, events, known_origins, sign_up_code};
use model::{CodeDeliveryDetails, Event, FieldName, Refusal, Why};

/// A code was sent, as far as the caller may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetCodeSent {
    /// Where it went, as far as whoever only knows the name may know.
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
    /// Sends a code for a new password to a proven contact of the account (operation ForgotPassword); of each
    /// who asks the newest one counts.
    ///
    /// It answers the same for a name that is nobody's, and for an account that has proved no contact: every
    /// limit that answers counts the caller's own requests. What strangers ask for only decides when the
    /// message is sent, and not that of somebody who asks from where the account's owner has signed in
    /// before.
    pub async fn forgot_password(
        &self,
        typed: &str,
        origin: &Origin,
    ) -> Result<ResetCodeSent, ForgotPasswordError> {
        let named = Named::read(&self.inner, typed).ok_or(ForgotPasswordError::Nobody)?;
        retried(|| self.ask_for_reset(&named, origin)).await
    }

    /// What this browser asked for by this name. The same for a name that is nobody's.
    pub async fn pending_reset(
        &self,
        typed: &str,
        origin: &Origin,
    ) -> Result<Option<PendingReset>, Unavailable> {
        let inner = &*self.inner;
        let Some(named) = Named::read(inner, typed) else { return Ok(None) };
        let mut conn = inner.store.read().await?;
        let who = (&Requester::of(inner, origin), named.name.as_str());
        let asked = code_requests::asked(&mut conn, inner, CodePurpose::Reset, who).await?;
        let lifetime = inner.settings.codes.reset_lifetime;
        Ok(asked.map(|(asked_at, resend_at)| PendingReset { expires_at: asked_at.plus(lifetime), resend_at }))
    }

    async fn ask_for_reset(
        &self,
        named: &Named,
        origin: &Origin,
    ) -> Result<ResetCodeSent, ForgotPasswordError> {
        let (inner, now) = (&*self.inner, self.now());
        let requester = Requester::of(inner, origin);
        let mut tx = inner.store.begin().await?;
        let user = named.account(&mut tx).await?;
        // The account goes before the counters; no account has the number of nobody.
        let user = users::lock(&mut tx, user.unwrap_or(UserId(0))).await?;
        sign_up_code::count_network(&mut tx, inner, origin).await??;
        let resend_at =
            code_requests::admit(&mut tx, inner, CodePurpose::Reset, (&requester, &named.name)).await??;
        let id = user.as_ref().map_or(UserId(0), |user| user.id);
        let account = profile::load(&mut tx, id).await?;
        let contact = account.as_ref().and_then(|account| named.contact(&inner.settings, account));
        let pace = known_origins::pace(&mut tx, inner, id, origin).await?;
        match (user, &account, &contact) {
            (Some(user), Some(account), Some(contact)) => {
                let asking = Asking { user: id, account, contact, requesters: &[requester], origin, pace };
                let message =
                    |to, code, expires_at, asked| Message::ResetCode { to, code, expires_at, asked };
                // The trail has a line for each code, not for everybody who shares it.
                if reset_code::request(&mut tx, inner, asking, message).await? {
                    events::record(
                        &mut tx,
                        id,
                        &Event::ForgotPassword { username: user.username },
                        now,
                        origin,
                    )
                    .await?;
                }
                self.commit(tx, id).await?;
            }
            _ => {
                code_requests::for_nobody(&mut tx, inner, (CodePurpose::Reset, &named.name), origin).await?;
                tx.commit().await?;
            }
        }
        Ok(ResetCodeSent { delivery: named.delivery(inner), resend_at })
    }
}

#[cfg(test)]
mod tests;
