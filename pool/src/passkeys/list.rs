//! Somebody's passkeys.

use super::handle;
use crate::clock::Timestamp;
use crate::sessions::Viewer;
use crate::store::passkeys;
use crate::{Pool, Unavailable};

/// A passkey, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// What pages call it.
    pub handle: String,
    /// What its owner calls it.
    pub name: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

impl Pool {
    /// The viewer's passkeys, oldest first.
    pub async fn passkeys(&self, viewer: &Viewer) -> Result<Vec<Passkey>, Unavailable> {
        let kept = passkeys::of_user(&mut self.inner.store.read().await?, viewer.user).await?;
        let shown = kept.into_iter().map(|kept| Passkey {
            handle: handle(&kept.credential),
            name: kept.name,
            created_at: kept.created_at,
            last_used_at: kept.last_used_at,
        });
        Ok(shown.collect())
    }
}
