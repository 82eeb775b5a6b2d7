//! What an application is signed in by: an access token and an ID token, which are signed and short-lived,
//! and a refresh token, which is exchanged for new ones.
//!
//! The session behind them is a row like that of a browser; `origin_jti` is its id. Where it ends, they end.

use crate::attributes::profile::{self, UserInfo};
use crate::sessions::{begin, viewer};
use crate::tokens::key_ring;
use crate::tokens::signing_keys::SigningKeys;
use crate::{Context, Unavailable};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Standard;
use nameplate_core::client::TokenTimes;
use nameplate_core::clock::Timestamp;
use nameplate_core::entropy::Entropy;
use nameplate_core::identity::{Origin, SessionId, SignedInBy, Viewer};
use nameplate_core::keys::{Keys, Purpose};
use nameplate_core::settings::AppClient;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::time::Duration;
use store::profile::Account;
use store::users::User;
use store::{StoreError, Tx, refresh_tokens};

/// What an access token is good for: the operations of this service.
const SCOPE: &str = "aws.cognito.signin.user.admin";

/// The tokens of a session.
#[derive(Clone)]
pub struct Tokens {
    /// For this service's operations, and for the APIs of applications (`AccessToken`).
    pub access: String,
    /// Who signed in, with the attributes that the client may read (`IdToken`).
    pub id: String,
    /// `None`: the one that was exchanged goes on.
    pub refresh: Option<String>,
    /// Of the access token and the ID token.
    pub expires_in: Duration,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

/// Why an access token proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum AccessTokenError {
    /// It isn't one of ours.
    #[error("not an access token of this pool")]
    Invalid,
    /// Its `exp` is past.
    #[error("expired")]
    Expired,
    /// The session has ended.
    #[error("revoked")]
    Revoked,
    /// Its `scope` isn't the one that the operations ask for.
    #[error("not for this service's operations")]
    Scope,
    /// The database, or the hashing of passwords, failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// A refresh token: two times 256 random bits. The first half stays the same as long as the session lasts, so
/// that an old token is known for what it is; the second is another after each exchange.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RefreshToken {
    family: String,
    secret: String,
}

impl RefreshToken {
    fn generate(entropy: &dyn Entropy) -> Self {
        Self { family: entropy.token(), secret: entropy.token() }
    }

    /// `None`: it can't be one of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_half = |text: &str| URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
        let (family, secret) =
            text.split_once('.').filter(|(family, secret)| is_half(family) && is_half(secret))?;
        Some(Self { family: family.to_owned(), secret: secret.to_owned() })
    }

    /// As it travels.
    pub(crate) fn reveal(&self) -> String {
        format!("{}.{}", self.family, self.secret)
    }

    pub(crate) fn family(&self) -> [u8; 32] {
        Sha256::digest(self.family.as_bytes()).into()
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret.as_bytes()).into()
    }

    /// Those that may follow, for each of the keys, newest first. Which one it is depends on nothing else, so
    /// whoever lost the answer and asks again gets the same.
    pub(crate) fn followers(&self, keys: &Keys) -> Vec<Self> {
        let digests = keys.digests(
            Purpose::Tokens,
            &[b"the refresh token after", self.family.as_bytes(), self.secret.as_bytes()],
        );
        digests
            .iter()
            .map(|digest| Self { family: self.family.clone(), secret: URL_SAFE_NO_PAD.encode(digest) })
            .collect()
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(…)")
    }
}

#[derive(Serialize, Deserialize)]
struct AccessClaims {
    sub: String,
    username: String,
    client_id: String,
    token_use: String,
    scope: String,
    iss: String,
    jti: String,
    origin_jti: String,
    auth_time: i64,
    iat: i64,
    exp: i64,
}

/// Begins a session of an application.
pub(crate) async fn begin(
    tx: &mut Tx,
    ctx: &Context,
    user: &User,
    client: &AppClient,
    origin: &Origin,
) -> Result<(Viewer, RefreshToken), StoreError> {
    let now = ctx.clock.now();
    let session = begin::begin_for_tokens(tx, ctx, user.id, client, origin).await?;
    let refresh = RefreshToken::generate(&*ctx.entropy);
    refresh_tokens::insert(tx, session, &refresh.family(), &refresh.hash(), now).await?;
    let viewer = Viewer {
        user: user.id,
        session,
        client: client.id.clone(),
        username: user.username.clone(),
        signed_in_at: now,
        by: SignedInBy::Tokens,
    };
    Ok((viewer, refresh))
}

/// Who issues the tokens: the address of the user pool.
pub fn issuer(ctx: &Context) -> String {
    format!("{}/{}", ctx.settings.public_url, ctx.id)
}

/// Who holds this access token. One read.
///
/// # Errors
/// It isn't one of ours or no access token, has expired, or its session has ended.
pub async fn viewer_of_access_token(ctx: &Context, token: &str) -> Result<Viewer, AccessTokenError> {
    let session = session_of_access_token(ctx, token).await?;
    let viewer = viewer::viewer_of_session(ctx, session).await?.ok_or(AccessTokenError::Revoked)?;
    Ok(Viewer { by: SignedInBy::Tokens, ..viewer })
}

/// The same with what it may be told of the account (operation GetUser). One read.
///
/// # Errors
/// As before.
pub async fn info_of_access_token(
    ctx: &Context,
    token: &str,
) -> Result<(Viewer, UserInfo), AccessTokenError> {
    let session = session_of_access_token(ctx, token).await?;
    let (viewer, info) = viewer::session_with_info(ctx, session).await?.ok_or(AccessTokenError::Revoked)?;
    Ok((Viewer { by: SignedInBy::Tokens, ..viewer }, info))
}

/// The session that it is for, whether that still lives or not.
async fn session_of_access_token(ctx: &Context, token: &str) -> Result<SessionId, AccessTokenError> {
    let claims: AccessClaims =
        key_ring::signing_keys(ctx).await?.open(token).ok_or(AccessTokenError::Invalid)?;
    if claims.token_use != "access" || claims.iss != issuer(ctx) {
        return Err(AccessTokenError::Invalid);
    }
    if claims.exp <= ctx.now().secs() {
        return Err(AccessTokenError::Expired);
    }
    if !claims.scope.split(' ').any(|scope| scope == SCOPE) {
        return Err(AccessTokenError::Scope);
    }
    let id = URL_SAFE_NO_PAD.decode(&claims.origin_jti).ok().and_then(|id| id.try_into().ok());
    id.map(SessionId).ok_or(AccessTokenError::Invalid)
}

/// What the application may read of the account, as claims (OpenID Connect Core 1.0, section 5.3).
pub fn user_info(_ctx: &Context, viewer: &Viewer, info: &UserInfo) -> Map<String, Value> {
    let mut claims = attribute_claims(info);
    claims.insert("username".into(), viewer.username.as_str().into());
    claims
}

/// What tokens are issued for.
pub(crate) struct Grant {
    pub(crate) viewer: Viewer,
    /// As it stands at this moment.
    pub(crate) account: Account,
    /// `None`: the application goes on with the one that it has.
    pub(crate) refresh: Option<RefreshToken>,
}

/// Signs what the application is told at this moment.
pub(crate) fn issue(ctx: &Context, keys: &SigningKeys, grant: Grant) -> Result<Tokens, Unavailable> {
    let Grant { viewer, account, refresh } = grant;
    let expires_in =
        ctx.settings.client(&viewer.client).map_or_else(TokenTimes::default, |client| client.tokens).access;
    let now = ctx.now();
    let (iat, exp, auth_time) = (now.secs(), now.plus(expires_in).secs(), viewer.signed_in_at.secs());
    let (iss, origin_jti, sub) = (issuer(ctx), URL_SAFE_NO_PAD.encode(viewer.session.0), account.sub.clone());
    let mut id = attribute_claims(&profile::info_of(ctx, &viewer, account));
    let own = json!({
        "sub": sub, "cognito:username": viewer.username, "aud": viewer.client, "token_use": "id", "iss": iss,
        "jti": ctx.entropy.uuid_v4(), "origin_jti": origin_jti, "auth_time": auth_time, "iat": iat, "exp": exp,
    });
    id.extend(own.as_object().cloned().unwrap_or_default());
    let access = AccessClaims {
        sub,
        username: viewer.username.clone(),
        client_id: viewer.client.0.clone(),
        token_use: "access".into(),
        scope: SCOPE.into(),
        iss,
        jti: ctx.entropy.uuid_v4(),
        origin_jti,
        auth_time,
        iat,
        exp,
    };
    let refresh = refresh.as_ref().map(RefreshToken::reveal);
    Ok(Tokens { access: keys.sign(&access)?, id: keys.sign(&id)?, refresh, expires_in })
}

/// What the client may read, in the types that OpenID Connect has for it (Core 1.0, section 5.1).
fn attribute_claims(info: &UserInfo) -> Map<String, Value> {
    let claims = info.attributes.iter().map(|(name, value)| {
        let value = match name.standard() {
            Some(Standard::EmailVerified | Standard::PhoneNumberVerified) => Value::Bool(value == "true"),
            Some(Standard::UpdatedAt) => value.parse::<i64>().map_or(Value::Null, Value::from),
            Some(Standard::Address) => json!({ "formatted": value }),
            // A team's own are texts as well.
            Some(
                Standard::Sub
                | Standard::Name
                | Standard::GivenName
                | Standard::MiddleName
                | Standard::FamilyName
                | Standard::Nickname
                | Standard::PreferredUsername
                | Standard::Profile
                | Standard::Picture
                | Standard::Website
                | Standard::Email
                | Standard::Gender
                | Standard::Birthdate
                | Standard::Zoneinfo
                | Standard::Locale
                | Standard::PhoneNumber,
            )
            | None => Value::from(value.as_str()),
        };
        (name.as_str().to_owned(), value)
    });
    claims.collect()
}

/// For how long a token that was exchanged may be exchanged again: an answer can be lost, and two windows can
/// ask at once.
pub(crate) const OVERTAKEN: Duration = Duration::from_secs(60);

/// Whether something that happened then still counts as just now.
pub(crate) fn is_just_now(then: Timestamp, now: Timestamp) -> bool {
    now.since(then) < OVERTAKEN
}

#[cfg(test)]
mod tests;
