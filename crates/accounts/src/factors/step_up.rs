//! The second factor once more: a session alone, which may be stolen, changes nothing of what protects an account
//! that has one.

use crate::account::events;
use crate::error::{CommonError, common_error};
use crate::factors::second_factors::{Usable, usable};
use crate::factors::settled::settled;
use crate::one_time_codes::{self, AskedBy, CodeMessage, CodeRequest, Recipient, account_codes};
use crate::sign_in::second_factor::ChallengeError;
use crate::sign_in::second_factor::proof::{self, Entry, Proof, Typed};
use crate::{Context, Unavailable};
use model::{ErrorCode, Factor, FieldName, FormErrors};
use nameplate_core::clock::Timestamp;
use nameplate_core::code::{CodePurpose, CodeScope};
use nameplate_core::contact::Contact;
use nameplate_core::identity::{Origin, SignedInBy, UserId, Viewer};
use std::time::Duration;
use store::factors::Stored;
use store::profile::Account;
use store::{LockedAccount, StoreError, Tx, factors, profile, retried};

/// Why a change was not made that takes a second factor.
#[derive(Debug, thiserror::Error)]
pub enum StepUpError {
    /// No code was entered. One was sent, if it is one that is sent.
    #[error("{0:?} has to be proven")]
    Needed(Factor),
    /// Not the code.
    #[error(transparent)]
    Refused(ChallengeError),
    /// It takes a second factor that has been on for [`LONGSTANDING`], and there is none.
    #[error("no second factor has been on for long enough")]
    TooNew,
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(StepUpError);

impl From<ChallengeError> for StepUpError {
    fn from(error: ChallengeError) -> Self {
        match error {
            ChallengeError::Common(common) => Self::Common(common),
            refused @ (ChallengeError::Code(_)
            | ChallengeError::WrongAppCode
            | ChallengeError::WrongRecoveryCode
            | ChallengeError::NoSuchFactor
            | ChallengeError::Over
            | ChallengeError::Disabled) => Self::Refused(refused),
        }
    }
}

impl From<StepUpError> for FormErrors {
    fn from(error: StepUpError) -> Self {
        match error {
            StepUpError::Needed(Factor::SoftwareToken) => {
                Self::field(FieldName::StepCode, ErrorCode::AppCodeAgain)
            }
            StepUpError::Needed(Factor::Sms | Factor::Email) => {
                Self::field(FieldName::StepCode, ErrorCode::SentCodeAgain)
            }
            StepUpError::Refused(refused) => {
                let told = Self::from(refused);
                let fields = told.fields.into_iter().map(|(field, why)| {
                    (if field == FieldName::Code { FieldName::StepCode } else { field }, why)
                });
                Self { form: told.form, fields: fields.collect() }
            }
            StepUpError::TooNew => Self::field(FieldName::StepCode, ErrorCode::FactorTooNew),
            StepUpError::Common(common) => common.into(),
        }
    }
}

/// What may be proven for a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// This factor, where sign-in asks for it.
    Factor(Factor),
    /// One that was on before, where there is any.
    Settled,
    /// This factor, where sign-in asks for it, or else one that was on before.
    FactorOrSettled(Factor),
}

/// A proof that is to be spent with the change.
pub(crate) struct StepUp(Option<Proof>);

impl StepUp {
    /// The change takes none.
    pub(crate) const NONE: Self = Self(None);

    /// Whether somebody has passed the second step for it.
    pub(crate) const fn is_proven(&self) -> bool {
        self.0.is_some()
    }

    /// Whether it was a recovery code, which proves any factor.
    pub(crate) const fn is_recovery(&self) -> bool {
        matches!(self.0, Some(Proof::Recovery(..)))
    }

    /// Spends it in the transaction of the change.
    pub(crate) async fn spend(
        &self,
        tx: &mut Tx,
        ctx: &Context,
        locked: &LockedAccount,
        origin: &Origin,
    ) -> Result<(), StepUpError> {
        match &self.0 {
            Some(proof) => Ok(proof.spend(tx, ctx, locked, origin).await?),
            None => Ok(()),
        }
    }
}

/// Whether anything is asked for from there at all.
pub(crate) fn is_asked(viewer: &Viewer) -> bool {
    match viewer.by {
        SignedInBy::Cookie => true,
        SignedInBy::Tokens => false,
    }
}

/// Judges what was entered beside a change. An application with a valid access token is asked for nothing, as
/// with Cognito, and neither is an account without factors.
pub(crate) async fn judge(
    ctx: &Context,
    viewer: &Viewer,
    asked: Asked,
    typed: &str,
    origin: &Origin,
) -> Result<StepUp, StepUpError> {
    if !is_asked(viewer) {
        return Ok(StepUp::NONE);
    }
    let mut conn = ctx.store.read().await?;
    let stored = factors::of_user(&mut conn, viewer.user).await?;
    let account = profile::load(&mut conn, viewer.user).await?.ok_or(CommonError::SignedOut)?;
    drop(conn);
    let of = |factor| usable(&ctx.settings, &account, &stored).into_iter().find(|it| it.factor == factor);
    let before = || settled(&ctx.settings, &account, &stored, ctx.now());
    let found = match asked {
        Asked::Factor(factor) => of(factor),
        Asked::Settled => before(),
        Asked::FactorOrSettled(factor) => of(factor).or_else(before),
    };
    let Some(found) = found else { return Ok(StepUp::NONE) };
    if typed.trim().is_empty() {
        return ask(ctx, viewer, &found, origin).await;
    }
    let typed = Typed::read(typed).map_err(ChallengeError::from)?;
    try_code(ctx, viewer.user, Question { sub: &account.sub, found: &found, typed }, origin).await
}

/// What was entered for which factor.
struct Question<'a> {
    sub: &'a str,
    found: &'a Usable,
    typed: Typed,
}

async fn try_code(
    ctx: &Context,
    user: UserId,
    question: Question<'_>,
    origin: &Origin,
) -> Result<StepUp, StepUpError> {
    let Question { sub, found, typed } = question;
    let entry = Entry { user, sub, purpose: CodePurpose::StepUp, asked: Some(found), origin };
    Ok(StepUp(Some(proof::judge(ctx, entry, typed).await?)))
}

/// So long a second factor has been on before it says that changes can't be undone any more: a thief who turned
/// one on is found out before.
const LONGSTANDING: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The factor that sign-in asks for first among those that have been on for so long: with the app of now, or by
/// codes to a contact that has been verified for as long.
fn longstanding(ctx: &Context, account: &Account, stored: &[Stored]) -> Option<Usable> {
    let now = ctx.now();
    let is_old = |since: Option<Timestamp>| since.is_some_and(|at| now.since(at) >= LONGSTANDING);
    let mut old = usable(&ctx.settings, account, stored).into_iter().filter(|it| {
        let kept = stored.iter().find(|kept| kept.factor == it.factor);
        let verified = |contact: &Contact| is_old(account.verified_at.get(&contact.kind).copied());
        is_old(kept.and_then(|kept| kept.enabled_at)) && it.contact.as_ref().is_none_or(verified)
    });
    old.next()
}

/// Which factor says that the viewer's changes can't be undone any more, if one can.
pub async fn factor_that_ends_undo(ctx: &Context, viewer: &Viewer) -> Result<Option<Factor>, Unavailable> {
    let mut conn = ctx.store.read().await?;
    let stored = factors::shown_of_user(&mut conn, viewer.user).await?;
    let Some(account) = profile::load(&mut conn, viewer.user).await? else { return Ok(None) };
    Ok(longstanding(ctx, &account, &stored).map(|it| it.factor))
}

/// Judges what was entered of that factor. A recovery code is none: a thief could have made new ones.
pub(crate) async fn judge_longstanding(
    ctx: &Context,
    viewer: &Viewer,
    typed: &str,
    origin: &Origin,
) -> Result<StepUp, StepUpError> {
    let mut conn = ctx.store.read().await?;
    let stored = factors::of_user(&mut conn, viewer.user).await?;
    let account = profile::load(&mut conn, viewer.user).await?.ok_or(CommonError::SignedOut)?;
    drop(conn);
    let found = longstanding(ctx, &account, &stored).ok_or(StepUpError::TooNew)?;
    if typed.trim().is_empty() {
        return ask(ctx, viewer, &found, origin).await;
    }
    let typed = Typed::Code(one_time_codes::read(typed).map_err(ChallengeError::from)?);
    try_code(ctx, viewer.user, Question { sub: &account.sub, found: &found, typed }, origin).await
}

/// The factor may be another one by now: in the transaction that spends the proof.
pub(crate) async fn require_longstanding(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
) -> Result<(), StepUpError> {
    let stored = factors::of_user(tx, locked.id()).await?;
    longstanding(ctx, locked.account(), &stored).map(drop).ok_or(StepUpError::TooNew)
}

/// The trail tells of a code that was found wrong only when it was to be spent.
pub(crate) async fn note(
    ctx: &Context,
    viewer: &Viewer,
    refused: &StepUpError,
    origin: &Origin,
) -> Result<(), StoreError> {
    match refused {
        StepUpError::Refused(error) => proof::note(ctx, viewer.user, error, origin).await,
        StepUpError::Needed(_) | StepUpError::TooNew | StepUpError::Common(_) => Ok(()),
    }
}

async fn ask(ctx: &Context, viewer: &Viewer, found: &Usable, origin: &Origin) -> Result<StepUp, StepUpError> {
    if let Some(contact) = &found.contact {
        retried(|| send(ctx, viewer, contact, origin)).await?;
    }
    Err(StepUpError::Needed(found.factor))
}

/// Sends a code, unless one that still works was sent just now.
async fn send(ctx: &Context, viewer: &Viewer, contact: &Contact, origin: &Origin) -> Result<(), StepUpError> {
    let mut tx = ctx.store.begin().await?;
    let locked = LockedAccount::lock(&mut tx, viewer.user).await?.ok_or(CommonError::SignedOut)?;
    let scope = CodeScope { user: viewer.user, purpose: CodePurpose::StepUp };
    if account_codes::admit(&mut tx, ctx, scope, contact).await?.is_err() {
        return Ok(());
    }
    let recipient = Recipient::of(viewer.user, locked.account());
    let (message, asked_by) = (CodeMessage::StepUp, AskedBy::Account);
    let request = CodeRequest { recipient, message, target: contact, asked_by, origin };
    one_time_codes::request(&mut tx, ctx, &request).await?;
    events::commit(ctx, tx, viewer.user).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
