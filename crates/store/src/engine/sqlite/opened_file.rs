//! Whether the files that are open are still the ones that have the names.
//!
//! SQLite goes on writing to a file that was deleted, and whatever it acknowledges then is gone with the
//! process.

use crate::engine::StoreError;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What tells one file from all others: device and number. Only asked by name: to close a file that SQLite
/// has locked is to unlock it for the whole process.
type Identity = (u64, u64);

/// The database and its log, as they were when they were opened.
#[derive(Debug)]
pub(in crate::engine) struct OpenedFile {
    path: PathBuf,
    log_path: PathBuf,
    identity: Identity,
    /// Unknown until SQLite has made it.
    log: Mutex<Option<Identity>>,
}

impl OpenedFile {
    /// The file that has the name now.
    pub(in crate::engine) fn at(path: &Path) -> Result<Self, StoreError> {
        let mut log_path = path.as_os_str().to_owned();
        log_path.push("-wal");
        let Some(identity) = identity(path)? else { return Err(deleted(path)) };
        let (path, log_path) = (path.to_owned(), log_path.into());
        Ok(Self { path, log_path, identity, log: Mutex::default() })
    }

    /// Another log may take the place of the one there was: the connection that kept it was lost.
    pub(in crate::engine) fn expect_new_log(&self) {
        *self.log.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Makes sure that what is written now is found again.
    pub(in crate::engine) fn verify(&self) -> Result<(), StoreError> {
        verify(&self.path, Some(self.identity))?;
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.is_none() {
            *log = identity(&self.log_path)?;
        }
        verify(&self.log_path, *log)
    }
}

fn identity(path: &Path) -> Result<Option<Identity>, StoreError> {
    match std::fs::metadata(path) {
        Ok(found) => Ok(Some((found.dev(), found.ino()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::File { path: path.display().to_string(), source }),
    }
}

fn verify(path: &Path, expected: Option<Identity>) -> Result<(), StoreError> {
    match (identity(path)?, expected) {
        (None, Some(_)) => Err(deleted(path)),
        (Some(found), Some(expected)) if found != expected => {
            Err(StoreError::Replaced(path.display().to_string()))
        }
        _ => Ok(()),
    }
}

fn deleted(path: &Path) -> StoreError {
    StoreError::Deleted(path.display().to_string())
}
