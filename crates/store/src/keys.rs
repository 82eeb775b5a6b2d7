//! The keys that a store was written with.

use crate::engine::{Store, StoreError};
use nameplate_core::entropy::Entropy;
use nameplate_core::key_error::KeyError;
use nameplate_core::keys::Keys;
use std::path::Path;

/// A store's keys can't be had.
#[derive(Debug, thiserror::Error)]
pub enum StoreKeysError {
    /// The key file itself.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store that they should open.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The keys of a store: from the file, which is made if the store is new. For a store that has data a missing
/// file is never replaced ([`StoreError::KeyMissing`]); whether it is the right one is seen when the accounts
/// are opened.
///
/// # Errors
/// The file can't be read or written, or is missing.
pub async fn keys_of(path: &Path, store: &Store, entropy: &dyn Entropy) -> Result<Keys, StoreKeysError> {
    if let Some(keys) = Keys::load(path)? {
        return Ok(keys);
    }
    if store.is_new().await? {
        return Ok(Keys::load_or_create(path, entropy)?);
    }
    // Another process may have made both since we looked for the file.
    Keys::load(path)?.ok_or_else(|| StoreError::KeyMissing.into())
}
