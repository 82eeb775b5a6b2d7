//! Signing in with a passkey, and nothing else: the device has proven its user, so it is two factors in one.

use crate::Context;
use crate::account::events;
use crate::error::{CommonError, common_error};
use crate::factors::after_reset;
use crate::passkeys::ceremony::Answer;
use crate::passkeys::questions::{self, Question, handle, user_handle};
use crate::sessions::begin;
use crate::sign_in::failure_counters::FailureCounters;
use crate::sign_in::failures::Claim;
use crate::sign_in::{failures, known_origins};
use model::{ErrorCode, Event, FormErrors};
use nameplate_core::client::ClientId;
use nameplate_core::identity::{NewSession, Origin, SessionProof};
use store::passkeys::{self, Kept};
use store::users::{self, User};
use store::{StoreError, Tx, retried, sessions};

/// What every question to whoever signs in is about.
const ABOUT: &str = "a sign-in with a passkey";

/// What a page sends when a passkey has answered.
#[derive(Debug, Clone, Default)]
pub struct PasskeySignIn {
    /// Of the question that was answered.
    pub state: String,
    /// The answer: an `AuthenticationResponseJSON` (WebAuthn level 3, section 5.1).
    pub credential: String,
}

/// The passkey was right.
#[derive(Debug, Clone)]
pub struct SignedInWithPasskey {
    /// As typed at sign-up; the `sub`, where people have no username.
    pub username: String,
    /// What the browser goes on with.
    pub session: NewSession,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInWithPasskeyError {
    /// The settings no longer have the client that the pages sign in to.
    #[error("no such app client")]
    UnknownClient,
    /// Nobody has that passkey (any more), or the answer isn't right.
    #[error("no such passkey, or a wrong answer")]
    WrongPasskey,
    /// Its `state` isn't one that was given out lately, or is spent.
    #[error("the question is too old, or was answered before")]
    Over,
    /// The passkey was right, and the operator lets nobody sign in to this account.
    #[error("the account is disabled")]
    Disabled,
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(SignInWithPasskeyError);

impl From<SignInWithPasskeyError> for FormErrors {
    fn from(error: SignInWithPasskeyError) -> Self {
        match error {
            SignInWithPasskeyError::UnknownClient => Self::form(ErrorCode::BadRequest),
            SignInWithPasskeyError::WrongPasskey => Self::form(ErrorCode::WrongPasskey),
            SignInWithPasskeyError::Over => Self::form(ErrorCode::ChallengeOver),
            SignInWithPasskeyError::Disabled => Self::form(ErrorCode::Disabled),
            SignInWithPasskeyError::Common(common) => common.into(),
        }
    }
}

/// What a browser has to ask of an authenticator to sign somebody in. It names nobody, and nothing is
/// written for it.
pub fn ask_for_passkey(ctx: &Context) -> Result<Question, SignInWithPasskeyError> {
    let party = questions::relying_party(ctx).ok_or(SignInWithPasskeyError::WrongPasskey)?;
    Ok(questions::question(ctx, ABOUT, party.ask_for_any()?)?)
}

/// Signs in whoever's passkey has answered. A try counts before it is judged, as with a password.
///
/// What a passkey is called is random, and only its authenticator and this service know it: that nobody
/// has one of some name tells a stranger nothing.
pub async fn with_passkey(
    ctx: &Context,
    client: &ClientId,
    form: &PasskeySignIn,
    origin: &Origin,
) -> Result<SignedInWithPasskey, SignInWithPasskeyError> {
    let client = &ctx.settings.client(client).ok_or(SignInWithPasskeyError::UnknownClient)?.id;
    let proven = judge(ctx, ABOUT, form, origin).await?;
    if proven.user.disabled {
        retried(|| note_refused_passkey(ctx, Some((&proven.kept, &proven.user)), origin)).await?;
        return Err(SignInWithPasskeyError::Disabled);
    }
    retried(|| begin_with_passkey(ctx, &proven, client, origin)).await
}

/// A passkey whose answer was right.
pub(crate) struct ProvenPasskey {
    pub(crate) kept: Kept,
    pub(crate) user: User,
    /// What is kept of it from now on.
    pub(crate) state: Vec<u8>,
    /// What counts the wrong answers.
    pub(crate) failures: FailureCounters,
}

impl ProvenPasskey {
    /// Spends the answer, in the transaction of what it allows.
    pub(crate) async fn spend(&self, tx: &mut Tx, ctx: &Context) -> Result<(), SignInWithPasskeyError> {
        self.failures.clear(tx).await?;
        if !passkeys::used(tx, self.user.id, &self.kept, &self.state, ctx.now()).await? {
            // Removed meanwhile, or its counter has moved: then this answer was held against an old one.
            return Err(SignInWithPasskeyError::WrongPasskey);
        }
        Ok(())
    }
}

/// Counts the try, and judges the answer to a question about this.
pub(crate) async fn judge(
    ctx: &Context,
    about: &str,
    form: &PasskeySignIn,
    origin: &Origin,
) -> Result<ProvenPasskey, SignInWithPasskeyError> {
    let party = questions::relying_party(ctx).ok_or(SignInWithPasskeyError::WrongPasskey)?;
    let answer = Answer::parse(&form.credential);
    let credential = answer.as_ref().map(Answer::credential).unwrap_or_default();
    let failures = FailureCounters::of(ctx, &format!("passkey {}", handle(&credential)), origin);
    retried(|| failures::admit_sign_in(ctx, &failures, Claim::Proven, origin)).await??;
    let asked = questions::take_up(ctx, about, &form.state).await?.ok_or(SignInWithPasskeyError::Over)?;
    let answer = answer.ok_or(SignInWithPasskeyError::WrongPasskey)?;
    let found = passkeys::find(&mut ctx.store.read().await?, &credential).await?;
    let proven =
        found.as_ref().and_then(|(kept, user)| party.proven(&asked, &answer, kept, user_handle(&user.sub)));
    match (found, proven) {
        (Some((kept, user)), Some(state)) => Ok(ProvenPasskey { kept, user, state, failures }),
        (found, _) => {
            retried(|| note_refused_passkey(ctx, found.as_ref().map(|(kept, user)| (kept, user)), origin))
                .await?;
            Err(SignInWithPasskeyError::WrongPasskey)
        }
    }
}

async fn begin_with_passkey(
    ctx: &Context,
    proven: &ProvenPasskey,
    client: &ClientId,
    origin: &Origin,
) -> Result<SignedInWithPasskey, SignInWithPasskeyError> {
    let (now, kept) = (ctx.now(), &proven.kept);
    let mut tx = ctx.store.begin().await?;
    let user = match users::lock(&mut tx, proven.user.id).await? {
        Some(user) if user.disabled => return Err(SignInWithPasskeyError::Disabled),
        Some(user) if user.confirmed => user,
        _ => return Err(SignInWithPasskeyError::WrongPasskey),
    };
    proven.spend(&mut tx, ctx).await?;
    after_reset::end(&mut tx, &user).await?;
    let event = Event::SignInWithPasskey { username: user.username.clone(), passkey: kept.name.clone() };
    events::record(&mut tx, user.id, &event, now, origin).await?;
    known_origins::note(&mut tx, ctx, user.id, origin).await?;
    let session = begin::begin(&mut tx, ctx, user.id, client, origin).await?;
    sessions::set_proof(&mut tx, session.id(), SessionProof::Passkey).await?;
    events::commit(ctx, tx, user.id).await?;
    Ok(SignedInWithPasskey { username: user.username, session })
}

/// Its owner sees in the trail that somebody has tried, with which passkey.
async fn note_refused_passkey(
    ctx: &Context,
    found: Option<(&Kept, &User)>,
    origin: &Origin,
) -> Result<(), StoreError> {
    let Some((kept, user)) = found else { return Ok(()) };
    let mut tx = ctx.store.begin().await?;
    let Some(user) = users::lock(&mut tx, user.id).await? else { return Ok(()) };
    let event = Event::SignInWithPasskeyFailure { username: user.username, passkey: kept.name.clone() };
    events::record(&mut tx, user.id, &event, ctx.now(), origin).await?;
    events::commit(ctx, tx, user.id).await
}
