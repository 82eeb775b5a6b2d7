//! The files of a store on SQLite.

use nameplate_core::key_error::KeyError;
use nameplate_core::keys::Keys;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Where a store on SQLite is, and the keys that it is opened with.
#[derive(Debug, Clone)]
pub struct StoreFiles {
    /// The SQLite file.
    pub database: PathBuf,
    /// What it is opened with.
    pub keys: KeyLocation,
}

/// Where the keys are.
#[derive(Debug, Clone)]
pub enum KeyLocation {
    /// In a file of their own.
    File(PathBuf),
    /// In no file: they were given in the environment.
    Given(Keys),
}

impl KeyLocation {
    pub(super) fn load(&self) -> Result<Option<Keys>, KeyError> {
        match self {
            Self::File(path) => Keys::load(path),
            Self::Given(keys) => Ok(Some(keys.clone())),
        }
    }
}

/// The folder that something is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What is called what in a folder is on disk only after this.
pub fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A file that belongs to the database of that name, such as its write-ahead log.
pub fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
