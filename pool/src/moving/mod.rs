//! What an operator does with a whole store: back it up, put a backup in its place, move it to another
//! database.
//!
//! Statements here look at every row, and some are for one database alone: nobody is served by them.

mod archive;
pub mod backup;
pub mod checkup;
pub mod copy;
mod file;
pub mod place;
pub mod restore;
mod tables;

pub use archive::Manifest;
pub use file::Unfit;

use crate::keys::{KeyError, Keys};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Where a store of one file lives, and what it is opened with.
#[derive(Debug, Clone)]
pub struct House {
    /// The SQLite file.
    pub database: PathBuf,
    pub keys: KeyPlace,
}

/// Where the keys are.
#[derive(Debug, Clone)]
pub enum KeyPlace {
    /// In a file of their own.
    File(PathBuf),
    /// Not here: whoever starts the service gives them.
    Given(Keys),
}

impl KeyPlace {
    fn load(&self) -> Result<Option<Keys>, KeyError> {
        match self {
            Self::File(path) => Keys::load(path),
            Self::Given(keys) => Ok(Some(keys.clone())),
        }
    }
}

/// The folder that something is in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What is called what in a folder is on disk only after this.
fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A file that belongs to the database of that name, such as its write-ahead log.
fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests;
