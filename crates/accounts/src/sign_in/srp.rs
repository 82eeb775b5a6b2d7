//! Signing in an application without telling the password (operations InitiateAuth, USER_SRP_AUTH, and
//! RespondToAuthChallenge, PASSWORD_VERIFIER).
//!
//! Between the two nothing is remembered here: what the server has to know travels with the client, sealed.

pub(crate) mod ids;
pub(crate) mod srp6a;
pub(crate) mod verifiers;

use crate::limits::{self, LimitName};
use crate::sign_in::failure_counters::FailureCounters;
use crate::sign_in::failures::Claim;
use crate::sign_in::for_tokens::{self, Entered};
use crate::sign_in::outcome::{Proven, SignInError};
use crate::sign_in::srp::srp6a::{Public, SessionKey, Verifier};
use crate::sign_in::srp::verifiers::{SALT, context, salt_of, srp_name};
use crate::sign_in::typed_name::TypedName;
use crate::sign_in::{candidates, failures};
use crate::{Context, Unavailable};
use model::{FieldName, IdentifierKind};
use nameplate_core::client::ClientId;
use nameplate_core::clock::Timestamp;
use nameplate_core::identifiers::{Identifier, username_key};
use nameplate_core::identity::{Origin, UserId};
use nameplate_core::keys::Purpose;
use nameplate_core::srp_id;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use store::srp_verifiers::{self, Name};
use store::users::{self, User};
use store::{Conn, PasswordFingerprint, StoreError, retried};

/// How long a challenge waits for its answer.
const PATIENCE: Duration = Duration::from_secs(3 * 60);

/// What a client computes its proof from.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// What the account is called in this exchange, whether it exists or not.
    pub user_id: String,
    /// In hexadecimal digits, as are the numbers.
    pub salt: String,
    /// The server's public number (`SRP_B`).
    pub public: String,
    /// Comes back with the proof.
    pub secret_block: Vec<u8>,
}

/// What a client answers.
#[derive(Debug, Clone)]
pub struct Proof {
    /// [`Challenge::user_id`], sent back (`USERNAME`).
    pub username: String,
    /// [`Challenge::secret_block`], sent back (`PASSWORD_CLAIM_SECRET_BLOCK`).
    pub secret_block: Vec<u8>,
    /// The client's time, as it was signed (`TIMESTAMP`).
    pub timestamp: String,
    /// The HMAC under the shared key (`PASSWORD_CLAIM_SIGNATURE`).
    pub signature: Vec<u8>,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SrpError {
    /// With such a number no password would be needed.
    #[error("the client's number is none of the group")]
    NotInGroup,
    /// The challenge was answered before, is too old, or another client's.
    #[error("the challenge is no longer open")]
    Over,
    /// What may stop every sign-in, a wrong password among it.
    #[error(transparent)]
    SignIn(#[from] SignInError),
}

impl From<StoreError> for SrpError {
    fn from(error: StoreError) -> Self {
        Self::SignIn(error.into())
    }
}

/// The sealed state of an exchange. Every field is as long for nobody as for somebody.
#[derive(Serialize, Deserialize)]
struct Block {
    client: ClientId,
    /// What was typed, in canonical form: failures count for that.
    name: String,
    user_id: String,
    /// 16 hexadecimal digits.
    user: String,
    /// Which password it is about.
    password: PasswordFingerprint,
    key: String,
    until: Timestamp,
    /// Makes it one of a kind.
    number: String,
}

/// Who is meant, as far as the exchange shows.
struct Meant {
    user: UserId,
    user_id: String,
    password: PasswordFingerprint,
    salt: Vec<u8>,
    verifier: Verifier,
}

/// Begins an exchange. For a name that is nobody's it looks and works the same, and fails at the end.
///
/// # Errors
/// The client's number is one that would make passwords needless; too many exchanges from this network.
pub async fn challenge(
    ctx: &Context,
    client: &ClientId,
    typed: &str,
    public: &str,
    origin: &Origin,
) -> Result<Challenge, SrpError> {
    let typed = TypedName::read(ctx, typed);
    let client = ctx.settings.client(client).ok_or(SignInError::UnknownClient)?.id.clone();
    if typed.text.is_empty() {
        return Err(SignInError::Missing(vec![FieldName::Username]).into());
    }
    let public = Public::from_hex(public).ok_or(SrpError::NotInGroup)?;
    retried(|| admit_challenge(ctx, origin)).await?;
    let meant = meant(ctx, &typed, origin).await?;
    let (ours, key) = computed(ctx, public, meant.verifier).await?;
    let block = Block {
        client,
        name: typed.key(),
        user_id: meant.user_id.clone(),
        user: format!("{:016x}", meant.user.0),
        password: meant.password,
        key: srp6a::hex(&key),
        until: ctx.now().plus(PATIENCE),
        number: ctx.entropy.token(),
    };
    Ok(Challenge {
        user_id: meant.user_id,
        salt: srp6a::hex(&meant.salt),
        public: ours.to_hex(),
        secret_block: sealed(ctx, &block)?,
    })
}

async fn admit_challenge(ctx: &Context, origin: &Origin) -> Result<(), SignInError> {
    if origin.tally.is_paid() {
        return Ok(());
    }
    let mut tx = ctx.store.begin().await?;
    limits::count_from_network(&mut tx, ctx, LimitName::SrpChallenges, origin).await??;
    tx.commit().await?;
    origin.tally.count();
    Ok(())
}

/// The exponentiations take a few milliseconds.
async fn computed(
    ctx: &Context,
    public: Public,
    verifier: Verifier,
) -> Result<(Public, SessionKey), SignInError> {
    let entropy = Arc::clone(&ctx.entropy);
    let done = tokio::task::spawn_blocking(move || srp6a::challenge(&public, &verifier, &*entropy)).await;
    done.map_err(|error| Unavailable(Box::new(error)).into())
}

fn sealed(ctx: &Context, block: &Block) -> Result<Vec<u8>, SignInError> {
    let text = serde_json::to_vec(block).map_err(StoreError::unreadable)?;
    Ok(ctx.keys.seal(Purpose::Srp, &text, b"challenge", &*ctx.entropy))
}

/// What the account is called depends on what was typed, and not on whether there is one: a username is
/// called by its canonical form, such a name by itself, and what else names an account, a contact most often, by
/// the account's own name for this.
async fn meant(ctx: &Context, typed: &TypedName, origin: &Origin) -> Result<Meant, StoreError> {
    // The account whose password would be compared.
    let user = candidates::candidates(ctx, typed.who.as_ref(), origin).await?.into_iter().flatten().next();
    let mut conn = ctx.store.read().await?;
    let id = user.as_ref().map_or(UserId::NOBODY, |user| user.id);
    let (kind, user_id) = called(ctx, &mut conn, typed, user.as_ref()).await?;
    let sealed = srp_verifiers::get(&mut conn, id, kind).await?;
    drop(conn);
    let hash = user.as_ref().and_then(|user| user.comparable_hash(ctx.now())).unwrap_or_default().to_owned();
    let kept = sealed.and_then(|sealed| ctx.keys.open(Purpose::Srp, &sealed, &context(id, kind, &hash)).ok());
    let known = kept.and_then(|kept| {
        let (salt, verifier) = kept.split_at_checked(SALT)?;
        Some((salt.to_vec(), Verifier::from_bytes(verifier)?))
    });
    let nobody = Verifier::of_nobody(ctx.entropy.bytes());
    let (salt, verifier) = known.unwrap_or_else(|| (salt_of(ctx, &user_id), nobody));
    Ok(Meant { user: id, user_id, password: PasswordFingerprint::of(&hash), salt, verifier })
}

/// What somebody who typed this is told to call the account.
async fn called(
    ctx: &Context,
    conn: &mut Conn,
    typed: &TypedName,
    user: Option<&User>,
) -> Result<(Name, String), StoreError> {
    let is_username = match &typed.who {
        Some(who) => matches!(who, Identifier::Username(_)),
        None => ctx.settings.sign_in.kind_of(&typed.text) == IdentifierKind::Username,
    };
    let key = username_key(&typed.text);
    if srp_id::is_marked(&ctx.keys, &key) {
        return Ok((Name::Id, key));
    }
    if is_username && !srp_id::has_form(&key) {
        return Ok((Name::Username, key));
    }
    let made_up = ids::made_up(conn, ctx, &typed.key()).await?;
    Ok(match user {
        Some(User { srp_id: Some(own), .. }) => (Name::Id, own.clone()),
        Some(user) => (Name::Sub, user.sub.clone()),
        None => (Name::Id, made_up),
    })
}

/// Ends an exchange: signs in whoever has computed the same key, and so has the password.
///
/// A try counts before it is judged, as with a password; and a challenge is answered once.
pub async fn answer(
    ctx: &Context,
    client: &ClientId,
    proof: &Proof,
    origin: &Origin,
) -> Result<Entered, SrpError> {
    let client = ctx.settings.client(client).ok_or(SignInError::UnknownClient)?;
    let opened = ctx.keys.open(Purpose::Srp, &proof.secret_block, b"challenge").ok();
    let block: Block =
        opened.and_then(|text| serde_json::from_slice(&text).ok()).ok_or(SignInError::WrongCredentials)?;
    if block.client != client.id || block.until <= ctx.now() {
        return Err(SrpError::Over);
    }
    if !origin.tally.is_paid() {
        retried(|| use_up(ctx, &block)).await?;
    }
    let user = u64::from_str_radix(&block.user, 16).map_or(UserId::NOBODY, |it| UserId(it.cast_signed()));
    let (failures, claim) = (FailureCounters::of(ctx, &block.name, origin), Claim::NameOf(user));
    let admitted = retried(|| failures::admit_sign_in(ctx, &failures, claim, origin)).await?;
    admitted.map_err(SignInError::from)?;
    let user = users::by_id(&mut ctx.store.read().await?, user).await?;
    let right = is_proven(ctx, &block, proof) && is_called(ctx, &block, &proof.username, user.as_ref());
    let compared = |user: &User| {
        user.comparable_hash(ctx.now()).is_some_and(|hash| PasswordFingerprint::of(hash) == block.password)
    };
    match user.filter(|user| !right || compared(user)) {
        Some(user) if right && !user.has_password() => {
            retried(|| failures::note_failure(ctx, &failures, Some(&user), origin)).await?;
            Err(SignInError::ResetRequired.into())
        }
        Some(user) if right => {
            failures::refuse_disabled(ctx, &user, &failures, origin).await?;
            Ok(for_tokens::issue_tokens(ctx, &Proven { user, rehashed: None, failures }, client, origin)
                .await?)
        }
        user => {
            retried(|| failures::note_failure(ctx, &failures, user.as_ref(), origin)).await?;
            Err(SignInError::WrongCredentials.into())
        }
    }
}

async fn use_up(ctx: &Context, block: &Block) -> Result<(), SrpError> {
    let now = ctx.now();
    let key = limits::key(ctx, LimitName::SrpAnswers, &[&block.number]);
    let mut tx = ctx.store.begin().await?;
    let first = limits::count(&mut tx, &key, LimitName::SrpAnswers.rate(&ctx.settings), now).await?.is_ok();
    if !first {
        return Err(SrpError::Over);
    }
    Ok(tx.commit().await?)
}

fn is_proven(ctx: &Context, block: &Block, proof: &Proof) -> bool {
    let mut key = SessionKey::default();
    for (byte, digits) in key.iter_mut().zip(block.key.as_bytes().chunks(2)) {
        *byte = std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .unwrap_or_default();
    }
    let parts =
        [srp_name(ctx).as_bytes(), block.user_id.as_bytes(), &proof.secret_block, proof.timestamp.as_bytes()];
    srp6a::proves(&key, &parts, &proof.signature)
}

/// Clients call the account as they were told to, or as it was typed.
fn is_called(ctx: &Context, block: &Block, username: &str, user: Option<&User>) -> bool {
    let as_typed = ctx.settings.identifier(username).is_some_and(|who| who.to_key() == block.name);
    as_typed
        || username == block.user_id
        || user.is_some_and(|user| username == user.sub || username == user.username)
        || user.and_then(|user| user.srp_id.as_deref()) == Some(username)
}

#[cfg(test)]
mod tests;
