//! "Wrong address? Change it": a new account's contact, before it was ever proven.

use crate::limits::{self, DAY, Rate, Wait};
use crate::sessions::{BrowserTicket, Origin};
use crate::sign_up_code::{self, Target};
use crate::store::{StoreError, attributes, retried, tickets, users};
use crate::{Pool, Unavailable, events};
use model::{AttributeName, CodeDeliveryDetails, Event, FieldName, Refusal, Why};

/// Why the address stayed as it was.
#[derive(Debug, thiserror::Error)]
pub enum ChangeAddressError {
    /// The new address is wrong.
    #[error("wrong address: {0:?}")]
    Field(Why),
    /// Nothing waits for a code in this browser.
    #[error("nothing waits for a code")]
    NoPending,
    #[error("too often; again in {seconds} s")]
    Wait { seconds: u32 },
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<ChangeAddressError> for Refusal {
    fn from(error: ChangeAddressError) -> Self {
        match error {
            ChangeAddressError::Field(why) => Self::field(FieldName::Email, why),
            ChangeAddressError::NoPending => Self::form(Why::NoCode),
            ChangeAddressError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            ChangeAddressError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for ChangeAddressError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for ChangeAddressError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl Pool {
    /// Gives the account that this browser signed up another address of the same kind (email, or phone number where
    /// the code went by text), and sends a new code there. The code before is worth nothing, and its message is not
    /// sent if it still waits.
    ///
    /// There is no cooldown: a typing error is seen at once. The limits are on destinations and on changes a day.
    pub async fn change_sign_up_address(
        &self,
        ticket: &BrowserTicket,
        address: &str,
        origin: &Origin,
    ) -> Result<CodeDeliveryDetails, ChangeAddressError> {
        retried(|| self.try_to_change_address(ticket, address, origin)).await
    }

    async fn try_to_change_address(
        &self,
        ticket: &BrowserTicket,
        address: &str,
        origin: &Origin,
    ) -> Result<CodeDeliveryDetails, ChangeAddressError> {
        let (inner, now) = (&*self.inner, self.now());
        let mut tx = inner.store.begin().await?;
        let user = tickets::lock_unconfirmed(&mut tx, ticket, now).await?.ok_or(ChangeAddressError::NoPending)?;
        let (_, old) = sign_up_code::current(&mut tx, user.id).await?.ok_or(ChangeAddressError::NoPending)?;
        let new = self.check_address(&old, address).map_err(ChangeAddressError::Field)?;

        // Another account may have to make way, and accounts go before counters.
        if user.chosen_username().is_none() {
            users::change_sign_up_key(&mut tx, user.id, new.kind, &new.key).await?;
        }
        let changes = limits::key(inner, &["sign-up addresses of", &user.sub]);
        let rate = Rate { times: inner.settings.limits.sign_up_addresses_a_day, per: DAY };
        limits::count(&mut tx, &changes, rate, now).await??;
        sign_up_code::count_destination(&mut tx, inner, &new).await??;
        self.forget_tries(&mut tx, &user).await?;
        attributes::set(&mut tx, user.id, new.kind.attribute().into(), &new.value).await?;
        sign_up_code::send(&mut tx, inner, (user.id, user.chosen_username()), &new, origin).await?;
        events::record(&mut tx, user.id, &Event::ResendSignUpCode { username: user.username }, now, origin).await?;
        self.commit(tx, user.id).await?;
        Ok(new.kind.delivery(&new.value))
    }

    fn check_address(&self, old: &Target, typed: &str) -> Result<Target, Why> {
        let name = AttributeName::from(old.kind.attribute());
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(Why::Missing);
        }
        if let Some(definition) = self.inner.settings.schema.get(&name) {
            definition.check(typed)?;
        }
        let new = Target::new(old.kind, typed).ok_or(Why::NotAnEmail)?;
        if new.key == old.key { Err(Why::SameAsNow) } else { Ok(new) }
    }
}

#[cfg(test)]
mod tests;
