//! Passkeys: signing in with a key that a device keeps, and lets its owner use by a fingerprint, a face or a
//! PIN.
//!
//! An authenticator is asked something random, and signs it. Between question and answer nothing is
//! remembered here: what has to be known travels with the page, sealed. That a question was answered is
//! remembered, so it is answered once.

use crate::limits::{self, LimitName};
use crate::passkeys::bounds::PATIENCE;
use crate::passkeys::ceremony::{Opened, RelyingParty};
use crate::{Context, Unavailable};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nameplate_core::clock::Timestamp;
use nameplate_core::keys::Purpose;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{StoreError, retried};

/// What a page's script hands to the browser, and brings back with the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// `PublicKeyCredentialCreationOptionsJSON`, or `PublicKeyCredentialRequestOptionsJSON` (WebAuthn level
    /// 3, section 5.1).
    pub options: String,
    /// What this service has to know of it, sealed.
    pub state: String,
}

/// The sealed state of a question.
#[derive(Serialize, Deserialize)]
struct Block {
    /// The library's, in base64url.
    ceremony: String,
    until: Timestamp,
}

/// The domain that passkeys are made for (the "relying party id"): a page at another host can't use them.
/// `None`: the public address is an IP address, for which there are none.
///
/// On loopback it is `localhost`, under which the same machine is reached.
pub fn passkey_domain(ctx: &Context) -> Option<String> {
    RelyingParty::at(&ctx.settings.public_url).map(|party| party.domain().to_owned())
}

pub(crate) fn relying_party(ctx: &Context) -> Option<RelyingParty> {
    RelyingParty::at(&ctx.settings.public_url)
}

pub(crate) fn question(
    ctx: &Context,
    about: &str,
    Opened { state, options }: Opened,
) -> Result<Question, Unavailable> {
    let block = Block { ceremony: URL_SAFE_NO_PAD.encode(state), until: ctx.now().plus(PATIENCE) };
    let text = serde_json::to_vec(&block).map_err(StoreError::unreadable)?;
    let sealed = ctx.keys.seal(Purpose::Passkeys, &text, about.as_bytes(), &*ctx.entropy);
    Ok(Question { options: options.to_string(), state: URL_SAFE_NO_PAD.encode(sealed) })
}

/// What was asked, for whoever answers in time and first. A question is used up even if the answer is
/// wrong.
pub(crate) async fn take_up(ctx: &Context, about: &str, state: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(ceremony) = still_open(ctx, about, state) else { return Ok(None) };
    let now = ctx.now();
    let key =
        limits::key(ctx, LimitName::PasskeyAnswers, &[&URL_SAFE_NO_PAD.encode(Sha256::digest(&ceremony))]);
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        if limits::count(&mut tx, &key, LimitName::PasskeyAnswers.rate(&ctx.settings), now).await?.is_err() {
            return Ok(None);
        }
        tx.commit().await.map(|()| Some(ceremony.clone()))
    })
    .await
}

fn still_open(ctx: &Context, about: &str, state: &str) -> Option<Vec<u8>> {
    let sealed = URL_SAFE_NO_PAD.decode(state).ok()?;
    let text = ctx.keys.open(Purpose::Passkeys, &sealed, about.as_bytes()).ok()?;
    let block: Block = serde_json::from_slice(&text).ok()?;
    (block.until > ctx.now()).then(|| URL_SAFE_NO_PAD.decode(block.ceremony).ok())?
}

/// What authenticators know an account by. It says nothing about the person, and is the same for all their
/// passkeys.
pub(crate) fn user_handle(sub: &str) -> [u8; 32] {
    Sha256::new().chain_update("nameplate passkey user 1").chain_update(sub).finalize().into()
}

/// What a passkey is called on pages.
#[expect(clippy::indexing_slicing, reason = "a digest has 32 bytes")]
pub(crate) fn handle(credential: &[u8]) -> String {
    let digest = Sha256::new().chain_update("nameplate passkey name 1").chain_update(credential).finalize();
    URL_SAFE_NO_PAD.encode(&digest[..12])
}

#[cfg(test)]
mod tests;
