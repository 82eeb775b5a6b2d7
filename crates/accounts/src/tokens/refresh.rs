//! New tokens for a refresh token (operations GetTokensFromRefreshToken and InitiateAuth,
//! REFRESH_TOKEN_AUTH), and the end of one (operation RevokeToken).

use crate::account::events;
use crate::sessions::viewer;
use crate::tokens::issue::{self, Grant, RefreshToken, Tokens, is_just_now};
use crate::tokens::key_ring;
use crate::{Context, Unavailable};
use model::Event;
use nameplate_core::client::ClientId;
use nameplate_core::identity::{Origin, SignedInBy, Viewer};
use nameplate_core::settings::AppClient;
use store::refresh_tokens::{self, Held};
use store::users::{self, User};
use store::{StoreError, Tx, profile, retried, sessions};

/// What becomes of the refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// It goes on: clients of REFRESH_TOKEN_AUTH look for no other.
    Keep,
    /// Another takes its place. Who shows the old one afterwards has stolen it, or was stolen from: the
    /// session ends.
    Rotate,
}

/// Why there are no new tokens.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The `ClientId` is in no settings.
    #[error("no such app client")]
    UnknownClient,
    /// It can't be one, or belongs to another app client.
    #[error("not a refresh token of this client")]
    Invalid,
    /// Its session is over: too old, or unused for too long.
    #[error("expired")]
    Expired,
    /// The session has ended.
    #[error("revoked")]
    Revoked,
    /// It had been exchanged before, and its session ends with this.
    #[error("used a second time")]
    Reused,
    /// The database, or the hashing of passwords, failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for RefreshError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Why nothing was revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// The `ClientId` is in no settings.
    #[error("no such app client")]
    UnknownClient,
    /// It was issued to another app client.
    #[error("another client's")]
    NotYours,
    /// The database, or the hashing of passwords, failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for RevokeError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// New tokens for a session that goes on. What they say of the account is as of now.
///
/// # Errors
/// The session has ended or is over, or the token had been exchanged before, which ends it.
pub async fn refresh(
    ctx: &Context,
    client: &ClientId,
    token: &str,
    exchange: Exchange,
    origin: &Origin,
) -> Result<Tokens, RefreshError> {
    let client = ctx.settings.client(client).ok_or(RefreshError::UnknownClient)?;
    let token = RefreshToken::parse(token).ok_or(RefreshError::Invalid)?;
    let keys = key_ring::signing_keys(ctx).await?;
    let grant = retried(|| exchange_token(ctx, client, &token, exchange, origin)).await?;
    Ok(issue::issue(ctx, &keys, grant)?)
}

async fn exchange_token(
    ctx: &Context,
    client: &AppClient,
    token: &RefreshToken,
    exchange: Exchange,
    origin: &Origin,
) -> Result<Grant, RefreshError> {
    let now = ctx.now();
    let mut tx = ctx.store.begin().await?;
    let (user, held) = locked(&mut tx, token).await?.ok_or(RefreshError::Revoked)?;
    let alive = viewer::alive(ctx);
    if held.client != client.id {
        return Err(RefreshError::Invalid);
    }
    if held.expires_at <= alive.now || held.last_seen <= alive.idle_since {
        return Err(RefreshError::Expired);
    }
    let Some(refresh) = follow(ctx, &mut tx, token, &held, exchange).await? else {
        end_stolen(ctx, tx, &user, &held, origin).await?;
        return Err(RefreshError::Reused);
    };
    sessions::seen(&mut tx, held.session, now).await?;
    let account = profile::load(&mut tx, user.id).await?.ok_or(RefreshError::Revoked)?;
    tx.commit().await?;
    let viewer = Viewer {
        user: user.id,
        session: held.session,
        client: held.client,
        username: user.username,
        signed_in_at: held.signed_in_at,
        by: SignedInBy::Tokens,
    };
    Ok(Grant { viewer, account, refresh })
}

/// The token that follows, if another one does. `None`: this one was exchanged before.
async fn follow(
    ctx: &Context,
    tx: &mut Tx,
    token: &RefreshToken,
    held: &Held,
    exchange: Exchange,
) -> Result<Option<Option<RefreshToken>>, StoreError> {
    let (now, hash) = (ctx.now(), token.hash());
    let mut followers = token.followers(&ctx.keys).into_iter();
    if held.current == hash {
        let next = followers.next().filter(|_| exchange == Exchange::Rotate);
        if let Some(next) = &next {
            refresh_tokens::rotate(tx, &token.family(), &next.hash(), now).await?;
        }
        return Ok(Some(next));
    }
    let overtaken = held.previous.as_deref() == Some(hash.as_slice()) && is_just_now(held.rotated_at, now);
    let Some(next) = followers.find(|it| held.current == it.hash()).filter(|_| overtaken) else {
        return Ok(None);
    };
    Ok(Some(Some(next).filter(|_| exchange == Exchange::Rotate)))
}

async fn end_stolen(
    ctx: &Context,
    mut tx: Tx,
    user: &User,
    held: &Held,
    origin: &Origin,
) -> Result<(), StoreError> {
    tracing::warn!("a refresh token was used a second time, and its session ended");
    sessions::end(&mut tx, held.session).await?;
    events::record(&mut tx, user.id, &Event::SignOut { username: user.username.clone() }, ctx.now(), origin)
        .await?;
    events::commit(ctx, tx, user.id).await
}

/// Ends the session of a refresh token, and with it all of its tokens (operation RevokeToken). One that
/// proves no session is no error: there is nothing left to end (RFC 7009, section 2.2).
pub async fn revoke(
    ctx: &Context,
    client: &ClientId,
    token: &str,
    origin: &Origin,
) -> Result<(), RevokeError> {
    let client = ctx.settings.client(client).ok_or(RevokeError::UnknownClient)?;
    let Some(token) = RefreshToken::parse(token) else { return Ok(()) };
    retried(|| revoke_token(ctx, &client.id, &token, origin)).await
}

async fn revoke_token(
    ctx: &Context,
    client: &ClientId,
    token: &RefreshToken,
    origin: &Origin,
) -> Result<(), RevokeError> {
    let mut tx = ctx.store.begin().await?;
    let Some((user, held)) = locked(&mut tx, token).await? else { return Ok(()) };
    if held.client != *client {
        return Err(RevokeError::NotYours);
    }
    sessions::end(&mut tx, held.session).await?;
    events::record(&mut tx, user.id, &Event::SignOut { username: user.username }, ctx.now(), origin).await?;
    Ok(events::commit(ctx, tx, user.id).await?)
}

/// The account, taken for this transaction, and the session that the token may prove.
async fn locked(tx: &mut Tx, token: &RefreshToken) -> Result<Option<(User, Held)>, StoreError> {
    let Some(owner) = refresh_tokens::owner(tx, &token.family()).await? else { return Ok(None) };
    let Some(user) = users::lock(tx, owner).await? else { return Ok(None) };
    Ok(refresh_tokens::held(tx, &token.family()).await?.map(|held| (user, held)))
}
