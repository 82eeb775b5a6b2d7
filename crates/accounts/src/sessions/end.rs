//! Signing out elsewhere: one browser, all others, or everywhere (operation GlobalSignOut).

use crate::account::events;
use crate::sessions::list::name;
use crate::sessions::viewer;
use crate::{Context, Unavailable};
use model::Event;
use nameplate_core::identity::{Origin, SessionId, UserId, Viewer};
use store::{StoreError, Tx, retried, sessions, users};

/// Which of the sessions beside one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others<'a> {
    /// The one that pages call so.
    Named(&'a str),
    /// All but the one that asks.
    All,
}

/// Ends other sessions of the viewer's account, and answers how many. One that has ended already is no
/// error: whoever had it is signed out. One's own is never among them.
pub async fn sign_out_others(
    ctx: &Context,
    viewer: &Viewer,
    which: Others<'_>,
    origin: &Origin,
) -> Result<u32, Unavailable> {
    Ok(retried(|| end_others(ctx, viewer, which, origin)).await?)
}

async fn end_others(
    ctx: &Context,
    viewer: &Viewer,
    which: Others<'_>,
    origin: &Origin,
) -> Result<u32, StoreError> {
    let mut tx = ctx.store.begin().await?;
    let Some(user) = users::lock(&mut tx, viewer.user).await? else { return Ok(0) };
    let mut all = sessions::of_user(&mut tx, viewer.user, viewer::alive(ctx)).await?;
    // An ended session ends no other one: its owner may have ended it because of who has it.
    if !all.contains(&viewer.session) {
        return Ok(0);
    }
    all.retain(|session| *session != viewer.session && is_meant(*session, which));
    let ended = end_each(&mut tx, &all).await?;
    if ended > 0 {
        let event = Event::SignOutOthers { username: user.username, sessions: ended };
        events::record(&mut tx, viewer.user, &event, ctx.now(), origin).await?;
        events::commit(ctx, tx, viewer.user).await?;
    }
    Ok(ended)
}

/// Ends every session of the account, the one that asks included (operation GlobalSignOut). Answers whose
/// they were (the username), if there were any.
pub async fn sign_out_everywhere(
    ctx: &Context,
    user: UserId,
    origin: &Origin,
) -> Result<Option<String>, Unavailable> {
    Ok(retried(|| end_everywhere(ctx, user, origin)).await?)
}

async fn end_everywhere(ctx: &Context, user: UserId, origin: &Origin) -> Result<Option<String>, StoreError> {
    let mut tx = ctx.store.begin().await?;
    let Some(user) = users::lock(&mut tx, user).await? else { return Ok(None) };
    if sessions::end_all(&mut tx, user.id).await? == 0 {
        return Ok(None);
    }
    let event = Event::GlobalSignOut { username: user.username.clone() };
    events::record(&mut tx, user.id, &event, ctx.now(), origin).await?;
    events::commit(ctx, tx, user.id).await?;
    Ok(Some(user.username))
}

fn is_meant(session: SessionId, which: Others<'_>) -> bool {
    match which {
        Others::All => true,
        Others::Named(wanted) => name(session) == wanted,
    }
}

async fn end_each(tx: &mut Tx, sessions: &[SessionId]) -> Result<u32, StoreError> {
    let mut ended = 0;
    for session in sessions {
        ended += u32::from(sessions::end(tx, *session).await?);
    }
    Ok(ended)
}

#[cfg(test)]
mod tests;
