//! Who has the SQLite file: several that serve it, or one that puts another in its place or copies it.

use super::{StoreError, sqlite};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// A lock on a file beside the database. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Hold(File);

impl Hold {
    /// For serving: others may do so too.
    pub(super) fn with_others(database: &Path) -> Result<Self, StoreError> {
        Self::take(database, File::try_lock_shared, StoreError::Moving)
    }

    /// For what nobody may be served meanwhile.
    pub(crate) fn alone(database: &Path) -> Result<Self, StoreError> {
        Self::take(database, File::try_lock, StoreError::InUse)
    }

    fn take(
        database: &Path,
        lock: impl FnOnce(&File) -> Result<(), TryLockError>,
        taken: impl FnOnce(String) -> StoreError,
    ) -> Result<Self, StoreError> {
        let mut name = database.as_os_str().to_owned();
        name.push(".held");
        let path = PathBuf::from(name);
        let error = |source| StoreError::File { path: path.display().to_string(), source };
        let file = sqlite::private(&path).map_err(error)?;
        match lock(&file) {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(taken(database.display().to_string())),
            Err(TryLockError::Error(source)) => Err(error(source)),
        }
    }

    /// Lets go, though somebody may still know of it.
    pub(super) fn release(&self) {
        // What could not be let go of now goes with the file.
        _ = self.0.unlock();
    }
}
