//! Who may use the SQLite file: several processes that serve it, or one that replaces or copies it.

use crate::engine::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// A lock on a file beside the database. The system releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct FileLock(File);

/// Held by every process that sends messages.
const SENDING: &str = ".sending";

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
        let (path, file) = open_beside(database, ".held")?;
        match lock(&file) {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(taken(database.display().to_string())),
            Err(TryLockError::Error(source)) => Err(error(&path, source)),
        }
    }

    /// For finding out that no other process sends messages; none begins to while it is held.
    pub(super) fn first_sender(database: &Path) -> Result<Option<Self>, StoreError> {
        let (path, file) = open_beside(database, SENDING)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(error(&path, source)),
        }
    }

    /// For sending messages beside others. Waits while somebody finds out that they are the first.
    pub(super) fn sender(database: &Path) -> Result<Self, StoreError> {
        let (path, file) = open_beside(database, SENDING)?;
        file.lock_shared().map_err(|source| error(&path, source))?;
        Ok(Self(file))
    }

    /// Unlocks it, though handles to it may remain.
    pub(super) fn release(&self) {
        // A lock that could not be released now goes with the file.
        _ = self.0.unlock();
    }
}

fn error(path: &Path, source: std::io::Error) -> StoreError {
    StoreError::File { path: path.display().to_string(), source }
}

fn open_beside(database: &Path, ending: &str) -> Result<(PathBuf, File), StoreError> {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    let path = PathBuf::from(name);
    let file = open_private(&path).map_err(|source| error(&path, source))?;
    Ok((path, file))
}

/// Opens the file for appending; a new one is for its owner alone.
pub(super) fn open_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
