//! Proving a contact with the code that was sent to it (operation VerifyUserAttribute).

use crate::Context;
use crate::account::events;
use crate::account::protection::ChangedBy;
use crate::contacts::{code, notify};
use crate::error::{CommonError, common_error};
use crate::factors::step_up::{self, StepUp, StepUpError};
use crate::one_time_codes::{self, CodeEntry, CodeFault, Entrant, RightCode};
use crate::sessions::alive::require_alive;
use crate::undo::Undoing;
use model::{AttributeName, ErrorCode, Event, FormErrors};
use nameplate_core::code::CodePurpose;
use nameplate_core::identity::{Origin, Viewer};
use store::aliases::VerifiedContact;
use store::{LockedAccount, StoreError, Tx, aliases, attributes, retried};

/// A contact that is proven, and in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What the attribute is now.
    pub value: String,
}

/// Why nothing was proven.
#[derive(Debug, thiserror::Error)]
pub enum VerifyAttributeError {
    /// Not the code, or one that no longer counts.
    #[error("the code was refused: {0:?}")]
    Code(CodeFault),
    /// The code was right, and the contact belongs to another account. What is in force stays so, and the
    /// code is spent.
    #[error("the contact belongs to another account")]
    AliasExists(AttributeName),
    /// That the contact before is lost has to be proven first, or was not.
    #[error(transparent)]
    StepUp(#[from] StepUpError),
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(VerifyAttributeError);

impl From<VerifyAttributeError> for FormErrors {
    fn from(error: VerifyAttributeError) -> Self {
        match error {
            VerifyAttributeError::Code(fault) => fault.refusal(),
            VerifyAttributeError::AliasExists(attribute) => Self::field(attribute, ErrorCode::AliasExists),
            VerifyAttributeError::StepUp(error) => error.into(),
            VerifyAttributeError::Common(common) => common.into(),
        }
    }
}

impl From<CodeFault> for VerifyAttributeError {
    fn from(fault: CodeFault) -> Self {
        Self::Code(fault)
    }
}

/// Proves a contact with the code that was sent to it (operation VerifyUserAttribute): the change that
/// waited for it is done, from this moment the new contact signs in and the one before doesn't, and the
/// one before is told.
///
/// # Errors
/// Each way in which a code can fail is told apart. A contact that belongs to another account is refused
/// only here, to the person who has proven it.
pub async fn verify(
    ctx: &Context,
    viewer: &Viewer,
    attribute: &AttributeName,
    code: &str,
    origin: &Origin,
) -> Result<Verified, VerifyAttributeError> {
    let form = EnteredCode { code: code.to_owned(), ..EnteredCode::default() };
    verify_and_decide(ctx, viewer, attribute, &form, origin).await
}

/// What a page sends beside the name of the contact.
#[derive(Debug, Clone, Default)]
pub struct EnteredCode {
    /// The code that was sent to it.
    pub code: String,
    /// The contact in its place is no longer its owner's: whoever reads it undoes nothing.
    pub old_is_lost: bool,
    /// A code of a second factor that has been on for a week, which that takes.
    pub step_code: String,
}

/// The same, where somebody may say that the contact before isn't theirs any more. Then nothing of what changed
/// lately can be undone.
pub async fn verify_and_decide(
    ctx: &Context,
    viewer: &Viewer,
    attribute: &AttributeName,
    form: &EnteredCode,
    origin: &Origin,
) -> Result<Verified, VerifyAttributeError> {
    let step = match form.old_is_lost {
        true => step_up::judge_longstanding(ctx, viewer, &form.step_code, origin).await?,
        false => StepUp::NONE,
    };
    let done = match try_code(ctx, viewer, attribute, &form.code, origin).await {
        Ok(right) => retried(|| promote(ctx, viewer, &right, &step, origin)).await,
        Err(error) => Err(error),
    };
    if let Err(VerifyAttributeError::StepUp(refused)) = &done {
        step_up::note(ctx, viewer, refused, origin).await?;
    }
    if let Err(VerifyAttributeError::Code(fault)) = &done
        && fault.is_a_try()
    {
        let event =
            Event::VerifyUserAttributeFailure { attribute: attribute.clone(), refusal: fault.refusal() };
        events::record_refusal(ctx, viewer.user, &event, origin).await?;
    }
    done
}

/// Counts the try, then compares.
async fn try_code(
    ctx: &Context,
    viewer: &Viewer,
    attribute: &AttributeName,
    code: &str,
    origin: &Origin,
) -> Result<RightCode, VerifyAttributeError> {
    let kind = code::contact_of(&ctx.settings, viewer, attribute).ok_or(CodeFault::NoCode)?;
    let code = &one_time_codes::read(code)?;
    let entrant = Entrant::Account { user: viewer.user, kind };
    let entry = CodeEntry { purpose: CodePurpose::Verify, entrant, code, origin };
    Ok(one_time_codes::verify(ctx, &entry).await??)
}

/// What the code proves becomes the attribute and the account's own.
async fn promote(
    ctx: &Context,
    viewer: &Viewer,
    code: &RightCode,
    step: &StepUp,
    origin: &Origin,
) -> Result<Verified, VerifyAttributeError> {
    let (user, now) = (viewer.user, ctx.now());
    let contact = code.contact()?;
    let (kind, value) = (contact.kind, contact.value.as_str());
    let attribute = AttributeName::from(kind.attribute());
    let key = kind.key(value).ok_or_else(|| StoreError::unreadable("a contact that can't be one"))?;
    let mut tx = ctx.store.begin().await?;
    let locked = LockedAccount::lock(&mut tx, user).await?.ok_or(CommonError::SignedOut)?;
    let account = locked.account();
    code.spend(&mut tx, now).await??;
    require_alive(&mut tx, viewer).await?;
    if !aliases::claim(&mut tx, user, VerifiedContact { kind, key: &key, at: now }, now).await? {
        // The code is spent, and the change no longer waits: it can't be done while the contact is
        // somebody else's, and a step that can only fail is no step to offer. Once the contact is free,
        // it is asked for anew.
        let refusal = FormErrors::field(attribute.clone(), ErrorCode::AliasExists);
        let event = Event::VerifyUserAttributeFailure { attribute: attribute.clone(), refusal };
        events::record(&mut tx, user, &event, now, origin).await?;
        events::commit(ctx, tx, user).await?;
        return Err(VerifyAttributeError::AliasExists(attribute));
    }
    let undoing = undoing(&mut tx, ctx, &locked, step, origin).await?;
    let by = ChangedBy::viewer_who(viewer, origin, undoing);
    notify::verified(&mut tx, ctx, &locked, &contact, by).await?;
    let mut all = account.attributes.clone();
    all.insert(attribute.clone(), value.to_owned());
    tx.write(vec![attributes::change(user, &all, now)?]).await?;
    events::record(&mut tx, user, &Event::VerifyUserAttribute { attribute }, now, origin).await?;
    events::commit(ctx, tx, user).await?;
    Ok(Verified { value: value.to_owned() })
}

/// Whether the change can be undone: not after the proof that says so, which is spent.
async fn undoing(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    step: &StepUp,
    origin: &Origin,
) -> Result<Undoing, VerifyAttributeError> {
    if !step.is_proven() {
        return Ok(Undoing::Possible);
    }
    step_up::require_longstanding(tx, ctx, locked).await?;
    step.spend(tx, ctx, locked, origin).await?;
    let event = Event::VoidUndo { username: locked.account().username.clone() };
    events::record(tx, locked.id(), &event, ctx.now(), origin).await?;
    Ok(Undoing::Over)
}

#[cfg(test)]
mod races;
#[cfg(test)]
mod tests;
