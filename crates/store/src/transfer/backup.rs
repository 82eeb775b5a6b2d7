//! A store and its keys in one file, written while the service goes on.

use crate::StoreError;
use crate::transfer::archive::{self, DATABASE, Manifest};
use crate::transfer::database_file::{FileError, inspect, snapshot};
use crate::transfer::files::{KeyLocation, StoreFiles, folder_of, sync};
use nameplate_core::clock::Timestamp;
use nameplate_core::key_error::KeyError;
use std::path::Path;
use tempfile::{Builder, NamedTempFile};

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BackupError {
    #[error("there is no store at {0}")]
    Nothing(String),
    #[error("{0} is there already: name another file, or replace it with --force")]
    Taken(String),
    #[error("{path} can't be written")]
    File {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("what would be backed up could not be restored")]
    FileError(#[from] FileError),
    #[error("the keys can't be backed up")]
    Keys(#[from] KeyError),
    #[error("the store can't be backed up")]
    Store(#[from] StoreError),
}

/// Writes the backup: beside its place first, and only what is whole and on disk gets the name. An older file
/// of that name is replaced only if `replace` says so. Keys that have no file here are not in it.
pub async fn backup(
    files: &StoreFiles,
    to: &Path,
    replace: bool,
    at: Timestamp,
) -> Result<Manifest, BackupError> {
    if !files.database.exists() {
        return Err(BackupError::Nothing(files.database.display().to_string()));
    }
    let taken = || BackupError::Taken(to.display().to_string());
    if to.exists() && !replace {
        return Err(taken());
    }
    let error = |source| BackupError::File { path: to.display().to_string(), source };
    let folder = folder_of(to);
    let draft = Builder::new().prefix(".nameplate-backup-").tempdir_in(folder).map_err(error)?;
    let copy = draft.path().join(DATABASE);
    archive::private(&copy).map_err(error)?;
    snapshot(&files.database, &copy).await?;
    let found = inspect(&copy).await?;
    // After the snapshot: a rotation meanwhile added a key, and took none away.
    let keys = files.keys.load()?.ok_or(StoreError::KeyMissing)?;
    found.refuse_other_keys(&keys.fingerprints())?;
    let keys = matches!(files.keys, KeyLocation::File(_)).then_some(&keys);

    let manifest = Manifest::new(&found, &copy, keys.is_some(), at).map_err(error)?;
    let mut file = NamedTempFile::new_in(draft.path()).map_err(error)?;
    archive::write(file.as_file_mut(), &manifest, keys, &copy).map_err(error)?;
    let named = if replace { file.persist(to) } else { file.persist_noclobber(to) };
    named.map_err(|it| {
        if it.error.kind() == std::io::ErrorKind::AlreadyExists { taken() } else { error(it.error) }
    })?;
    sync(folder).map_err(error)?;
    Ok(manifest)
}
