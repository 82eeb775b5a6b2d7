//! Signing in with a password (operation InitiateAuth, USER_PASSWORD_AUTH).

use crate::Context;
use crate::account::events;
use crate::limits::ceiling;
use crate::one_time_codes::{self, NamedCodes, Requester, admission};
use crate::password::costs::{self, Among};
use crate::sessions::begin;
use crate::sign_in::admission::{Admission, admit};
use crate::sign_in::candidates::candidates;
use crate::sign_in::failure_counters::FailureCounters;
use crate::sign_in::failures::{Claim, admit_sign_in, note_failure, refuse_disabled};
use crate::sign_in::outcome::{Proven, SignInError, SignedIn};
use crate::sign_in::second_factor::challenge::{Door, SignInRequest};
use crate::sign_in::srp::verifiers;
use crate::sign_in::typed_name::TypedName;
use crate::sign_up::code::{self, Asking};
use crate::sign_up::entered::{self, Entered};
use model::{ErrorCode, FieldName, FormErrors, Password};
use nameplate_core::client::ClientId;
use nameplate_core::code::{CodePurpose, CodeScope};
use nameplate_core::identifiers::Identifier;
use nameplate_core::identity::{BrowserTicket, Origin};
use store::waiting::{self, Waiting};
use store::{StoreError, retried, tickets};

/// Who somebody says to be, and how it is proven.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// A username, or a proven email address or phone number, as far as the settings allow.
    pub username: String,
    /// The account's password.
    pub password: Password,
}

impl From<SignInError> for FormErrors {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Missing(fields) => Self {
                form: None,
                fields: fields.into_iter().map(|field| (field, ErrorCode::Missing)).collect(),
            },
            SignInError::UnknownClient => Self::form(ErrorCode::BadRequest),
            SignInError::WrongCredentials => Self::form(ErrorCode::WrongCredentials),
            SignInError::ResetRequired => Self::form(ErrorCode::ResetRequired),
            SignInError::Disabled => Self::form(ErrorCode::Disabled),
            SignInError::Common(common) => common.into(),
        }
    }
}

/// Signs in. For a name that is nobody's the answer, and the work for it, is that of a wrong password.
///
/// After some failures of one name from one network each further try has to wait, twice as long every
/// time; a try counts before the password is compared, so that many at once gain nothing.
pub async fn with_password(
    ctx: &Context,
    client: &ClientId,
    form: SignIn,
    origin: &Origin,
) -> Result<SignedIn, SignInError> {
    let client = &ctx.settings.client(client).ok_or(SignInError::UnknownClient)?.id;
    let proven = check_password(ctx, &form, origin).await?;
    let done = match proven.user.confirmed {
        true => retried(|| begin_session(ctx, &proven, client, origin)).await?,
        false => resume(ctx, &proven, origin).await?,
    };
    verifiers::renew_verifiers(ctx, &proven, &form.password).await;
    Ok(done)
}

/// Whose name and password these are.
pub(crate) async fn check_password(
    ctx: &Context,
    form: &SignIn,
    origin: &Origin,
) -> Result<Proven, SignInError> {
    let typed = TypedName::read(ctx, &form.username);
    let empty = [
        (typed.text.is_empty(), FieldName::Username),
        (form.password.reveal().is_empty(), FieldName::Password),
    ];
    let missing: Vec<_> = empty.into_iter().filter_map(|(empty, field)| empty.then_some(field)).collect();
    if !missing.is_empty() {
        return Err(SignInError::Missing(missing));
    }
    let failures = FailureCounters::of(ctx, &typed.key(), origin);
    retried(|| admit_sign_in(ctx, &failures, Claim::Name(typed.who.as_ref()), origin)).await??;
    let proven = prove(ctx, &typed, &form.password, failures, origin).await?;
    refuse_disabled(ctx, &proven.user, &proven.failures, origin).await?;
    Ok(proven)
}

async fn begin_session(
    ctx: &Context,
    proven: &Proven,
    client: &ClientId,
    origin: &Origin,
) -> Result<SignedIn, SignInError> {
    let user = &proven.user;
    let mut tx = ctx.store.begin().await?;
    let request = SignInRequest { client, door: Door::Browser, origin };
    let done = match admit(ctx, &mut tx, proven, request).await? {
        Admission::Asked(asked) => asked.into(),
        Admission::Admitted(locked) => {
            let session = begin::begin(&mut tx, ctx, locked.id(), client, origin).await?;
            SignedIn::Session { username: user.username.clone(), session }
        }
    };
    events::commit(ctx, tx, user.id).await?;
    Ok(done)
}

/// The account that has this name and this password.
///
/// A username is compared with one hash: the account's, or else that of one sign-up that waits. A
/// contact, where people sign up by one, with two: the account's, and that of a newer sign-up. If the
/// code step could be reached only where nobody owns the contact, it would tell who owns one.
async fn prove(
    ctx: &Context,
    typed: &TypedName,
    password: &Password,
    failures: FailureCounters,
    origin: &Origin,
) -> Result<Proven, SignInError> {
    let now = ctx.now();
    let candidates = candidates(ctx, typed.who.as_ref(), origin).await?;
    let costs = costs::in_use(&mut ctx.store.read().await?).await?;
    let known = candidates.iter().flatten().next().cloned();
    for (place, candidate) in candidates.into_iter().enumerate() {
        let verdict = match candidate.as_ref().and_then(|user| user.comparable_hash(now)) {
            Some(hash) => ctx.passwords.verify(Some(hash), password).await?,
            None => {
                let name = format!("{place} {}", typed.key());
                let cost = costs.for_nobody(ctx, &name, among(ctx, typed, place));
                ctx.passwords.verify_for_nobody(cost, password).await?
            }
        };
        let Some(user) = candidate.filter(|_| verdict.matches) else { continue };
        if !user.has_password() {
            retried(|| note_failure(ctx, &failures, Some(&user), origin)).await?;
            return Err(SignInError::ResetRequired);
        }
        let rehashed = match verdict.outdated {
            true => Some(ctx.passwords.hash(password, &*ctx.entropy).await?),
            false => None,
        };
        return Ok(Proven { user, rehashed, failures });
    }
    retried(|| note_failure(ctx, &failures, known.as_ref(), origin)).await?;
    Err(SignInError::WrongCredentials)
}

/// A text message counts for the installation, whatever proves who asks.
pub(crate) async fn resume(ctx: &Context, proven: &Proven, origin: &Origin) -> Result<SignedIn, SignInError> {
    let waiting = waiting::by_id(&mut ctx.store.read().await?, proven.user.id).await?;
    let target: Vec<_> = waiting.and_then(|it| it.target).into_iter().collect();
    let has_taken = ceiling::take_text(ctx, &target).await??;
    let done = retried(|| resume_sign_up(ctx, proven, origin)).await;
    if has_taken && done.is_err() {
        ceiling::give_text_back(ctx).await;
    }
    done
}

/// Whose hash would be at this place among the candidates.
fn among(ctx: &Context, typed: &TypedName, place: usize) -> Among {
    let by_contact = matches!(typed.who, Some(Identifier::Contact(..)));
    match (ctx.settings.has_usernames(), place) {
        (true, _) if by_contact => Among::Accounts,
        (true, _) => Among::Both,
        (false, 0) => Among::Accounts,
        (false, _) => Among::WaitingSignUps,
    }
}

/// Right password, but no code yet: a fresh code, unless one was asked for just now, and a ticket.
async fn resume_sign_up(ctx: &Context, proven: &Proven, origin: &Origin) -> Result<SignedIn, SignInError> {
    let (user, now) = (&proven.user, ctx.now());
    let ticket = BrowserTicket::generate(&*ctx.entropy);
    let mut tx = ctx.store.begin().await?;
    let waiting = waiting::lock(&mut tx, user.id).await?.filter(|it| !proven.was_changed(&it.user));
    let waiting = waiting.ok_or(SignInError::WrongCredentials)?; // at this moment; the next try finds it so
    if waiting.user.disabled {
        return Err(SignInError::Disabled);
    }
    let target = waiting.target.as_ref().ok_or(SignInError::WrongCredentials)?;
    proven.failures.clear(&mut tx).await?;
    let stored = tickets::Stored {
        user: user.id,
        is_holder: true,
        attributes: sealed_for(ctx, &ticket, &waiting)?,
        proven_at: None,
    };
    tickets::insert(&mut tx, &ticket, &stored, now, now.plus(BrowserTicket::LIFETIME)).await?;
    let (requester, told) = (Requester::ticket(&ticket), waiting.told());
    let asker = NamedCodes::new(CodePurpose::SignUp, &told).asked_by(&requester);
    admission::admit(&mut tx, ctx, asker).await??;
    let requesters = Requester::of_sign_up(ctx, &ticket, origin);
    let codes = NamedCodes::new(CodePurpose::SignUp, &waiting.name);
    admission::give_tries_back(&mut tx, ctx, codes, &requesters).await?;
    let scope = CodeScope { user: user.id, purpose: CodePurpose::SignUp };
    let is_sent = code::no_texts(&ctx.settings, target).is_none();
    if !one_time_codes::share_newest(&mut tx, ctx, scope, &requesters, origin).await? && is_sent {
        let before = waiting.user.contested.then_some(waiting.created_at);
        let asking = Asking { user: &waiting.user, target, requesters: &requesters, origin, before };
        code::request(&mut tx, ctx, &asking).await?;
    }
    events::commit(ctx, tx, user.id).await?;
    Ok(SignedIn::Unconfirmed(ticket))
}

/// Whoever knows the password of a sign-up may have what was entered with it.
fn sealed_for(
    ctx: &Context,
    ticket: &BrowserTicket,
    waiting: &Waiting,
) -> Result<Option<Vec<u8>>, StoreError> {
    let entered = Entered { username: waiting.user.username.clone(), attributes: waiting.attributes.clone() };
    entered::seal(ctx, ticket, &entered).map(Some)
}

#[cfg(test)]
mod tests;
