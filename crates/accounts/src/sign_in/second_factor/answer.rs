//! The code that proves the second factor, or the recovery code in its place.

use crate::Context;
use crate::account::events;
use crate::factors::after_reset;
use crate::factors::app::App;
use crate::factors::recovery;
use crate::limits::rate::Wait;
use crate::limits::{self, Key, LimitName};
use crate::one_time_codes::{self, CodeEntry, CodeFault, Entrant, RightCode};
use crate::sessions::begin;
use crate::sign_in::for_tokens::Entered;
use crate::sign_in::outcome::{NewPasswordAsked, SignedIn};
use crate::sign_in::second_factor::challenge::{self, Open};
use crate::sign_in::second_factor::error::ChallengeError;
use crate::sign_in::{known_origins, new_password};
use crate::tokens::issue::{self, Grant};
use crate::tokens::key_ring;
use delivery::{Message, queue_to_all};
use model::{Event, Factor};
use nameplate_core::client::ClientId;
use nameplate_core::code::CodePurpose;
use nameplate_core::identity::{ChallengeToken, Origin, UserId};
use store::factors::{self, Spent};
use store::{LockedAccount, PasswordFingerprint, StoreError, Tx, challenges, retried};

/// What proves the second factor, as far as it is judged before the sign-in is taken up.
enum Proof {
    App(String),
    Contact(Factor, RightCode),
    Recovery(String),
}

/// What was typed, as far as it can be a code.
enum Typed {
    /// Of six digits: of an app, or one that was sent.
    Code(String),
    Recovery(String),
}

impl Typed {
    fn read(text: &str) -> Result<Self, CodeFault> {
        recovery::read(text)
            .map_or_else(|| one_time_codes::read(text).map(Self::Code), |code| Ok(Self::Recovery(code)))
    }
}

/// A challenge whose code was right, as far as that is judged before the sign-in is taken up.
struct Judged<'a> {
    token: &'a ChallengeToken,
    open: Open,
    proof: Proof,
}

/// A code for a second factor, of an application that says for which.
#[derive(Debug, Clone, Copy)]
pub struct FactorCode<'a> {
    /// Which one was entered.
    pub factor: Factor,
    /// As typed.
    pub code: &'a str,
}

/// Signs in the browser whose second factor this code proves: one of the factor that is asked for, or a
/// recovery code. A try counts before it is judged, and many wrong ones wait as wrong passwords do.
pub async fn answer(
    ctx: &Context,
    token: &ChallengeToken,
    code: &str,
    origin: &Origin,
) -> Result<SignedIn, ChallengeError> {
    let client = ctx.pages_client();
    let typed = Typed::read(code)?;
    let open = challenge::open_challenge(ctx, &mut ctx.store.read().await?, &client, token).await?;
    let judged = judge_second(ctx, token, open, typed, origin).await?;
    let done = retried(async || {
        let mut tx = ctx.store.begin().await?;
        let (locked, asked) = pass_second(ctx, &mut tx, &judged, origin).await?;
        let user = locked.id();
        let done = match asked {
            Some(asked) => SignedIn::NewPassword(asked),
            None => {
                let session = begin::begin(&mut tx, ctx, user, &client, origin).await?;
                SignedIn::Session { username: locked.into_account().username, session }
            }
        };
        events::commit(ctx, tx, user).await?;
        Ok(done)
    })
    .await;
    note_second_failure(ctx, judged.open.user.id, done, origin).await
}

/// The same with a recovery code and nothing else, from a field of its own.
pub async fn answer_with_recovery_code(
    ctx: &Context,
    token: &ChallengeToken,
    code: &str,
    origin: &Origin,
) -> Result<SignedIn, ChallengeError> {
    match recovery::read(code) {
        Some(code) => answer(ctx, token, &code, origin).await,
        None if model::typed::recovery_code(code).is_empty() => Err(CodeFault::Missing.into()),
        None => Err(ChallengeError::WrongRecoveryCode),
    }
}

/// The same for an application, which says which factor it was asked for.
pub async fn answer_for_tokens(
    ctx: &Context,
    client: &ClientId,
    token: &ChallengeToken,
    typed: FactorCode<'_>,
    origin: &Origin,
) -> Result<Entered, ChallengeError> {
    let client = ctx.settings.client(client).ok_or(ChallengeError::Over)?;
    let keys = key_ring::signing_keys(ctx).await?;
    let FactorCode { factor, code } = typed;
    let typed = Typed::read(code)?;
    let open = challenge::open_challenge(ctx, &mut ctx.store.read().await?, &client.id, token).await?;
    if open.waiting.asks.factor() != Some(factor) {
        return Err(ChallengeError::Over);
    }
    let judged = judge_second(ctx, token, open, typed, origin).await?;
    let done = retried(async || {
        let mut tx = ctx.store.begin().await?;
        let (locked, asked) = pass_second(ctx, &mut tx, &judged, origin).await?;
        let user = locked.id();
        let begun = match asked {
            Some(asked) => Err(asked),
            None => {
                let (viewer, refresh) = issue::begin(&mut tx, ctx, locked.user(), client, origin).await?;
                Ok(Grant { viewer, account: locked.into_account(), refresh: Some(refresh) })
            }
        };
        events::commit(ctx, tx, user).await?;
        Ok(begun)
    })
    .await;
    match note_second_failure(ctx, judged.open.user.id, done, origin).await? {
        Ok(grant) => Ok(Entered::Tokens(issue::issue(ctx, &keys, grant)?)),
        Err(asked) => Ok(Entered::NewPassword(asked)),
    }
}

/// Counts the try, and judges what can be judged without taking the sign-in up.
async fn judge_second<'a>(
    ctx: &Context,
    token: &'a ChallengeToken,
    open: Open,
    typed: Typed,
    origin: &Origin,
) -> Result<Judged<'a>, ChallengeError> {
    retried(|| admit_second(ctx, &open.user.sub, origin)).await??;
    let proof = match typed {
        Typed::Recovery(code) => Ok(Proof::Recovery(code)),
        Typed::Code(code) => judge_code(ctx, &open, code, origin).await?,
    };
    let proof = note_second_failure(ctx, open.user.id, proof.map_err(ChallengeError::from), origin).await?;
    Ok(Judged { token, open, proof })
}

/// Compares the code of the factor that is asked for.
async fn judge_code(
    ctx: &Context,
    open: &Open,
    code: String,
    origin: &Origin,
) -> Result<Result<Proof, CodeFault>, ChallengeError> {
    let asked = open.get(open.waiting.asks.factor())?;
    let Some(contact) = &asked.contact else { return Ok(Ok(Proof::App(code))) };
    let entrant = Entrant::Account { user: open.user.id, kind: contact.kind };
    let entry = CodeEntry { purpose: CodePurpose::SignIn, entrant, code: &code, origin };
    let right = one_time_codes::verify(ctx, &entry).await?;
    Ok(right.map(|right| Proof::Contact(asked.factor, right)))
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

/// Takes the sign-in up: the account is as it was when the password was right, nobody has answered
/// before, and what proves the factor is spent. What goes with the session that begins now; or the new
/// password that is asked for instead.
async fn pass_second(
    ctx: &Context,
    tx: &mut Tx,
    judged: &Judged<'_>,
    origin: &Origin,
) -> Result<(LockedAccount, Option<NewPasswordAsked>), ChallengeError> {
    let (open, now) = (&judged.open, ctx.now());
    let locked = LockedAccount::lock(tx, open.user.id).await?.ok_or(ChallengeError::Over)?;
    let user = locked.user();
    if user.disabled {
        return Err(ChallengeError::Disabled);
    }
    if open.waiting.password.was_changed(user) || !challenges::take(tx, judged.token, now).await? {
        return Err(ChallengeError::Over);
    }
    match &judged.proof {
        Proof::App(code) => {
            spend_app_code(ctx, tx, user.id, code).await?;
            factors::used(tx, user.id, Factor::SoftwareToken, now).await?;
        }
        Proof::Contact(factor, right) => {
            right.spend(tx, now).await??;
            factors::used(tx, user.id, *factor, now).await?;
        }
        Proof::Recovery(code) => spend_recovery_code(ctx, tx, &locked, code, origin).await?,
    }
    limits::clear(tx, &second_failures(ctx, &user.sub)).await?;
    after_reset::end(tx, user).await?;
    let asked =
        new_password::demand(tx, ctx, &locked, &PasswordFingerprint::of_user(user), &open.waiting.client)
            .await?;
    if asked.is_none() {
        events::record(tx, user.id, &Event::SignIn { username: user.username.clone() }, now, origin).await?;
        known_origins::note(tx, ctx, user.id, origin).await?;
    }
    Ok((locked, asked))
}

async fn spend_app_code(ctx: &Context, tx: &mut Tx, user: UserId, code: &str) -> Result<(), ChallengeError> {
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
    ctx: &Context,
    tx: &mut Tx,
    locked: &LockedAccount,
    code: &str,
    origin: &Origin,
) -> Result<(), ChallengeError> {
    let (user, now) = (locked.user(), ctx.now());
    match recovery::spend(tx, ctx, user.id, code, now).await? {
        Spent::Now => {}
        Spent::Before => return Err(CodeFault::Used.into()),
        Spent::Unknown => return Err(ChallengeError::WrongRecoveryCode),
    }
    let left = factors::recovery_codes_left(tx, user.id).await?;
    queue_to_all(
        tx,
        &ctx.delivery,
        locked,
        |to, asked| Message::RecoveryCodeUsed { to, left, asked },
        origin,
    )
    .await?;
    Ok(events::record(tx, user.id, &Event::UseRecoveryCode { left }, now, origin).await?)
}

/// The trail tells of every code that was tried in vain: whoever tried it had the password.
async fn note_second_failure<T>(
    ctx: &Context,
    user: UserId,
    done: Result<T, ChallengeError>,
    origin: &Origin,
) -> Result<T, ChallengeError> {
    if let Err(error) = &done
        && let Some(refusal) = error.tried()
    {
        events::record_refusal(ctx, user, &Event::ConfirmSignInFailure(refusal), origin).await?;
    }
    done
}
