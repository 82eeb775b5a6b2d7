//! Where a store is, told as a text.

use crate::transfer::files::folder_of;
use crate::{FileLock, NotADatabase, PostgresUrl, Store, StoreError};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// `sqlite:` and a database file, or the folder that holds one; or the address of a PostgreSQL database.
#[derive(Debug, Clone)]
pub enum StoreLocation {
    /// The database file.
    Sqlite(PathBuf),
    /// The database and how to reach it.
    Postgres(Box<PostgresUrl>),
}

/// Why a text is no location of a store. The text may hold a password, and is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// Neither of the two databases.
    #[error("a store is told as sqlite:FOLDER, sqlite:FILE.db or postgres://…")]
    Scheme,
    /// PostgreSQL, and not its address.
    #[error(transparent)]
    Postgres(#[from] NotADatabase),
}

impl FromStr for StoreLocation {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => {
                let path = Path::new(path);
                let is_file = path.extension().is_some_and(|it| it == "db") && !path.is_dir();
                Ok(Self::Sqlite(if is_file { path.to_owned() } else { path.join("nameplate.db") }))
            }
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(Box::new(text.parse()?))),
            _ => Err(LocationError::Scheme),
        }
    }
}

impl StoreLocation {
    /// Opens what is there. `None`: nothing.
    pub async fn open(&self) -> Result<Option<Store>, StoreError> {
        if matches!(self, Self::Sqlite(path) if !path.exists()) {
            return Ok(None);
        }
        self.open_or_make().await.map(Some)
    }

    /// Opens it for ourselves alone, in this version's shape.
    pub async fn open_or_make(&self) -> Result<Store, StoreError> {
        match self {
            Self::Sqlite(path) => {
                let mut folder = std::fs::DirBuilder::new();
                #[cfg(unix)]
                std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
                let made = folder.recursive(true).create(folder_of(path));
                made.map_err(|source| StoreError::File { path: path.display().to_string(), source })?;
                Store::sqlite_locked(path, FileLock::exclusive(path)?).await
            }
            Self::Postgres(url) => Store::postgres(url).await,
        }
    }

    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sqlite(one), Self::Sqlite(other)) => {
                one == other
                    || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
            }
            (Self::Postgres(_), Self::Postgres(_)) => self.to_string() == other.to_string(),
            (Self::Sqlite(_), Self::Postgres(_)) | (Self::Postgres(_), Self::Sqlite(_)) => false,
        }
    }
}

impl fmt::Display for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(url) => write!(f, "PostgreSQL at {url}"),
        }
    }
}
