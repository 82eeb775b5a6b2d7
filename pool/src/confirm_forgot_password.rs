//! A new password for whoever holds the code (operation ConfirmForgotPassword).

use crate::code_requests::{Requester, Tried, Try, TryError};
use crate::codes::{self, CodeFault, CodePurpose};
use crate::identifiers::ContactKind;
use crate::limits::{self, Wait};
use crate::passwords::HashingError;
use crate::reset_code::Named;
use crate::sessions::{Origin, UserId};
use crate::store::requested_codes::{self, Requested};
use crate::store::{StoreError, known_origins, profile, retried, users};
use crate::{Pool, Unavailable, events, new_password};
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

impl From<TryError> for ConfirmForgotPasswordError {
    fn from(error: TryError) -> Self {
        match error {
            TryError::Wait(wait) => wait.into(),
            TryError::Unavailable(fault) => Self::Unavailable(fault),
        }
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
    /// Sets a new password with the code that was sent for it (operation ConfirmForgotPassword). Every
    /// session of the account ends, and its proven contacts are told.
    ///
    /// A name that is nobody's is answered like a wrong code, and counted down like one.
    pub async fn confirm_forgot_password(
        &self,
        form: PasswordReset,
        origin: &Origin,
    ) -> Result<PasswordSet, ConfirmForgotPasswordError> {
        let inner = &*self.inner;
        let (named, code) = self.check_reset(&form).map_err(ConfirmForgotPasswordError::Fields)?;
        let user = named.account(&mut inner.store.read().await?).await?;
        // The same statements for nobody: no account has this number.
        let id = user.unwrap_or(UserId(0));
        let (purpose, requester) = (CodePurpose::Reset, Requester::of(inner, origin));
        // The names of one account have one budget.
        let name = user.map_or_else(|| named.name.clone(), |user| format!("account {}", user.0));
        let told = &named.name;
        let tried =
            Try { users: &[id], purpose, requester, is_held: false, told, name: &name, code: &code, origin }
                .run(inner)
                .await?;
        match tried {
            Tried::Right(right) => {
                let hash = inner.passwords.hash(&form.password, &*inner.entropy).await?;
                let done = retried(|| self.finish_reset(&right, (&named, &hash), origin)).await?;
                self.keep_verifiers(right.slot.user, &form.password, &hash).await;
                Ok(done)
            }
            Tried::Wrong(fault) => {
                let noted = limits::key(inner, &["wrong reset codes of", &name]);
                self.record_attempt(
                    user,
                    &noted,
                    &Event::ForgotPasswordSubmitFailure(fault.refusal()),
                    origin,
                )
                .await?;
                Err(fault.into())
            }
        }
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

    async fn finish_reset(
        &self,
        code: &Requested,
        (named, hash): (&Named, &str),
        origin: &Origin,
    ) -> Result<PasswordSet, ConfirmForgotPasswordError> {
        let (inner, now, user) = (&*self.inner, self.now(), code.slot.user);
        let mut tx = inner.store.begin().await?;
        users::lock(&mut tx, user).await?.ok_or(CodeFault::NoCode)?;
        let account = profile::load(&mut tx, user).await?.ok_or(CodeFault::NoCode)?;
        if !requested_codes::consume(&mut tx, &code.issue, now).await? {
            return Err(CodeFault::Used.into());
        }
        let kind = ContactKind::of(&code.slot.attribute)
            .ok_or_else(|| StoreError::unreadable("a code for what is no contact"))?;
        if account.proven_contact(kind) != Some(code.value.as_str()) {
            // Since the code was sent the account let go of this contact: whoever reads it has no say any
            // more.
            return Err(CodeFault::NoCode.into());
        }
        // There is a new password: no other code sets one any more, and no browser is known that may have had
        // the old one.
        requested_codes::consume_all(&mut tx, (user, CodePurpose::Reset), now).await?;
        known_origins::forget(&mut tx, user).await?;
        new_password::set(&mut tx, inner, (user, &account), (hash, None), origin).await?;
        // Who could not remember it has waited enough.
        limits::clear(&mut tx, &self.failed_sign_ins(&named.name, origin)).await?;
        let event = Event::ForgotPasswordSubmit { username: account.username.clone() };
        events::record(&mut tx, user, &event, now, origin).await?;
        self.commit(tx, user).await?;
        Ok(PasswordSet { username: account.username })
    }
}

#[cfg(test)]
mod tests;
