//! What SRP needs of a password, kept beside its hash.

use crate::password::canonical::canonical;
use crate::sign_in::outcome::Proven;
use crate::sign_in::srp::srp6a::Verifier;
use crate::tokens::clients;
use crate::{Context, Unavailable};
use model::Password;
use nameplate_core::identifiers::username_key;
use nameplate_core::identity::UserId;
use nameplate_core::keys::Purpose;
use nameplate_core::srp_id;
use store::srp_verifiers::{self, Name};
use store::{PasswordFingerprint, StoreError, retried, users};

pub(crate) const SALT: usize = 16;

/// A verifier goes with one password of one account: under another it can't be opened.
pub(crate) fn context(user: UserId, name: Name, password_hash: &str) -> Vec<u8> {
    format!("{} {} {password_hash}", user.0, name.as_str()).into_bytes()
}

/// The same for accounts that exist and that don't, and whatever the password.
///
/// Never with a zero byte in front: it is a number to some clients, which leave that out, and a text to
/// others (pycognito), which don't.
pub(crate) fn salt_of(ctx: &Context, user_id: &str) -> Vec<u8> {
    let mut salt = made_up::<SALT>(ctx, &["srp salt of", user_id]);
    salt[0] = salt[0].max(1);
    salt.to_vec()
}

#[expect(clippy::indexing_slicing, reason = "a digest has 32 bytes, which is the most that is asked for")]
pub(crate) fn made_up<const N: usize>(ctx: &Context, parts: &[&str]) -> [u8; N] {
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    let digest = ctx.keys.made_up(&parts);
    let mut bytes = [0; N];
    bytes.copy_from_slice(&digest[..N]);
    bytes
}

/// What the user pool is called in the exchange: its id after the underscore.
pub(crate) fn srp_name(ctx: &Context) -> &str {
    ctx.id.split_once('_').map_or(&ctx.id, |(_, name)| name)
}

/// Keeps what the exchange needs of a password that was just set or proven, whose hash this is; of one
/// that was replaced meanwhile, nothing. Nobody is refused because this fails: signing in with the
/// password makes up for it.
///
/// Nothing, where no application may use it: whoever stole it could guess faster than with the password's
/// hash.
pub(crate) async fn keep_verifiers(ctx: &Context, user: UserId, password: &Password, hash: &str) {
    if !clients::takes_srp(ctx) {
        return;
    }
    if let Err(error) = try_to_keep_verifiers(ctx, user, password, hash).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "what SRP needs of a password was not kept");
    }
}

pub(crate) async fn try_to_keep_verifiers(
    ctx: &Context,
    user: UserId,
    password: &Password,
    hash: &str,
) -> Result<(), Unavailable> {
    let Some(account) = users::by_id(&mut ctx.store.read().await?, user).await? else { return Ok(()) };
    let srp_id = account.srp_id.unwrap_or_else(|| srp_id::generate(&ctx.keys, &*ctx.entropy));
    let names = [(Name::Username, username_key(&account.username)), (Name::Id, srp_id.clone())];
    let mut kept = Vec::new();
    for (name, user_id) in names {
        let (pool, password, salt) = (srp_name(ctx).to_owned(), password.clone(), salt_of(ctx, &user_id));
        let made = tokio::task::spawn_blocking(move || {
            let verifier = Verifier::new(&pool, &user_id, &canonical(&password), &salt);
            [salt.as_slice(), verifier.as_bytes()].concat()
        });
        let made = made.await.map_err(|error| Unavailable(Box::new(error)))?;
        kept.push((name, ctx.keys.seal(Purpose::Srp, &made, &context(user, name, hash), &*ctx.entropy)));
    }
    let kept = Kept { srp_id: &srp_id, sealed: &kept };
    retried(|| write_verifiers(ctx, user, hash, &kept)).await?;
    Ok(())
}

/// What SRP needs of a password.
pub(crate) struct Kept<'a> {
    /// The name that one of them was made for: the account's own, or one for an account that has none.
    pub(crate) srp_id: &'a str,
    pub(crate) sealed: &'a [(Name, Vec<u8>)],
}

pub(crate) async fn write_verifiers(
    ctx: &Context,
    user: UserId,
    hash: &str,
    kept: &Kept<'_>,
) -> Result<(), StoreError> {
    let mut tx = ctx.store.begin().await?;
    let password = PasswordFingerprint::of(hash);
    let account = users::lock(&mut tx, user).await?.filter(|now| !password.was_changed(now));
    let Some(account) = account else { return Ok(()) };
    match account.srp_id {
        // Another sign-in has just named it; that made what belongs to the name.
        Some(own) if own != kept.srp_id => return Ok(()),
        Some(_) => {}
        None => {
            users::set_srp_id(&mut tx, user, kept.srp_id).await?;
            srp_verifiers::remove(&mut tx, user).await?;
        }
    }
    for (name, sealed) in kept.sealed {
        srp_verifiers::set(&mut tx, user, *name, sealed).await?;
    }
    tx.commit().await
}

/// The same for an account whose password was just proven, if it is needed: the account is from before,
/// or its hash was just made anew.
pub(crate) async fn renew_verifiers(ctx: &Context, proven: &Proven, password: &Password) {
    if !clients::takes_srp(ctx) {
        return;
    }
    let hash = proven.hash();
    match has_verifier(ctx, proven.user.id, hash).await {
        Ok(true) => {}
        Ok(false) => keep_verifiers(ctx, proven.user.id, password, hash).await,
        Err(error) => tracing::warn!(%error, "what SRP needs of a password was not looked up"),
    }
}

pub(crate) async fn has_verifier(ctx: &Context, user: UserId, hash: &str) -> Result<bool, StoreError> {
    let mut conn = ctx.store.read().await?;
    for name in [Name::Username, Name::Id] {
        let sealed = srp_verifiers::get(&mut conn, user, name).await?;
        let kept =
            sealed.and_then(|sealed| ctx.keys.open(Purpose::Srp, &sealed, &context(user, name, hash)).ok());
        // A salt with a zero byte in front is from before there were none.
        if kept.is_none_or(|kept| kept.first() == Some(&0)) {
            return Ok(false);
        }
    }
    Ok(true)
}
