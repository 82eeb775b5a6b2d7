//! A new password for whoever holds the code (operation ConfirmForgotPassword).

use crate::codes::{self, Attempt, CodeFault};
use crate::identifiers::ContactKind;
use crate::limits::{self, Rate, Wait};
use crate::passwords::HashingError;
use crate::reset_code::{self, Named};
use crate::sessions::{Origin, UserId};
use crate::store::{StoreError, profile, retried, users};
use crate::{Pool, Unavailable, events, new_password, sign_up_code};
use model::code::MAX_ATTEMPTS;
use model::{Event, FieldName, Password, Refusal, Why};

/// What somebody enters who forgot their password.
#[derive(Debug, Clone)]
pub struct PasswordReset {
    /// As it was entered to ask for the code, or another name of the same account.
    pub username: String,
    pub code: String,
    pub password: Password,
    /// The password once more, where people type it.
    pub confirmation: Option<Password>,
}

/// The account has a new password, and nobody is signed in to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordSet {
    /// As typed at sign-up; the `sub`, where people have no username.
    pub username: String,
}

/// Why the password stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmForgotPasswordError {
    /// What can be told without looking at the account, all of it.
    #[error("refused fields: {0:?}")]
    Fields(Vec<(FieldName, Why)>),
    #[error("the code was refused: {0:?}")]
    Code(CodeFault),
    #[error("too often; again in {seconds} s")]
    Wait { seconds: u32 },
    #[error("too many passwords wait to be hashed")]
    Busy,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<ConfirmForgotPasswordError> for Refusal {
    fn from(error: ConfirmForgotPasswordError) -> Self {
        match error {
            ConfirmForgotPasswordError::Fields(fields) => Self { form: None, fields },
            ConfirmForgotPasswordError::Code(fault) => fault.refusal(),
            ConfirmForgotPasswordError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            ConfirmForgotPasswordError::Busy => Self::form(Why::Busy),
            ConfirmForgotPasswordError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for ConfirmForgotPasswordError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for ConfirmForgotPasswordError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl From<CodeFault> for ConfirmForgotPasswordError {
    fn from(fault: CodeFault) -> Self {
        Self::Code(fault)
    }
}

impl From<HashingError> for ConfirmForgotPasswordError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Busy,
            failed @ HashingError::Failed(_) => Self::Unavailable(failed.into()),
        }
    }
}

impl Pool {
    /// Sets a new password with the code that was sent for it (operation ConfirmForgotPassword). Every session of the
    /// account ends, and its proven contacts are told.
    ///
    /// A name that is nobody's is answered like a wrong code, and counted down like one.
    pub async fn confirm_forgot_password(&self, form: PasswordReset, origin: &Origin) -> Result<PasswordSet, ConfirmForgotPasswordError> {
        let inner = &*self.inner;
        let (named, code) = self.check_reset(&form).map_err(ConfirmForgotPasswordError::Fields)?;
        let found = self.reset_of(&named).await?;
        // The same statements for nobody: no account has this number.
        let (user, kind) = found.unwrap_or((UserId(0), ContactKind::Email));
        let (left, counted) = retried(|| self.count_reset(&named, (user, kind), origin)).await?;
        let fault = match counted {
            Ok(attempt) if attempt.compare(&inner.keys, &code).is_ok() => {
                let hash = inner.passwords.hash(&form.password, &*inner.entropy).await?;
                let done = retried(|| self.finish_reset(user, &attempt, (&named, &hash), origin)).await?;
                self.keep_verifiers(user, &form.password, &hash).await;
                return Ok(done);
            }
            Ok(_) => None,
            // Whoever holds the code itself may know that it was used or has expired.
            Err(fault) => (left > 0 && self.was_reset_code(user, kind, &code).await?).then_some(fault),
        };
        let wrong = if left == 0 { CodeFault::WornOut } else { CodeFault::Wrong { tries_left: left } };
        let fault = fault.unwrap_or(wrong);
        retried(|| self.note_failed_reset(found.map(|(user, _)| user), fault, origin)).await?;
        Err(fault.into())
    }

    /// Everything that can be told without the store, field by field.
    fn check_reset(&self, form: &PasswordReset) -> Result<(Named, String), Vec<(FieldName, Why)>> {
        let mut faults = Vec::new();
        let named = Named::read(&self.inner, &form.username);
        if named.is_none() {
            faults.push((FieldName::Username, Why::Missing));
        }
        let code = codes::read(&form.code).map_err(|fault| faults.push((FieldName::Code, fault.why())));
        faults.extend(new_password::faults(&self.inner.settings, &form.password, form.confirmation.as_ref()));
        match (named, code) {
            (Some(named), Ok(code)) if faults.is_empty() => Ok((named, code)),
            _ => Err(faults),
        }
    }

    /// The account of that name for which a code was sent, and by which way.
    async fn reset_of(&self, named: &Named) -> Result<Option<(UserId, ContactKind)>, StoreError> {
        let mut conn = self.inner.store.read().await?;
        let user = named.account(&mut conn).await?;
        let code = reset_code::current(&mut conn, user.unwrap_or(UserId(0))).await?;
        Ok(user.zip(code.and_then(|code| ContactKind::of(&code.slot.attribute))))
    }

    /// Counts a try by name and one at the code: how many the name has left, and whether the code can be tried.
    async fn count_reset(
        &self,
        named: &Named,
        (user, kind): (UserId, ContactKind),
        origin: &Origin,
    ) -> Result<(u32, Result<Attempt, CodeFault>), ConfirmForgotPasswordError> {
        let (inner, now) = (&*self.inner, self.now());
        let mut tx = inner.store.begin().await?;
        let rate = Rate { times: MAX_ATTEMPTS, per: inner.settings.codes.reset_lifetime };
        let left = sign_up_code::count_try(&mut tx, inner, (&named.tries(inner), rate), origin).await??;
        let counted = codes::count_attempt_in(&mut tx, &reset_code::slot(user, kind), &origin.tally, now).await?;
        tx.commit().await?;
        codes::note(&origin.tally, &counted);
        Ok((left, counted))
    }

    async fn was_reset_code(&self, user: UserId, kind: ContactKind, code: &str) -> Result<bool, StoreError> {
        let mut conn = self.inner.store.read().await?;
        let stored = codes::waiting(&mut conn, &reset_code::slot(user, kind)).await?;
        Ok(stored.is_some_and(|stored| stored.is(&self.inner.keys, code)))
    }

    async fn finish_reset(
        &self,
        user: UserId,
        attempt: &Attempt,
        (named, hash): (&Named, &str),
        origin: &Origin,
    ) -> Result<PasswordSet, ConfirmForgotPasswordError> {
        let (inner, now) = (&*self.inner, self.now());
        let mut tx = inner.store.begin().await?;
        users::lock(&mut tx, user).await?.ok_or(CodeFault::NoCode)?;
        let account = profile::load(&mut tx, user).await?.ok_or(CodeFault::NoCode)?;
        codes::consume(&mut tx, attempt, now).await??;
        let (kind, value) = attempt.contact()?;
        if account.proven_contact(kind) != Some(value) {
            // Since the code was sent the account let go of this contact: whoever reads it has no say any more.
            return Err(CodeFault::NoCode.into());
        }
        new_password::set(&mut tx, inner, (user, &account), (hash, None), origin).await?;
        limits::clear(&mut tx, &named.tries(inner)).await?;
        // Who could not remember it has waited enough.
        limits::clear(&mut tx, &self.failed_sign_ins(&named.name, origin)).await?;
        let event = Event::ForgotPasswordSubmit { username: account.username.clone() };
        events::record(&mut tx, user, &event, now, origin).await?;
        self.commit(tx, user).await?;
        Ok(PasswordSet { username: account.username })
    }

    /// Writes for nobody what it writes for somebody, but for the line in the account's own trail.
    async fn note_failed_reset(&self, user: Option<UserId>, fault: CodeFault, origin: &Origin) -> Result<(), StoreError> {
        let (inner, now, id) = (&*self.inner, self.now(), user.unwrap_or(UserId(0)));
        let mut tx = inner.store.begin().await?;
        let user = users::lock(&mut tx, id).await?;
        let admitted = limits::count_change(&mut tx, inner, id).await?.is_ok();
        if user.is_none() || !admitted {
            return tx.commit().await;
        }
        events::record(&mut tx, id, &Event::ForgotPasswordSubmitFailure(fault.refusal()), now, origin).await?;
        self.commit(tx, id).await
    }
}

#[cfg(test)]
mod tests;
