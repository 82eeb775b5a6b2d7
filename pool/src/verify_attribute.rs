//! Proving a contact with the code that was sent to it (operation VerifyUserAttribute).

use crate::codes::{self, Attempt, CodeFault};
use crate::delivery::{self, About, Asked, Contact, Message};
use crate::sessions::{Origin, UserId, Viewer};
use crate::store::profile;
use crate::store::{StoreError, aliases, attributes, retried, users};
use crate::{Pool, Unavailable, contact_codes, events};
use model::{AttributeName, Event, Refusal, Why};

/// A contact that is proven, and in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What the attribute is now.
    pub value: String,
}

/// Why nothing was proven.
#[derive(Debug, thiserror::Error)]
pub enum VerifyAttributeError {
    #[error("the code was refused: {0:?}")]
    Code(CodeFault),
    /// The code was right, and the contact belongs to another account. What is in force stays so, and the
    /// code is spent.
    #[error("the contact belongs to another account")]
    AliasExists(AttributeName),
    /// The account was deleted meanwhile.
    #[error("the account is gone")]
    SignedOut,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<VerifyAttributeError> for Refusal {
    fn from(error: VerifyAttributeError) -> Self {
        match error {
            VerifyAttributeError::Code(fault) => fault.refusal(),
            VerifyAttributeError::AliasExists(attribute) => Self::field(attribute, Why::AliasExists),
            VerifyAttributeError::SignedOut => Self::form(Why::SignedOut),
            VerifyAttributeError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for VerifyAttributeError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<CodeFault> for VerifyAttributeError {
    fn from(fault: CodeFault) -> Self {
        Self::Code(fault)
    }
}

impl Pool {
    /// Proves a contact with the code that was sent to it (operation VerifyUserAttribute): the change that
    /// waited for it is done, from this moment the new contact signs in and the one before doesn't, and the
    /// one before is told.
    ///
    /// # Errors
    /// Each way in which a code can fail is told apart. A contact that belongs to another account is refused
    /// only here, to the person who has proven it.
    pub async fn verify_attribute(
        &self,
        viewer: &Viewer,
        attribute: &AttributeName,
        code: &str,
        origin: &Origin,
    ) -> Result<Verified, VerifyAttributeError> {
        let done = match self.try_code(viewer, attribute, code, origin).await {
            Ok(attempt) => retried(|| self.promote(viewer.user, &attempt, origin)).await,
            Err(error) => Err(error),
        };
        if let Err(VerifyAttributeError::Code(fault)) = &done
            && fault.is_a_try()
        {
            let event =
                Event::VerifyUserAttributeFailure { attribute: attribute.clone(), refusal: fault.refusal() };
            self.record_refusal(viewer.user, &event, origin).await?;
        }
        done
    }

    /// Counts the try, then compares.
    async fn try_code(
        &self,
        viewer: &Viewer,
        attribute: &AttributeName,
        code: &str,
        origin: &Origin,
    ) -> Result<Attempt, VerifyAttributeError> {
        let kind =
            contact_codes::contact_of(&self.inner.settings, viewer, attribute).ok_or(CodeFault::NoCode)?;
        let code = codes::read(code)?;
        let attempt =
            codes::count_attempt(&self.inner, &contact_codes::slot(viewer.user, kind), &origin.tally)
                .await??;
        attempt.compare(&self.inner.keys, &code)?;
        Ok(attempt)
    }

    /// What the code proves becomes the attribute and the account's own.
    async fn promote(
        &self,
        user: UserId,
        attempt: &Attempt,
        origin: &Origin,
    ) -> Result<Verified, VerifyAttributeError> {
        let (inner, now) = (&*self.inner, self.now());
        let (kind, value) = attempt.contact()?;
        let attribute = AttributeName::from(kind.attribute());
        let key = kind.key(value).ok_or_else(|| StoreError::unreadable("a contact that can't be one"))?;
        let mut tx = inner.store.begin().await?;
        users::lock(&mut tx, user).await?.ok_or(VerifyAttributeError::SignedOut)?;
        let account = profile::load(&mut tx, user).await?.ok_or(VerifyAttributeError::SignedOut)?;
        codes::consume(&mut tx, attempt, now).await??;
        if !aliases::claim(&mut tx, user, kind, &key).await? {
            // The code is spent, and the change no longer waits: it can't be done while the contact is
            // somebody else's, and a step that can only fail is no step to offer. Once the contact is free,
            // it is asked for anew.
            let refusal = Refusal::field(attribute.clone(), Why::AliasExists);
            let event = Event::VerifyUserAttributeFailure { attribute: attribute.clone(), refusal };
            events::record(&mut tx, user, &event, now, origin).await?;
            self.commit(tx, user).await?;
            return Err(VerifyAttributeError::AliasExists(attribute));
        }
        let mut all = account.attributes.clone();
        all.insert(attribute.clone(), value.to_owned());
        tx.write(vec![attributes::change(user, &all, now)?]).await?;
        if let Some(old) = account.proven_contact(kind).filter(|old| *old != value) {
            let (to, new) =
                (Contact { kind, value: old.to_owned() }, Contact { kind, value: value.to_owned() });
            let asked = Asked::new(account.chosen_username(), now, origin);
            delivery::queue(&mut tx, inner, &Message::ChangeDone { to, new, asked }, About::Account(user))
                .await?;
        }
        events::record(&mut tx, user, &Event::VerifyUserAttribute { attribute }, now, origin).await?;
        self.commit(tx, user).await?;
        Ok(Verified { value: value.to_owned() })
    }
}

#[cfg(test)]
mod races;
#[cfg(test)]
mod tests;
