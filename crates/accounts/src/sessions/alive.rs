//! Whether a session is still there in the middle of a change.

use crate::error::CommonError;
use nameplate_core::identity::Viewer;
use store::{Tx, sessions};

/// Whether the session that asks is still there once the account's row is taken: what ended it came first, and may
/// have been meant for this request.
pub(crate) async fn require_alive(tx: &mut Tx, viewer: &Viewer) -> Result<(), CommonError> {
    match sessions::owner(tx, viewer.session).await? {
        Some(owner) if owner == viewer.user => Ok(()),
        Some(_) | None => Err(CommonError::SignedOut),
    }
}
