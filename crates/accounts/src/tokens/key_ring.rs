//! The keys that sign tokens: read, made, rotated.

use crate::tokens::signing_keys::{
    KEPT, NewSigningKey, PUBLISHED, PublicKey, READ_AGAIN, SigningKey, SigningKeys, fault, generate,
};
use crate::{Context, Unavailable};
use nameplate_core::clock::Timestamp;
use nameplate_core::keys::Purpose;
use std::error::Error;
use std::sync::Arc;
use store::signing_keys::{self, Stored};
use store::{StoreError, retried};

/// What applications verify tokens with.
pub async fn public_keys(ctx: &Context) -> Result<Vec<PublicKey>, Unavailable> {
    Ok(signing_keys(ctx).await?.keys.iter().map(|key| key.public.clone()).collect())
}

pub(crate) async fn signing_keys(ctx: &Context) -> Result<Arc<SigningKeys>, Unavailable> {
    let now = ctx.now();
    let mut cached = ctx.signing.lock().await;
    if let Some((keys, read_at)) = &*cached
        && *read_at <= now
        && now.since(*read_at) < READ_AGAIN
    {
        return Ok(Arc::clone(keys));
    }
    let keys = Arc::new(find_signing_keys(ctx).await?);
    *cached = Some((Arc::clone(&keys), now));
    Ok(keys)
}

pub(crate) async fn find_signing_keys(ctx: &Context) -> Result<SigningKeys, Unavailable> {
    let mut stored = stored_signing_keys(ctx).await?;
    if stored.is_empty() {
        let (kid, sealed) = make_signing_key(ctx).await?;
        retried(|| keep_first_key(ctx, &kid, &sealed)).await?;
        stored = stored_signing_keys(ctx).await?;
    }
    let published = ctx.now().minus(PUBLISHED);
    // The newest that was published long enough ago; the first key of all was never waited for.
    let signs =
        stored.iter().position(|it| it.created_at <= published).unwrap_or(stored.len().saturating_sub(1));
    if let Some(upto) = stored.get_mut(..=signs) {
        upto.rotate_right(1);
    }
    let mut opened = Vec::new();
    for (number, it) in stored.iter().enumerate() {
        match open_signing_key(ctx, it) {
            Ok(key) => opened.push(key),
            // Only one that should sign must be there: without another one, its own tokens alone are refused.
            Err(error) if number == 0 => return Err(error),
            Err(error) => {
                tracing::warn!(
                    kid = it.kid,
                    error = &error as &dyn Error,
                    "a key that verified tokens can't be read"
                );
            }
        }
    }
    Ok(SigningKeys::new(opened))
}

fn open_signing_key(ctx: &Context, stored: &Stored) -> Result<SigningKey, Unavailable> {
    let pkcs8 = ctx.keys.open(Purpose::Tokens, &stored.sealed, stored.kid.as_bytes()).map_err(fault)?;
    SigningKey::read(&pkcs8)
}

pub(crate) async fn stored_signing_keys(ctx: &Context) -> Result<Vec<Stored>, StoreError> {
    signing_keys::all(&mut ctx.store.read().await?, ctx.now()).await
}

/// A key, sealed, and what it is called.
pub(crate) async fn make_signing_key(ctx: &Context) -> Result<(String, Vec<u8>), Unavailable> {
    let entropy = Arc::clone(&ctx.entropy);
    let pkcs8 = tokio::task::spawn_blocking(move || generate(&*entropy)).await.map_err(fault)??;
    let kid = SigningKey::read(&pkcs8)?.public.kid;
    let sealed = ctx.keys.seal(Purpose::Tokens, &pkcs8, kid.as_bytes(), &*ctx.entropy);
    Ok((kid, sealed))
}

/// The first key of a new pool, unless another node is faster.
pub(crate) async fn keep_first_key(ctx: &Context, kid: &str, sealed: &[u8]) -> Result<(), StoreError> {
    let mut tx = ctx.store.begin().await?;
    signing_keys::set_once(&mut tx, kid, sealed, ctx.now()).await?;
    tx.commit().await
}

/// Makes another key that signs tokens from soon on. Nobody is signed out: the keys before it go on
/// verifying until all of their tokens have expired. Nodes that are running take it up by themselves.
///
/// # Errors
/// The store can't be written.
pub async fn rotate(ctx: &Context) -> Result<NewSigningKey, Unavailable> {
    // A pool that has issued nothing yet has its first key afterwards, and this one after it.
    signing_keys(ctx).await?;
    let (kid, sealed) = make_signing_key(ctx).await?;
    let now = ctx.now();
    retried(|| keep_next_key(ctx, &kid, &sealed, now)).await?;
    *ctx.signing.lock().await = None;
    Ok(NewSigningKey { kid, signs_from: now.plus(PUBLISHED) })
}

pub(crate) async fn keep_next_key(
    ctx: &Context,
    kid: &str,
    sealed: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = ctx.store.begin().await?;
    signing_keys::add(&mut tx, kid, sealed, now, now.plus(KEPT)).await?;
    tx.commit().await
}
