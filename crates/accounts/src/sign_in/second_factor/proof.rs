//! What proves a second factor: at sign-in, and later for a change of what protects the account.

use crate::Context;
use crate::account::events;
use crate::factors::app::App;
use crate::factors::recovery;
use crate::factors::second_factors::Usable;
use crate::limits::rate::Wait;
use crate::limits::{self, Key, LimitName};
use crate::one_time_codes::{self, CodeEntry, CodeFault, Entrant, RightCode};
use crate::sign_in::second_factor::error::ChallengeError;
use delivery::{Message, queue_to_all};
use model::{Event, Factor};
use nameplate_core::code::CodePurpose;
use nameplate_core::identity::{Origin, UserId};
use store::factors::{self, Spent};
use store::{LockedAccount, StoreError, Tx, retried};

/// What proves the second factor, as far as it is judged before it is spent.
pub(crate) enum Proof {
    App(String),
    Contact(Factor, RightCode),
    /// With what it is for.
    Recovery(String, CodePurpose),
}

/// What was typed, as far as it can be a code.
pub(crate) enum Typed {
    /// Of six digits: of an app, or one that was sent.
    Code(String),
    Recovery(String),
}

impl Typed {
    pub(crate) fn read(text: &str) -> Result<Self, CodeFault> {
        recovery::read(text)
            .map_or_else(|| one_time_codes::read(text).map(Self::Code), |code| Ok(Self::Recovery(code)))
    }
}

/// Whose proof it is, and of which factor.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) user: UserId,
    pub(crate) sub: &'a str,
    /// What codes that are sent have to be for.
    pub(crate) purpose: CodePurpose,
    /// The factor that is asked for. `None`: only a recovery code will do.
    pub(crate) asked: Option<&'a Usable>,
    pub(crate) origin: &'a Origin,
}

/// Counts the try, and judges what can be judged before it is spent.
pub(crate) async fn judge(ctx: &Context, entry: Entry<'_>, typed: Typed) -> Result<Proof, ChallengeError> {
    let judged = count_and_judge(ctx, entry, typed).await;
    note_failure(ctx, entry.user, judged, entry.origin).await
}

async fn count_and_judge(ctx: &Context, entry: Entry<'_>, typed: Typed) -> Result<Proof, ChallengeError> {
    let Entry { user, sub, purpose, asked, origin } = entry;
    retried(|| admit_second(ctx, sub, origin)).await??;
    let code = match typed {
        Typed::Recovery(code) => return Ok(Proof::Recovery(code, purpose)),
        Typed::Code(code) => code,
    };
    let asked = asked.ok_or(ChallengeError::NoSuchFactor)?;
    let Some(contact) = &asked.contact else { return Ok(Proof::App(code)) };
    let entrant = Entrant::Account { user, kind: contact.kind };
    let right = one_time_codes::verify(ctx, &CodeEntry { purpose, entrant, code: &code, origin }).await??;
    Ok(Proof::Contact(asked.factor, right))
}

impl Proof {
    /// Spends it in the transaction of what it allows. Whoever proved a factor starts anew with the tries.
    pub(crate) async fn spend(
        &self,
        tx: &mut Tx,
        ctx: &Context,
        locked: &LockedAccount,
        origin: &Origin,
    ) -> Result<(), ChallengeError> {
        let (user, now) = (locked.id(), ctx.now());
        match self {
            Self::App(code) => {
                spend_app_code(tx, ctx, user, code).await?;
                factors::used(tx, user, Factor::SoftwareToken, now).await?;
            }
            Self::Contact(factor, right) => {
                right.spend(tx, now).await??;
                factors::used(tx, user, *factor, now).await?;
            }
            Self::Recovery(code, purpose) => {
                let left = spend_recovery_code(tx, ctx, locked, code).await?;
                let for_change = *purpose == CodePurpose::StepUp;
                tell_of_recovery_code(tx, ctx, locked, SpentCode { left, for_change }, origin).await?;
            }
        }
        Ok(limits::clear(tx, &second_failures(ctx, &locked.user().sub)).await?)
    }
}

fn second_failures(ctx: &Context, sub: &str) -> Key {
    limits::key(ctx, LimitName::SecondFactorFailures, &[sub])
}

/// Counts a code that somebody is about to try; its own transaction, so that it stays counted. For the
/// account, whichever network it comes from: who gets here has the password, and guesses among a million.
async fn admit_second(ctx: &Context, sub: &str, origin: &Origin) -> Result<Result<(), Wait>, StoreError> {
    if origin.tally.is_paid() {
        return Ok(Ok(()));
    }
    let backoff = limits::backoff(&ctx.settings);
    let mut tx = ctx.store.begin().await?;
    if let Err(wait) = limits::knock(&mut tx, &second_failures(ctx, sub), backoff, ctx.now()).await? {
        return Ok(Err(wait));
    }
    tx.commit().await?;
    origin.tally.count();
    Ok(Ok(()))
}

async fn spend_app_code(tx: &mut Tx, ctx: &Context, user: UserId, code: &str) -> Result<(), ChallengeError> {
    let stored = factors::of_user(tx, user).await?;
    let app = stored
        .iter()
        .find(|it| it.factor == Factor::SoftwareToken && it.enabled)
        .and_then(|it| it.secret.as_ref());
    let app = App::open(ctx, user, app.ok_or(ChallengeError::NoSuchFactor)?)?;
    let step = app.step_of(code, ctx.now()).ok_or(ChallengeError::WrongAppCode)?;
    if factors::spend_step(tx, user, step).await? { Ok(()) } else { Err(CodeFault::Used.into()) }
}

async fn spend_recovery_code(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    code: &str,
) -> Result<u32, ChallengeError> {
    match recovery::spend(tx, ctx, locked.id(), code, ctx.now()).await? {
        Spent::Now => Ok(factors::recovery_codes_left(tx, locked.id()).await?),
        Spent::Before => Err(CodeFault::Used.into()),
        Spent::Unknown => Err(ChallengeError::WrongRecoveryCode),
    }
}

/// A recovery code that was used: how many are left, and whether it was for a change.
#[derive(Debug, Clone, Copy)]
struct SpentCode {
    left: u32,
    for_change: bool,
}

async fn tell_of_recovery_code(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    spent: SpentCode,
    origin: &Origin,
) -> Result<(), StoreError> {
    let SpentCode { left, for_change } = spent;
    let message = |to, asked| Message::RecoveryCodeUsed { to, left, for_change, asked };
    queue_to_all(tx, &ctx.delivery, locked, message, origin).await?;
    events::record(tx, locked.id(), &Event::UseRecoveryCode { left }, ctx.now(), origin).await
}

/// The trail tells of every code that was tried in vain: whoever tried it had the password, or a session.
pub(crate) async fn note_failure<T>(
    ctx: &Context,
    user: UserId,
    done: Result<T, ChallengeError>,
    origin: &Origin,
) -> Result<T, ChallengeError> {
    if let Err(error) = &done {
        note(ctx, user, error, origin).await?;
    }
    done
}

pub(crate) async fn note(
    ctx: &Context,
    user: UserId,
    error: &ChallengeError,
    origin: &Origin,
) -> Result<(), StoreError> {
    match error.tried() {
        Some(refusal) => {
            events::record_refusal(ctx, user, &Event::ConfirmSignInFailure(refusal), origin).await
        }
        None => Ok(()),
    }
}
