//! Another code for a new account (operation ResendConfirmationCode).

use crate::clock::Timestamp;
use crate::confirm_sign_up::Who;
use crate::identifiers::Identifier;
use crate::limits::{self, DAY, Rate, Wait};
use crate::reset_code::Named;
use crate::sessions::{BrowserTicket, Origin, UserId};
use crate::store::users::{self, User};
use crate::store::{StoreError, Tx, retried, tickets};
use crate::{Pool, Unavailable, events, sign_up_code};
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
    /// Sends a new code to the contact of a new account; the one before is worth nothing from then on.
    ///
    /// By name it answers the same for a name that is nobody's, or whose account is confirmed.
    pub async fn resend_sign_up_code(&self, who: &Who, origin: &Origin) -> Result<Resent, ResendError> {
        match who {
            Who::Ticket(ticket) => retried(|| self.resend_to_browser(ticket, origin)).await,
            Who::Typed(typed) => retried(|| self.resend_to_name(typed.trim(), origin)).await,
        }
    }

    /// The same by name, and where the code went as far as whoever only knows the name may know (operation
    /// ResendConfirmationCode). For a username that is nobody's an address is made up.
    pub async fn resend_confirmation_code(&self, typed: &str, origin: &Origin) -> Result<CodeDeliveryDetails, ResendError> {
        self.resend_sign_up_code(&Who::Typed(typed.to_owned()), origin).await?;
        let named = Named::read(&self.inner, typed).ok_or(ResendError::Nobody)?;
        Ok(named.shown(&self.inner, &mut self.inner.store.read().await?).await?)
    }

    async fn resend_to_browser(&self, ticket: &BrowserTicket, origin: &Origin) -> Result<Resent, ResendError> {
        let (inner, now) = (&*self.inner, self.now());
        let mut tx = inner.store.begin().await?;
        let user = tickets::lock_unconfirmed(&mut tx, ticket, now).await?.ok_or(ResendError::NoPending)?;
        let (code, target) = sign_up_code::current(&mut tx, user.id).await?.ok_or(ResendError::NoPending)?;
        let free_at = sign_up_code::resend_at(inner, code.sent_at);
        if free_at > now {
            return Err(ResendError::Wait { seconds: free_at.seconds_from(now) });
        }
        sign_up_code::count_destination(&mut tx, inner, &target).await??;
        self.forget_tries(&mut tx, &user).await?;
        let issued = sign_up_code::send(&mut tx, inner, (user.id, user.chosen_username()), &target, origin).await?;
        events::record(&mut tx, user.id, &Event::ResendSignUpCode { username: user.username }, now, origin).await?;
        self.commit(tx, user.id).await?;
        Ok(Resent { resend_at: sign_up_code::resend_at(inner, issued.sent_at) })
    }

    /// Every limit that answers is the name's own, so that it answers for everybody's names alike. Those of the
    /// account and its destination only decide whether anything is sent.
    async fn resend_to_name(&self, typed: &str, origin: &Origin) -> Result<Resent, ResendError> {
        if typed.is_empty() {
            return Err(ResendError::Nobody);
        }
        let (inner, now) = (&*self.inner, self.now());
        let who = Identifier::parse(typed, inner.settings.sign_in);
        let name = who.as_ref().map_or_else(|| typed.to_owned(), Identifier::to_key);
        let mut tx = inner.store.begin().await?;
        let user = match &who {
            Some(who) => users::unconfirmed_by_identifier(&mut tx, who).await?,
            None => None,
        };
        // The account goes before the counters; no account has the number of nobody. Meanwhile it may have been confirmed.
        let user = users::lock(&mut tx, user.map_or(UserId(0), |user| user.id)).await?.filter(|user| !user.confirmed);
        sign_up_code::count_network(&mut tx, inner, origin).await??;
        let cooling = limits::key(inner, &["sign-up code cooldown of", &name]);
        limits::cool_down(&mut tx, &cooling, inner.settings.codes.resend_after, now).await??;
        let daily = limits::key(inner, &["sign-up codes asked for", &name]);
        let rate = Rate { times: inner.settings.limits.codes_per_destination_a_day, per: DAY };
        limits::count(&mut tx, &daily, rate, now).await??;
        limits::clear(&mut tx, &sign_up_code::tries_key(inner, &name)).await?;
        match user {
            Some(user) => self.resend_quietly(tx, &user, origin).await?,
            None => self.resend_to_nobody(tx).await?,
        }
        Ok(Resent { resend_at: sign_up_code::resend_at(inner, now) })
    }

    async fn resend_quietly(&self, mut tx: Tx, user: &User, origin: &Origin) -> Result<(), StoreError> {
        let (inner, now) = (&*self.inner, self.now());
        if let Some((code, target)) = sign_up_code::current(&mut tx, user.id).await?
            && sign_up_code::resend_at(inner, code.sent_at) <= now
            && sign_up_code::count_destination(&mut tx, inner, &target).await?.is_ok()
        {
            sign_up_code::send(&mut tx, inner, (user.id, user.chosen_username()), &target, origin).await?;
            events::record(&mut tx, user.id, &Event::ResendSignUpCode { username: user.username.clone() }, now, origin).await?;
        }
        self.commit(tx, user.id).await
    }

    /// What it costs to make and seal a code, for nobody.
    async fn resend_to_nobody(&self, mut tx: Tx) -> Result<(), StoreError> {
        let inner = &*self.inner;
        let code = inner.entropy.code();
        inner.keys.digest(crate::keys::Purpose::Codes, &[code.as_bytes()]);
        inner.keys.seal(crate::keys::Purpose::Outbox, &[0; 512], &[], &*inner.entropy);
        sign_up_code::current(&mut tx, UserId(0)).await?;
        tx.commit().await
    }

    /// A new code can be tried anew, by name too.
    pub(crate) async fn forget_tries(&self, tx: &mut Tx, user: &User) -> Result<(), StoreError> {
        let Some(name) = user.chosen_username() else { return Ok(()) };
        let who = Identifier::Username(crate::identifiers::username_key(name));
        limits::clear(tx, &sign_up_code::tries_key(&self.inner, &who.to_key())).await
    }
}

#[cfg(test)]
mod tests;
