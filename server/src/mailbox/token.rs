//! The token that opens the development mailbox.

use std::io::{Error, ErrorKind, Write as _};
use std::path::Path;
use tempfile::NamedTempFile;

/// The token in the file, which is made with this text if it isn't there: for its owner alone, whole or not
/// at all. Of programs that start at once one comes first.
pub fn kept_token(path: &Path, make: impl FnOnce() -> String) -> Result<String, Error> {
    match std::fs::read_to_string(path) {
        Err(missing) if missing.kind() == ErrorKind::NotFound => {}
        there => return there,
    }
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?; // mode 0600
    writeln!(file, "{}", make())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(taken) if taken.error.kind() != ErrorKind::AlreadyExists => Err(taken.error),
        _ => std::fs::read_to_string(path),
    }
}
