//! Beginning a session.

use crate::Context;
use nameplate_core::client::ClientId;
use nameplate_core::identity::{NewSession, Origin, SessionId, SessionToken, UserId};
use nameplate_core::settings::AppClient;
use store::sessions::Begun;
use store::{StoreError, Tx, sessions as table};

/// Begins a session for the account.
pub(crate) async fn begin(
    tx: &mut Tx,
    ctx: &Context,
    user: UserId,
    client: &ClientId,
    origin: &Origin,
) -> Result<NewSession, StoreError> {
    let token = SessionToken::generate(&*ctx.entropy);
    let absolute_expiry = ctx.clock.now().plus(ctx.settings.sessions.absolute);
    let session = SessionId(token.hash());
    let begun = Begun { session, user, client, now: ctx.clock.now(), expires_at: absolute_expiry };
    insert(tx, ctx, begun, origin).await?;
    Ok(NewSession { token, absolute_expiry })
}

/// Begins a session that no cookie proves, but tokens that carry its id.
pub(crate) async fn begin_for_tokens(
    tx: &mut Tx,
    ctx: &Context,
    user: UserId,
    client: &AppClient,
    origin: &Origin,
) -> Result<SessionId, StoreError> {
    let session = SessionId(ctx.entropy.bytes());
    let expires_at = ctx.clock.now().plus(client.tokens.refresh);
    let begun = Begun { session, user, client: &client.id, now: ctx.clock.now(), expires_at };
    insert(tx, ctx, begun, origin).await?;
    Ok(session)
}

/// Where the account has as many sessions as it may have, the oldest makes room.
async fn insert(tx: &mut Tx, ctx: &Context, begun: Begun<'_>, origin: &Origin) -> Result<(), StoreError> {
    table::end_oldest(tx, begun.user, ctx.settings.sessions.per_account.saturating_sub(1)).await?;
    table::insert(tx, begun, origin).await
}
