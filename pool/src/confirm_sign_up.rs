//! A new account's code (operation ConfirmSignUp).

use crate::clock::Timestamp;
use crate::codes::{self, Attempt, CodeFault, Slot};
use crate::identifiers::Identifier;
use crate::limits::{Key, Rate, Wait};
use crate::sessions::{self, BrowserTicket, NewSession, Origin, UserId};
use crate::settings::ClientId;
use crate::sign_up_code::{self, Target};
use crate::store::users::{self, User};
use crate::store::{StoreError, aliases, attributes, retried, tickets};
use crate::{Pool, Unavailable, events};
use model::code::MAX_ATTEMPTS;
use model::{AttributeName, CodeDeliveryDetails, Event, FieldName, Refusal, Why};

/// Whose account is to be confirmed.
#[derive(Debug, Clone)]
pub enum Who {
    /// The one that this browser signed up.
    Ticket(BrowserTicket),
    /// The one of this name, from whichever browser.
    Typed(String),
}

/// A sign-up that waits for its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingSignUp {
    /// As typed; the `sub`, where people have no username.
    pub username: String,
    pub delivery: CodeDeliveryDetails,
    /// The address as it was typed, for the browser that typed it.
    pub value: String,
    pub expires_at: Timestamp,
    /// When a new code may be asked for.
    pub resend_at: Timestamp,
}

/// An account that is confirmed.
#[derive(Debug, Clone)]
pub struct Confirmed {
    /// As typed at sign-up; the `sub`, where people have no username.
    pub username: String,
    /// Only for the browser that signed up.
    pub session: Option<NewSession>,
}

/// Why an account was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmSignUpError {
    /// Nobody was named.
    #[error("no name")]
    Nobody,
    #[error("the code was refused: {0:?}")]
    Code(CodeFault),
    /// The code was right, and the contact belongs to another account.
    #[error("the contact belongs to another account")]
    AliasExists(AttributeName),
    #[error("too often; again in {seconds} s")]
    Wait { seconds: u32 },
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<ConfirmSignUpError> for Refusal {
    fn from(error: ConfirmSignUpError) -> Self {
        match error {
            ConfirmSignUpError::Nobody => Self::field(FieldName::Username, Why::Missing),
            ConfirmSignUpError::Code(fault) => fault.refusal(),
            ConfirmSignUpError::AliasExists(_) => Self::form(Why::AliasExists),
            ConfirmSignUpError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            ConfirmSignUpError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for ConfirmSignUpError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for ConfirmSignUpError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl From<CodeFault> for ConfirmSignUpError {
    fn from(fault: CodeFault) -> Self {
        Self::Code(fault)
    }
}

impl Pool {
    /// What the browser that signed up is waiting for. `None`: nothing; the ticket is too old, or the account was
    /// confirmed or signed up anew.
    pub async fn pending_sign_up(&self, ticket: &BrowserTicket) -> Result<Option<PendingSignUp>, Unavailable> {
        let mut conn = self.inner.store.read().await?;
        let Some(user) = tickets::unconfirmed(&mut conn, ticket, self.now()).await? else { return Ok(None) };
        let Some(user) = users::by_id(&mut conn, user).await? else { return Ok(None) };
        let Some((code, target)) = sign_up_code::current(&mut conn, user.id).await? else { return Ok(None) };
        Ok(Some(PendingSignUp {
            username: user.username,
            delivery: target.kind.delivery(&target.value),
            value: target.value,
            expires_at: code.expires_at,
            resend_at: sign_up_code::resend_at(&self.inner, code.sent_at),
        }))
    }

    /// Confirms a new account with the code that was sent at sign-up. From the browser that signed up it also signs
    /// in; the code alone doesn't.
    ///
    /// A name that is nobody's is answered like a wrong code, and counted down like one.
    pub async fn confirm_sign_up(
        &self,
        client: &ClientId,
        who: &Who,
        code: &str,
        origin: &Origin,
    ) -> Result<Confirmed, ConfirmSignUpError> {
        match who {
            Who::Ticket(ticket) => self.confirm_here(client, ticket, code, origin).await,
            Who::Typed(typed) => self.confirm_typed(typed.trim(), code, origin).await,
        }
    }

    async fn confirm_here(
        &self,
        client: &ClientId,
        ticket: &BrowserTicket,
        code: &str,
        origin: &Origin,
    ) -> Result<Confirmed, ConfirmSignUpError> {
        let code = codes::read(code)?;
        let (user, target) = self.waiting_for(ticket).await?.ok_or(CodeFault::NoCode)?;
        let counted = codes::count_attempt(&self.inner, &target.slot(user), &origin.tally).await?;
        match counted.and_then(|attempt| attempt.compare(&self.inner.keys, &code).map(|()| attempt)) {
            Ok(attempt) => retried(|| self.finish_sign_up(user, &attempt, Some((client, ticket)), origin)).await,
            Err(fault) => {
                if fault.is_a_try() {
                    self.record_refusal(user, &Event::ConfirmSignUpFailure(fault.refusal()), origin).await?;
                }
                Err(fault.into())
            }
        }
    }

    async fn waiting_for(&self, ticket: &BrowserTicket) -> Result<Option<(UserId, Target)>, StoreError> {
        let mut conn = self.inner.store.read().await?;
        let Some(user) = tickets::unconfirmed(&mut conn, ticket, self.now()).await? else { return Ok(None) };
        Ok(sign_up_code::current(&mut conn, user).await?.map(|(_, target)| (user, target)))
    }

    /// Whoever only names an account learns nothing about it from a code that isn't right: the answers count down
    /// from the name that was typed, whether there is such an account or not, confirmed or not.
    async fn confirm_typed(&self, typed: &str, code: &str, origin: &Origin) -> Result<Confirmed, ConfirmSignUpError> {
        if typed.is_empty() {
            return Err(ConfirmSignUpError::Nobody);
        }
        let code = codes::read(code)?;
        let inner = &*self.inner;
        let who = Identifier::parse(typed, inner.settings.sign_in);
        let key = sign_up_code::tries_key(inner, &who.as_ref().map_or_else(|| typed.to_owned(), Identifier::to_key));
        let found = match &who {
            Some(who) => self.sign_up_of(who).await?,
            None => None,
        };
        // The same statements for nobody: no account has this number.
        let nobody =
            || (UserId(0), Target { kind: sign_up_code::accepted_kinds(&inner.settings)[0], value: String::new(), key: String::new() });
        let (user, target) = found.unwrap_or_else(nobody);

        let slot = target.slot(user);
        let (left, counted) = retried(|| self.count_typed(&key, &slot, origin)).await?;
        let fault = match counted {
            Ok(attempt) if attempt.compare(&inner.keys, &code).is_ok() => {
                return retried(|| self.finish_sign_up(user, &attempt, None, origin)).await;
            }
            Ok(_) => None,
            Err(fault) => (left > 0 && self.was_right_once(user, &target, &code).await?).then_some(fault),
        };
        let wrong = if left == 0 { CodeFault::WornOut } else { CodeFault::Wrong { tries_left: left } };
        Err(fault.unwrap_or(wrong).into())
    }

    /// Counts a try by name and one at the code: how many the name has left, and whether the code can be tried.
    async fn count_typed(&self, name: &Key, slot: &Slot, origin: &Origin) -> Result<(u32, Result<Attempt, CodeFault>), ConfirmSignUpError> {
        let (inner, now) = (&*self.inner, self.now());
        let mut tx = inner.store.begin().await?;
        let rate = Rate { times: MAX_ATTEMPTS, per: inner.settings.codes.lifetime };
        let left = sign_up_code::count_try(&mut tx, inner, (name, rate), origin).await??;
        let counted = codes::count_attempt_in(&mut tx, slot, &origin.tally, now).await?;
        tx.commit().await?;
        codes::note(&origin.tally, &counted);
        Ok((left, counted))
    }

    /// The account of that name that was signed up, and where its code went.
    async fn sign_up_of(&self, who: &Identifier) -> Result<Option<(UserId, Target)>, StoreError> {
        let mut conn = self.inner.store.read().await?;
        let user = match users::unconfirmed_by_identifier(&mut conn, who).await? {
            Some(user) => Some(user),
            None => users::by_identifier(&mut conn, who).await?,
        };
        let Some(User { id, .. }) = user else { return Ok(None) };
        Ok(sign_up_code::current(&mut conn, id).await?.map(|(_, target)| (id, target)))
    }

    /// Whoever holds the code itself may know that it was used or has expired.
    async fn was_right_once(&self, user: UserId, target: &Target, code: &str) -> Result<bool, StoreError> {
        let mut conn = self.inner.store.read().await?;
        let stored = codes::waiting(&mut conn, &target.slot(user)).await?;
        Ok(stored.is_some_and(|stored| stored.is(&self.inner.keys, code)))
    }

    async fn finish_sign_up(
        &self,
        user: UserId,
        attempt: &Attempt,
        browser: Option<(&ClientId, &BrowserTicket)>,
        origin: &Origin,
    ) -> Result<Confirmed, ConfirmSignUpError> {
        let (inner, now) = (&*self.inner, self.now());
        let mut tx = inner.store.begin().await?;
        let User { username, .. } = users::lock(&mut tx, user).await?.ok_or(CodeFault::NoCode)?;
        codes::consume(&mut tx, attempt, now).await??;
        if !users::confirm(&mut tx, user, now).await? {
            return Err(CodeFault::Used.into());
        }
        let (kind, value) = attempt.contact()?;
        let key = kind.key(value).ok_or_else(|| StoreError::unreadable("a contact that can't be one"))?;
        if !aliases::claim(&mut tx, user, kind, &key).await? {
            return Err(ConfirmSignUpError::AliasExists(kind.attribute().into())); // the transaction goes, and the code stays as it was
        }
        let event = Event::ConfirmSignUp { username: username.clone() };
        attributes::set(&mut tx, user, kind.attribute().into(), value).await?;
        events::record(&mut tx, user, &event, now, origin).await?;
        let mut session = None;
        if let Some((client, ticket)) = browser
            && tickets::redeem(&mut tx, ticket, user, now).await?
        {
            session = Some(sessions::begin(&mut tx, inner, user, client, origin).await?);
            events::record(&mut tx, user, &Event::SignIn { username: username.clone() }, now, origin).await?;
        }
        tickets::clear(&mut tx, user).await?;
        self.commit(tx, user).await?;
        Ok(Confirmed { username, session })
    }
}

#[cfg(test)]
mod tests;
