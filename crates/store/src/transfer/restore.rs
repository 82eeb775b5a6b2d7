//! A backup in the place of a store.

use crate::transfer::archive::{self, DATABASE, Manifest};
use crate::transfer::database_file::{FileError, Found, inspect, mark_production, production, settle};
use crate::transfer::files::{KeyLocation, StoreFiles, beside, folder_of, sync};
use crate::{FileLock, StoreError};
use nameplate_core::clock::Timestamp;
use nameplate_core::key_error::KeyError;
use nameplate_core::keys::Keys;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::{Builder, TempDir};

/// Why the store stays as it is.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RestoreError {
    #[error("{path} can't be opened")]
    Unreadable {
        path: String,
        #[source]
        source: io::Error,
    },
    #[error("{path} is no backup that can be restored")]
    NoBackup {
        path: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("what is in the backup can't be served")]
    FileError(#[from] FileError),
    #[error(
        "the backup holds no keys, and there are none at {0}: put the key file there first, or set NAMEPLATE_KEYS"
    )]
    NoKeys(String),
    #[error("the keys don't fit")]
    Keys(#[from] KeyError),
    #[error("the store can't be replaced")]
    Store(#[from] StoreError),
    #[error("the folder {path} can't be written")]
    Folder {
        path: String,
        #[source]
        source: io::Error,
    },
}

/// What was done.
#[derive(Debug)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// Where the store is that was there before.
    pub old: Option<PathBuf>,
}

const DRAFT: &str = ".restoring-";

/// Replaces the store with the backup; the old one is kept beside it. Nothing is replaced before the
/// backup is known to be whole, of a shape that this version knows, and to fit the keys; and at every moment
/// of the replacing either the old store or the new one is there with a key that opens it.
pub async fn restore(from: &Path, files: &StoreFiles, at: Timestamp) -> Result<Restored, RestoreError> {
    let _alone = FileLock::exclusive(&files.database)?;
    let folder = folder_of(&files.database);
    let error = |source| RestoreError::Folder { path: folder.display().to_string(), source };
    let file = File::open(from)
        .map_err(|source| RestoreError::Unreadable { path: from.display().to_string(), source })?;
    let draft = draft(folder).map_err(error)?;
    let backup = archive::unpack(file, draft.path()).map_err(|broken| RestoreError::NoBackup {
        path: from.display().to_string(),
        source: broken.into(),
    })?;
    let found = inspect(&draft.path().join(DATABASE)).await?;
    let keys = fitting_keys(&found, backup.keys, &files.keys)?;

    let old = set_aside(files, at).await?;
    // A backup from before the store was served for real is that store still: no mailbox may open on it.
    if let Some(since) = production(&files.database, &found.pool).await {
        mark_production(&draft.path().join(DATABASE), &since).await?;
    }
    if let (KeyLocation::File(path), Some(keys)) = (&files.keys, &keys) {
        // Both open: whichever store a crash leaves here has its key. One that is no key file opens nothing.
        match Keys::load(path) {
            Ok(Some(old)) => keys.before(&old).save(path)?,
            _ => keys.save(path)?,
        }
    }
    replace(&files.database, &draft.path().join(DATABASE)).map_err(error)?;
    if let (KeyLocation::File(path), Some(keys)) = (&files.keys, &keys) {
        keys.save(path)?;
    }
    Ok(Restored { manifest: backup.manifest, old })
}

/// A folder in the folder, so that what is in it can be moved by its name alone. What a crash left of an
/// earlier one goes: nobody else is here.
fn draft(folder: &Path) -> io::Result<TempDir> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(DRAFT) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Builder::new().prefix(DRAFT).tempdir_in(folder)
}

/// The keys to put into the key file, if there are any and if there is a place for them.
fn fitting_keys(
    found: &Found,
    backed_up: Option<Keys>,
    place: &KeyLocation,
) -> Result<Option<Keys>, RestoreError> {
    if let (Some(keys), KeyLocation::File(_)) = (&backed_up, place) {
        found.refuse_other_keys(&keys.fingerprints())?;
        return Ok(backed_up);
    }
    let keys = place.load()?.ok_or_else(|| match place {
        KeyLocation::File(path) => RestoreError::NoKeys(path.display().to_string()),
        KeyLocation::Given(_) => RestoreError::Store(StoreError::KeyMissing),
    })?;
    found.refuse_other_keys(&keys.fingerprints())?;
    Ok(None)
}

/// Gives what is there a second place. It stays in the first one until the new store takes that over.
async fn set_aside(files: &StoreFiles, at: Timestamp) -> Result<Option<PathBuf>, RestoreError> {
    if !files.database.exists() {
        return Ok(None);
    }
    settle(&files.database).await?;
    let folder = folder_of(&files.database);
    let error = |source| RestoreError::Folder { path: folder.display().to_string(), source };
    let aside = folder.join(format!("before-restore-{}", at.to_rfc3339().replace(':', "-")));
    let set = || {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&aside)?;
        fs::hard_link(&files.database, aside.join(DATABASE))?;
        let log = beside(&files.database, "-wal"); // only where the database is damaged
        if log.exists() {
            fs::hard_link(&log, aside.join(format!("{DATABASE}-wal")))?;
        }
        if let KeyLocation::File(keys) = &files.keys
            && keys.exists()
        {
            fs::hard_link(keys, aside.join("keys"))?;
        }
        sync(&aside)?;
        sync(folder)
    };
    set().map_err(error)?;
    Ok(Some(aside))
}

fn replace(database: &Path, new: &Path) -> io::Result<()> {
    // SQLite would add a log that is left here to whatever database has the name.
    for ending in ["-wal", "-shm"] {
        match fs::remove_file(beside(database, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(new, database)?;
    sync(folder_of(database))
}
