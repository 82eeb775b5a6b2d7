//! Somebody's passkeys.

use crate::factors::after_reset;
use crate::passkeys::questions::handle;
use crate::{Context, Unavailable};
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::Viewer;
use store::passkeys;

/// A passkey, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// What pages call it.
    pub handle: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When somebody last signed in with it.
    pub last_used_at: Option<Timestamp>,
    /// A reset of the password removes it, unless somebody who passes the second step keeps it.
    pub goes_with_reset: bool,
}

/// The viewer's passkeys, oldest first.
pub async fn list(ctx: &Context, viewer: &Viewer) -> Result<Vec<Passkey>, Unavailable> {
    let kept = passkeys::of_user(&mut ctx.store.read().await?, viewer.user).await?;
    let shown = kept.into_iter().map(|kept| Passkey {
        goes_with_reset: after_reset::goes_with_reset(ctx, &kept),
        handle: handle(&kept.credential),
        name: kept.name,
        created_at: kept.created_at,
        last_used_at: kept.last_used_at,
    });
    Ok(shown.collect())
}
