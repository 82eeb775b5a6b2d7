//! Who may use the SQLite file: several processes that serve it, or one that replaces or copies it.

use crate::engine::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// A lock on a file beside the database. The system releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct FileLock(File);

impl FileLock {
    /// For serving: other processes may serve it too.
    pub(super) fn shared(database: &Path) -> Result<Self, StoreError> {
        Self::take(database, File::try_lock_shared, StoreError::Moving)
    }

    /// For work during which no process may serve it.
    pub fn exclusive(database: &Path) -> Result<Self, StoreError> {
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
        let file = open_private(&path).map_err(error)?;
        match lock(&file) {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(taken(database.display().to_string())),
            Err(TryLockError::Error(source)) => Err(error(source)),
        }
    }

    /// Unlocks it, though handles to it may remain.
    pub(super) fn release(&self) {
        // A lock that could not be released now goes with the file.
        _ = self.0.unlock();
    }
}

/// Opens the file for appending; a new one is for its owner alone.
pub(super) fn open_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
