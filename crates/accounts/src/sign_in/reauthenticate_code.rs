//! A code to a contact that was verified long ago in place of the password, where the account has neither
//! password nor passkey.

use crate::Context;
use crate::account::events;
use crate::error::{CommonError, common_error};
use crate::one_time_codes::{
    self, AskedBy, CodeEntry, CodeFault, CodeMessage, CodeRequest, Entrant, Recipient, RightCode,
    account_codes,
};
use crate::sign_in::confirmation;
use crate::sign_in::renewal::{self, Renewal};
use model::{ErrorCode, Event, FormErrors};
use nameplate_core::code::{CodePurpose, CodeScope};
use nameplate_core::contact::Contact;
use nameplate_core::identity::{NewSession, Origin, SessionProof, Viewer};
use store::{LockedAccount, retried, users};

/// Why nobody has confirmed that it is them.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmWithCodeError {
    /// The account has a password or a passkey, or no contact that was verified long ago.
    #[error("no code confirms anything for this account")]
    NotOffered,
    /// Not the code, or one that no longer counts.
    #[error("the code was refused: {0:?}")]
    Code(CodeFault),
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(ConfirmWithCodeError);

impl From<CodeFault> for ConfirmWithCodeError {
    fn from(fault: CodeFault) -> Self {
        Self::Code(fault)
    }
}

impl From<ConfirmWithCodeError> for FormErrors {
    fn from(error: ConfirmWithCodeError) -> Self {
        match error {
            ConfirmWithCodeError::NotOffered => Self::form(ErrorCode::NoCode),
            ConfirmWithCodeError::Code(fault) => fault.refusal(),
            ConfirmWithCodeError::Common(common) => common.into(),
        }
    }
}

/// Sends the code.
pub async fn send_confirmation_code(
    ctx: &Context,
    viewer: &Viewer,
    origin: &Origin,
) -> Result<(), ConfirmWithCodeError> {
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        let locked = LockedAccount::lock(&mut tx, viewer.user).await?.ok_or(CommonError::SignedOut)?;
        let contact = confirmation::code_to(&mut tx, ctx, locked.user()).await?;
        let contact = contact.ok_or(ConfirmWithCodeError::NotOffered)?;
        let scope = CodeScope { user: viewer.user, purpose: CodePurpose::StepUp };
        account_codes::admit(&mut tx, ctx, scope, &contact).await??;
        let recipient = Recipient::of(viewer.user, locked.account());
        let (message, asked_by) = (CodeMessage::StepUp, AskedBy::Account);
        let request = CodeRequest { recipient, message, target: &contact, asked_by, origin };
        one_time_codes::request(&mut tx, ctx, &request).await?;
        events::commit(ctx, tx, viewer.user).await?;
        Ok(())
    })
    .await
}

/// As [`reauthenticate`](crate::sign_in::reauthenticate()), with that code.
pub async fn reauthenticate_with_code(
    ctx: &Context,
    viewer: &Viewer,
    typed: &str,
    origin: &Origin,
) -> Result<(NewSession, Viewer), ConfirmWithCodeError> {
    let done = match judge(ctx, viewer, typed, origin).await {
        Ok(proven) => retried(|| renew(ctx, viewer, &proven, origin)).await,
        Err(refused) => Err(refused),
    };
    if let Err(ConfirmWithCodeError::Code(fault)) = &done
        && fault.is_a_try()
    {
        let event = Event::ConfirmSignInFailure(fault.refusal());
        events::record_refusal(ctx, viewer.user, &event, origin).await?;
    }
    done
}

/// The right code, before it is spent.
struct ProvenContact {
    contact: Contact,
    code: RightCode,
}

/// Counts the try, then compares.
async fn judge(
    ctx: &Context,
    viewer: &Viewer,
    typed: &str,
    origin: &Origin,
) -> Result<ProvenContact, ConfirmWithCodeError> {
    let mut conn = ctx.store.read().await?;
    let user = users::by_id(&mut conn, viewer.user).await?.ok_or(CommonError::SignedOut)?;
    let contact =
        confirmation::code_to(&mut conn, ctx, &user).await?.ok_or(ConfirmWithCodeError::NotOffered)?;
    drop(conn);
    let typed = one_time_codes::read(typed)?;
    let entrant = Entrant::Account { user: viewer.user, kind: contact.kind };
    let entry = CodeEntry { purpose: CodePurpose::StepUp, entrant, code: &typed, origin };
    Ok(ProvenContact { contact, code: one_time_codes::verify(ctx, &entry).await?? })
}

async fn renew(
    ctx: &Context,
    viewer: &Viewer,
    proven: &ProvenContact,
    origin: &Origin,
) -> Result<(NewSession, Viewer), ConfirmWithCodeError> {
    let mut tx = ctx.store.begin().await?;
    let locked = renewal::take(&mut tx, viewer).await?;
    // It may have a password by now, or another contact.
    if confirmation::code_to(&mut tx, ctx, locked.user()).await?.as_ref() != Some(&proven.contact) {
        return Err(ConfirmWithCodeError::NotOffered);
    }
    proven.code.spend(&mut tx, ctx.now()).await??;
    let renewal = Renewal { viewer, proof: SessionProof::Code, origin };
    Ok(renewal::finish(tx, ctx, locked.user(), renewal).await?)
}

#[cfg(test)]
mod tests;
