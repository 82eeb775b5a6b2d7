//! The file of a backup: a tar with what it is, the keys and the database, in this order.

use crate::transfer::database_file::Found;
use nameplate_core::clock::Timestamp;
use nameplate_core::keys::Keys;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Error, Read, Result, Write};
use std::path::Path;
use tar::{Archive, Builder, Header};

const MANIFEST: &str = "manifest.json";
const KEYS: &str = "keys";
/// What the database is called in it.
pub(super) const DATABASE: &str = "nameplate.db";

/// How these files are made; one made in another way has another number.
const FORMAT: u32 = 1;
/// No manifest and no key file is larger.
const LARGEST_TEXT: u64 = 64 * 1024;

/// What a backup is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// The number of the newest migration in it.
    pub schema: i64,
    /// The user pool's id.
    pub pool: String,
    /// What the key is called that it can't be opened without…
    pub key: String,
    /// …and whether that is in the file.
    pub has_keys: bool,
    /// When it was made, in UTC.
    pub at: String,
    sha256: String,
}

impl Manifest {
    /// What a backup of this database says of itself.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn new(found: &Found, database: &Path, has_keys: bool, at: Timestamp) -> Result<Self> {
        Ok(Self {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            schema: found.schema,
            pool: found.pool.clone(),
            key: found.key().to_owned(),
            has_keys,
            at: at.to_rfc3339(),
            sha256: copy(&mut File::open(database)?, &mut std::io::sink())?,
        })
    }
}

/// Why a file is no backup.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Broken {
    #[error("it can't be read as a tar file")]
    Tar(#[source] Error),
    #[error("it has no {0}")]
    Missing(&'static str),
    #[error("it holds {0}, which no backup has")]
    Strange(String),
    #[error("its manifest can't be read ({0})")]
    Manifest(String),
    #[error("it was made in a way that this version doesn't know ({0})")]
    Format(u32),
    #[error("its keys can't be read")]
    Keys(#[source] nameplate_core::key_error::KeyError),
    #[error("it is not what was written: the database in it was changed, or cut off")]
    Changed,
}

/// Writes the backup.
pub fn write(to: &mut File, manifest: &Manifest, keys: Option<&Keys>, database: &Path) -> Result<()> {
    let mut tar = Builder::new(to);
    let text = serde_json::to_string_pretty(manifest)?;
    append(&mut tar, MANIFEST, text.len() as u64, text.as_bytes())?;
    if let Some(keys) = keys {
        let text = keys.to_text();
        append(&mut tar, KEYS, text.len() as u64, text.as_bytes())?;
    }
    let file = File::open(database)?;
    append(&mut tar, DATABASE, file.metadata()?.len(), file)?;
    tar.into_inner()?.sync_all()
}

fn append(tar: &mut Builder<&mut File>, name: &str, size: u64, content: impl Read) -> Result<()> {
    let mut header = Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    tar.append_data(&mut header, name, content)
}

/// What was in a backup; its database is in the folder.
#[derive(Debug)]
pub struct Unpacked {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// `None`: they were given in the environment, and aren't in the file.
    pub keys: Option<Keys>,
}

/// Unpacks a backup into an empty folder.
pub fn unpack(from: File, folder: &Path) -> std::result::Result<Unpacked, Broken> {
    let (mut manifest, mut keys, mut sum) = (None::<Manifest>, None, None);
    let mut tar = Archive::new(BufReader::new(from));
    for entry in tar.entries().map_err(Broken::Tar)? {
        let mut entry = entry.map_err(Broken::Tar)?;
        let name = entry.path().map_err(Broken::Tar)?.display().to_string();
        match name.as_str() {
            MANIFEST => {
                manifest = Some(
                    serde_json::from_str(&text(entry)?)
                        .map_err(|error| Broken::Manifest(error.to_string()))?,
                );
            }
            KEYS => keys = Some(Keys::from_text(&text(entry)?).map_err(Broken::Keys)?),
            DATABASE => {
                let mut file = private(&folder.join(DATABASE)).map_err(Broken::Tar)?;
                sum = Some(copy(&mut entry, &mut file).map_err(Broken::Tar)?);
                file.sync_all().map_err(Broken::Tar)?;
            }
            _ => return Err(Broken::Strange(name)),
        }
    }
    let manifest = manifest.ok_or(Broken::Missing(MANIFEST))?;
    if manifest.format != FORMAT {
        return Err(Broken::Format(manifest.format));
    }
    if sum.ok_or(Broken::Missing(DATABASE))? != manifest.sha256 {
        return Err(Broken::Changed);
    }
    Ok(Unpacked { manifest, keys })
}

fn text(entry: impl Read) -> std::result::Result<String, Broken> {
    let mut text = String::new();
    entry.take(LARGEST_TEXT).read_to_string(&mut text).map_err(Broken::Tar)?;
    Ok(text)
}

/// A new file that is for its owner alone.
pub fn private(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Copies to the end, and answers the SHA-256 of it.
#[expect(clippy::indexing_slicing, reason = "a read fills no more than the buffer")]
fn copy(from: &mut impl Read, to: &mut impl Write) -> Result<String> {
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 64 * 1024]);
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hash.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
    }
}
