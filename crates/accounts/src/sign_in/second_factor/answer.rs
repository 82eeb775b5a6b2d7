//! The code that proves the second factor, or the recovery code in its place.

use crate::Context;
use crate::account::events;
use crate::factors::after_reset;
use crate::factors::recovery;
use crate::one_time_codes::CodeFault;
use crate::sessions::begin;
use crate::sign_in::for_tokens::Entered;
use crate::sign_in::outcome::{NewPasswordAsked, SignedIn};
use crate::sign_in::second_factor::challenge::{self, Open};
use crate::sign_in::second_factor::error::ChallengeError;
use crate::sign_in::second_factor::proof::{self, Entry, Proof, Typed};
use crate::sign_in::{known_origins, new_password};
use crate::tokens::issue::{self, Grant};
use crate::tokens::key_ring;
use model::{Event, Factor};
use nameplate_core::client::ClientId;
use nameplate_core::code::CodePurpose;
use nameplate_core::identity::{ChallengeToken, Origin};
use store::{LockedAccount, PasswordFingerprint, Tx, challenges, retried};

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
    proof::note_failure(ctx, judged.open.user.id, done, origin).await
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
    match proof::note_failure(ctx, judged.open.user.id, done, origin).await? {
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
    let asked = open.get(open.waiting.asks.factor()).ok();
    let (user, sub) = (open.user.id, open.user.sub.as_str());
    let entry = Entry { user, sub, purpose: CodePurpose::SignIn, asked, origin };
    let proof = proof::judge(ctx, entry, typed).await?;
    Ok(Judged { token, open, proof })
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
    judged.proof.spend(tx, ctx, &locked, origin).await?;
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
