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

/// Puts the new text in the place of the old, at once. The file keeps its owner and mode, whoever changes it,
/// and a link to it goes on leading there.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), KeyError> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let draft = write_beside(&real, text).map_err(error(path))?;
    let put = || {
        keep_owner(&real, &draft)?;
        std::fs::rename(&draft, &real)?;
        sync_folder(&real)
    };
    put().map_err(|fault| {
        let _ = std::fs::remove_file(&draft); // what is not used must not lie around
        error(path)(fault)
    })
}

/// Gives the new file the owner and the mode of the old one, if there is one.
fn keep_owner(old: &Path, new: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let (old, mine) = match std::fs::metadata(old) {
        Ok(old) => (old, std::fs::metadata(new)?),
        Err(missing) if missing.kind() == ErrorKind::NotFound => return Ok(()),
        Err(other) => return Err(other),
    };
    if (old.uid(), old.gid()) != (mine.uid(), mine.gid()) {
        chown(new, Some(old.uid()), Some(old.gid()))?;
    }
    std::fs::set_permissions(new, old.permissions())
}

/// Held while the file is changed, where the system has such a lock: two that read the same and write would
/// lose one key.
pub(super) fn lock(path: &Path) -> Option<File> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = File::open(folder.unwrap_or(Path::new("."))).ok()?;
    folder.lock().ok()?;
    Some(folder)
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
