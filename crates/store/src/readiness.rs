//! Whether a store can be served from.

use crate::tables::service::{meta, schema};
use crate::{Store, StoreError, migrations};
use std::time::Duration;

/// A check of health is answered within this time.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

impl Store {
    /// Whether the service has never run on this store. Only then may a missing key file be made anew.
    ///
    /// # Errors
    /// It can't be read, or a copy into it was begun and not finished.
    pub async fn is_new(&self) -> Result<bool, StoreError> {
        self.refuse_unfinished_copy().await?;
        let mut conn = self.read().await?;
        Ok(meta::get(&mut conn, meta::KEYS).await?.is_none())
    }

    /// Whether the store answers: it can be read and has this version's shape still, and a transaction
    /// begins.
    ///
    /// # Errors
    /// It can't, or not soon, or a newer version has taken it over.
    pub async fn check(&self) -> Result<(), StoreError> {
        let asked = async {
            let version = schema::version(&mut self.read().await?).await?;
            if version > migrations::NEWEST {
                return Err(StoreError::Overtaken(version));
            }
            self.begin().await.map(drop)
        };
        tokio::time::timeout(CHECK_TIMEOUT, asked).await.unwrap_or(Err(StoreError::TooSlow))
    }

    /// Makes sure that no copy into the store was left unfinished.
    pub async fn refuse_unfinished_copy(&self) -> Result<(), StoreError> {
        match meta::get(&mut self.read().await?, meta::COPYING).await? {
            Some(_) => Err(StoreError::HalfCopied),
            None => Ok(()),
        }
    }
}
