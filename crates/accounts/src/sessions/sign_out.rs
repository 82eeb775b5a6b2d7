//! Signing out of one browser.

use crate::account::events;
use crate::{Context, Unavailable};
use model::Event;
use nameplate_core::identity::{Origin, SessionId, SessionToken};
use store::{retried, sessions, users};

/// Ends the session, and answers whose it was (the username). A token that proves none is no error:
/// whoever has it is signed out.
pub async fn sign_out(
    ctx: &Context,
    token: &SessionToken,
    origin: &Origin,
) -> Result<Option<String>, Unavailable> {
    retried(|| end_session(ctx, SessionId(token.hash()), origin)).await
}

async fn end_session(
    ctx: &Context,
    session: SessionId,
    origin: &Origin,
) -> Result<Option<String>, Unavailable> {
    let mut tx = ctx.store.begin().await?;
    let Some(owner) = sessions::owner(&mut tx, session).await? else { return Ok(None) };
    let Some(user) = users::lock(&mut tx, owner).await? else { return Ok(None) };
    if !sessions::end(&mut tx, session).await? {
        return Ok(None);
    }
    events::record(&mut tx, user.id, &Event::SignOut { username: user.username.clone() }, ctx.now(), origin)
        .await?;
    events::commit(ctx, tx, user.id).await?;
    Ok(Some(user.username))
}
