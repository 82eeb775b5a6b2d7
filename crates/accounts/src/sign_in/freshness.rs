//! Whether a sign-in is recent enough for what is dangerous.

use crate::Context;
use nameplate_core::clock::SKEW;
use nameplate_core::identity::{SignedInBy, Viewer};

/// The sign-in is too old for what somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sign-in is not fresh")]
pub struct NotFresh;

/// Refuses what is dangerous to somebody who signed in long ago: a browser may have been left open. An
/// application with a valid access token may go on, as with Cognito, unless its settings ask for more.
pub(crate) fn require_fresh(ctx: &Context, viewer: &Viewer) -> Result<(), NotFresh> {
    if is_fresh(ctx, viewer) { Ok(()) } else { Err(NotFresh) }
}

/// Whether somebody signed in so lately that their password is not asked for once more.
pub fn is_fresh(ctx: &Context, viewer: &Viewer) -> bool {
    let asked = match viewer.by {
        SignedInBy::Cookie => true,
        SignedInBy::Tokens => ctx.settings.client(&viewer.client).is_some_and(|client| client.fresh),
    };
    let now = ctx.clock.now();
    // A sign-in that is still to come is of a clock that was wrong.
    let fresh =
        viewer.signed_in_at <= now.plus(SKEW) && now.since(viewer.signed_in_at) < ctx.settings.sessions.fresh;
    !asked || fresh
}
