//! Where somebody is signed in.

use crate::sessions::viewer;
use crate::{Context, Unavailable};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nameplate_core::clock::Timestamp;
use nameplate_core::device::Device;
use nameplate_core::identity::{SessionId, Viewer};
use sha2::{Digest as _, Sha256};
use store::sessions;

/// No more are shown; those that were used last come first.
const MOST: u32 = 100;

/// A session that is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// What pages call it.
    pub name: String,
    /// What somebody signed in with.
    pub device: Device,
    /// The address from which it began.
    pub network: String,
    /// When it began.
    pub signed_in_at: Timestamp,
    /// Within some minutes.
    pub last_seen_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_here: bool,
}

/// What a session is called outside: neither its token nor the hash that the store knows it by follows from
/// it.
#[expect(clippy::indexing_slicing, reason = "a digest has 32 bytes")]
pub(crate) fn name(session: SessionId) -> String {
    let digest = Sha256::new().chain_update("nameplate session name 1").chain_update(session.0).finalize();
    URL_SAFE_NO_PAD.encode(&digest[..12])
}

/// The viewer's live sessions, this one first.
pub async fn list(ctx: &Context, viewer: &Viewer) -> Result<Vec<OpenSession>, Unavailable> {
    let mut conn = ctx.store.read().await?;
    let rows = sessions::open(&mut conn, viewer, viewer::alive(ctx), MOST).await?;
    let open = rows.into_iter().map(|row| OpenSession {
        name: name(row.session),
        device: Device::of(&row.user_agent),
        network: row.network,
        signed_in_at: row.signed_in_at,
        last_seen_at: row.last_seen_at,
        is_here: row.session == viewer.session,
    });
    Ok(open.collect())
}
