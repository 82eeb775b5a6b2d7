//! The key file: for its owner alone, and whole or not there.

use crate::key_error::KeyError;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use zeroize::Zeroizing;

fn error(path: &Path) -> impl FnOnce(std::io::Error) -> KeyError {
    let path = path.display().to_string();
    move |source| KeyError::File { path, source }
}

/// The text of the file, if there is one.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, KeyError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(missing) if missing.kind() == ErrorKind::NotFound => Ok(None),
        Err(other) => Err(error(path)(other)),
    }
}

/// Makes the file, and answers whether it was this call that made it.
pub(super) fn create(path: &Path, text: &str) -> Result<bool, KeyError> {
    let draft = write_beside(path, text).map_err(error(path))?;
    // A link is refused where the name is taken; a rename would replace another process's key.
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft).map_err(error(&draft))?;
    match linked {
        Ok(()) => sync_folder(path).map(|()| true).map_err(error(path)),
        Err(taken) if taken.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(other) => Err(error(path)(other)),
    }
}

/// Puts the new text in the place of the old, at once.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), KeyError> {
    let draft = write_beside(path, text).map_err(error(path))?;
    std::fs::rename(&draft, path).and_then(|()| sync_folder(path)).map_err(error(path))
}

fn write_beside(path: &Path, text: &str) -> std::io::Result<PathBuf> {
    // Another process, or another thread of this one, may be doing the same.
    static DRAFTS: AtomicU32 = AtomicU32::new(0);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.{}", std::process::id(), DRAFTS.fetch_add(1, Ordering::Relaxed)));
    let draft = PathBuf::from(name);
    let _ = std::fs::remove_file(&draft); // left by a crash
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(draft)
}

/// The name of a new file is on disk only once its folder is.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}
