//! Another code for a new account (operation ResendConfirmationCode).

use crate::clock::Timestamp;
use crate::code_requests::{self, Requester};
use crate::codes::CodePurpose;
use crate::confirm_sign_up::Who;
use crate::limits::Wait;
use crate::reset_code::Named;
use crate::sessions::{BrowserTicket, Origin, UserId};
use crate::sign_up_code::Asking;
use crate::store::waiting::{self, Waiting};
use crate::store::{StoreError, Tx, retried, tickets};
use crate::{Pool, Unavailable, events, sign_up, sign_up_code};
use model::{CodeDeliveryDetails, Event, FieldName, Refusal, Why};

/// A code was sent, as far as the caller may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resent {
    /// When the next one may be asked for.
    pub resend_at: Timestamp,
}

/// Why no code was sent.
#[derive(Debug, thiserror::Error)]
pub enum ResendError {
    /// Nobody was named.
    #[error("no name")]
    Nobody,
    #[error("too soon or too often; again in {seconds} s")]
    Wait { seconds: u32 },
    /// Nothing waits for a code: it was confirmed, cancelled or replaced.
    #[error("nothing waits for a code")]
    NoPending,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<ResendError> for Refusal {
    fn from(error: ResendError) -> Self {
        match error {
            ResendError::Nobody => Self::field(FieldName::Username, Why::Missing),
            ResendError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            ResendError::NoPending => Self::form(Why::NoCode),
            ResendError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for ResendError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for ResendError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl Pool {
    /// Sends a new code to the contact of a new account; of each who asks the newest one counts.
    ///
    /// By name it answers the same for a name that is nobody's, or whose account is confirmed: every limit
    /// that answers counts the caller's own requests. What others ask for only decides when the message is
    /// sent.
    pub async fn resend_sign_up_code(&self, who: &Who, origin: &Origin) -> Result<Resent, ResendError> {
        match who {
            Who::Ticket(ticket) => retried(|| self.resend_to_holder(ticket, origin)).await,
            Who::Typed(typed) | Who::Named { typed, .. } => {
                retried(|| self.resend_to_name(typed, origin)).await
            }
        }
    }

    /// The same by name, and where the code went as far as whoever only knows the name may know (operation
    /// ResendConfirmationCode).
    pub async fn resend_confirmation_code(
        &self,
        typed: &str,
        origin: &Origin,
    ) -> Result<CodeDeliveryDetails, ResendError> {
        self.resend_sign_up_code(&Who::Typed(typed.to_owned()), origin).await?;
        let named = Named::read(&self.inner, typed).ok_or(ResendError::Nobody)?;
        Ok(named.delivery(&self.inner))
    }

    async fn resend_to_holder(&self, ticket: &BrowserTicket, origin: &Origin) -> Result<Resent, ResendError> {
        let (inner, now) = (&*self.inner, self.now());
        let mut tx = inner.store.begin().await?;
        let (stored, waiting) =
            tickets::lock_waiting(&mut tx, ticket, now).await?.ok_or(ResendError::NoPending)?;
        let waiting = match sign_up::unseal(inner, ticket, &stored) {
            Some(entered) => entered.written(waiting),
            None => waiting,
        };
        let requester = Requester::ticket(ticket);
        let resend_at =
            code_requests::admit(&mut tx, inner, CodePurpose::SignUp, (&requester, &waiting.told()))
                .await??;
        let requesters = Requester::of_sign_up(inner, ticket, origin);
        self.resend(&mut tx, &waiting, &requesters, origin).await?;
        self.commit(tx, waiting.user.id).await?;
        Ok(Resent { resend_at })
    }

    async fn resend_to_name(&self, typed: &str, origin: &Origin) -> Result<Resent, ResendError> {
        let inner = &*self.inner;
        let named = Named::read(inner, typed).ok_or(ResendError::Nobody)?;
        let requester = Requester::of(inner, origin);
        let mut tx = inner.store.begin().await?;
        let network = code_requests::network_digest(inner, origin);
        let found = waiting::by_name(&mut tx, &named.name, &network).await?.into_iter().next();
        // The account goes before the counters; no account has the number of nobody. Meanwhile it may have
        // been confirmed.
        let waiting = waiting::lock(&mut tx, found.map_or(UserId(0), |it| it.user.id)).await?;
        sign_up_code::count_network(&mut tx, inner, origin).await??;
        let resend_at =
            code_requests::admit(&mut tx, inner, CodePurpose::SignUp, (&requester, &named.name)).await??;
        match waiting {
            Some(waiting) => {
                self.resend(&mut tx, &waiting, &[requester], origin).await?;
                self.commit(tx, waiting.user.id).await?;
            }
            None => {
                code_requests::for_nobody(&mut tx, inner, (CodePurpose::SignUp, &named.name), origin).await?;
                tx.commit().await?;
            }
        }
        Ok(Resent { resend_at })
    }

    /// A sign-up without a contact has nothing to be sent.
    async fn resend(
        &self,
        tx: &mut Tx,
        waiting: &Waiting,
        requesters: &[Requester],
        origin: &Origin,
    ) -> Result<(), StoreError> {
        let Some(target) = &waiting.target else { return Ok(()) };
        let before = waiting.user.contested.then_some(waiting.created_at);
        let asking = Asking { user: &waiting.user, target, requesters, origin, before };
        if !sign_up_code::request(tx, &self.inner, &asking).await? {
            return Ok(());
        }
        let event = Event::ResendSignUpCode { username: waiting.user.username.clone() };
        events::record(tx, waiting.user.id, &event, self.now(), origin).await
    }
}

#[cfg(test)]
mod tests;
