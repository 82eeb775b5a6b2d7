//! A new password for whoever holds the code (operation ConfirmForgotPassword).

use crate::Context;
use crate::account::events;
use crate::error::{CommonError, common_error};
use crate::factors::after_reset;
use crate::limits::{self, LimitName};
use crate::one_time_codes::{self, CodeEntry, CodeFault, Entrant, NamedEntrant, Requester, RightCode};
use crate::password::reset_code::Named;
use crate::password::rules::{self, NewPassword};
use crate::password::strength::OwnWords;
use crate::sign_in::failure_counters::FailureCounters;
use crate::sign_in::srp::verifiers;
use model::{ErrorCode, Event, FieldName, FormErrors, Password};
use nameplate_core::code::{CodePurpose, CodeScope};
use nameplate_core::identity::{Origin, UserId};
use store::{LockedAccount, known_origins, retried, users};

/// What somebody enters who forgot their password.
#[derive(Debug, Clone)]
pub struct PasswordReset {
    /// As it was entered to ask for the code, or another name of the same account.
    pub username: String,
    /// The code that was sent, with or without spaces.
    pub code: String,
    /// The new one.
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
    Fields(Vec<(FieldName, ErrorCode)>),
    /// Not the code, or one that no longer counts.
    #[error("the code was refused: {0:?}")]
    Code(CodeFault),
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(ConfirmForgotPasswordError);

impl From<ConfirmForgotPasswordError> for FormErrors {
    fn from(error: ConfirmForgotPasswordError) -> Self {
        match error {
            ConfirmForgotPasswordError::Fields(fields) => Self { form: None, fields },
            ConfirmForgotPasswordError::Code(fault) => fault.refusal(),
            ConfirmForgotPasswordError::Common(common) => common.into(),
        }
    }
}

impl From<CodeFault> for ConfirmForgotPasswordError {
    fn from(fault: CodeFault) -> Self {
        Self::Code(fault)
    }
}

/// Sets a new password with the code that was sent for it (operation ConfirmForgotPassword). Every
/// session of the account ends, and its proven contacts are told.
///
/// A name that is nobody's is answered like a wrong code, and counted down like one.
pub async fn confirm_forgot(
    ctx: &Context,
    form: PasswordReset,
    origin: &Origin,
) -> Result<PasswordSet, ConfirmForgotPasswordError> {
    let (named, code) = check_reset(ctx, &form).map_err(ConfirmForgotPasswordError::Fields)?;
    let owner = named.owner(&mut ctx.store.read().await?).await?;
    let user = owner.as_ref().map(|owner| owner.id);
    // The same for nobody, whose codes are in tables of their own.
    let id = user.unwrap_or_else(|| one_time_codes::nobody(ctx, &named.name));
    // The names of one account have one budget.
    let name = owner.map_or_else(|| named.name.clone(), |owner| format!("account {}", owner.sub));
    let entrant = Entrant::Named(NamedEntrant {
        users: &[id],
        requester: Requester::of(ctx, origin),
        own_name: &named.name,
        shared_name: &name,
    });
    let entry = CodeEntry { purpose: CodePurpose::Reset, entrant, code: &code, origin };
    match one_time_codes::verify(ctx, &entry).await? {
        Ok(right) => {
            check_own_words(ctx, right.user(), &form).await?;
            let hash = ctx.passwords.hash(&form.password, &*ctx.entropy).await?;
            let done = retried(|| finish_reset(ctx, &right, &named, &hash, origin)).await?;
            verifiers::keep_verifiers(ctx, right.user(), &form.password, &hash).await;
            Ok(done)
        }
        Err(fault) => {
            let noted = limits::key(ctx, LimitName::ResetFailuresRecorded, &[&name]);
            events::record_attempt(
                ctx,
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
fn check_reset(ctx: &Context, form: &PasswordReset) -> Result<(Named, String), Vec<(FieldName, ErrorCode)>> {
    let mut faults = Vec::new();
    let named = Named::read(ctx, &form.username);
    if named.is_none() {
        faults.push((FieldName::Username, ErrorCode::Missing));
    }
    let code = one_time_codes::read(&form.code).map_err(|fault| faults.push((FieldName::Code, fault.why())));
    let own = OwnWords::typed(&form.username);
    faults.extend(rules::choice_faults(&ctx.settings, &form.password, form.confirmation.as_ref(), &own));
    match (named, code) {
        (Some(named), Ok(code)) if faults.is_empty() => Ok((named, code)),
        _ => Err(faults),
    }
}

/// What is told only to who has the code, which stays good: the password must be none of the account's words.
async fn check_own_words(
    ctx: &Context,
    user: UserId,
    form: &PasswordReset,
) -> Result<(), ConfirmForgotPasswordError> {
    let mut conn = ctx.store.read().await?;
    let user = users::by_id(&mut conn, user).await?.ok_or(CodeFault::NoCode)?;
    let own = OwnWords::of_user(&mut conn, &user).await?;
    let faults = rules::choice_faults(&ctx.settings, &form.password, None, &own);
    if faults.is_empty() { Ok(()) } else { Err(ConfirmForgotPasswordError::Fields(faults)) }
}

async fn finish_reset(
    ctx: &Context,
    code: &RightCode,
    named: &Named,
    hash: &str,
    origin: &Origin,
) -> Result<PasswordSet, ConfirmForgotPasswordError> {
    let (now, user) = (ctx.now(), code.user());
    let mut tx = ctx.store.begin().await?;
    let locked = LockedAccount::lock(&mut tx, user).await?.ok_or(CodeFault::NoCode)?;
    code.spend(&mut tx, now).await??;
    if locked.account().proven_contact(code.contact()?.kind) != Some(code.value()) {
        // Since the code was sent the account let go of this contact: whoever reads it has no say any
        // more.
        return Err(CodeFault::NoCode.into());
    }
    // There is a new password: no other code sets one any more, and no browser is known that may have had
    // the old one.
    one_time_codes::retire_all(&mut tx, CodeScope { user, purpose: CodePurpose::Reset }, now).await?;
    known_origins::forget(&mut tx, user).await?;
    rules::set(&mut tx, ctx, &locked, NewPassword::ending_sessions(hash), origin).await?;
    after_reset::remove_recent_passkeys(&mut tx, ctx, &locked, origin).await?;
    after_reset::note(&mut tx, ctx, &locked, code.contact()?.kind, origin).await?;
    // Who could not remember it has waited enough.
    FailureCounters::of(ctx, &named.name, origin).clear(&mut tx).await?;
    let username = locked.into_account().username;
    let event = Event::ForgotPasswordSubmit { username: username.clone() };
    events::record(&mut tx, user, &event, now, origin).await?;
    events::commit(ctx, tx, user).await?;
    Ok(PasswordSet { username })
}

#[cfg(test)]
mod tests;
