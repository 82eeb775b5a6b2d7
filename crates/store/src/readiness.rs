//! Whether a store can be served from.

use crate::tables::service::{meta, schema};
use crate::{Store, StoreError, migrations, retried};
use std::time::Duration;

/// A check of health is answered within this time.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

/// What a check writes into a file: as much as an ordinary request, or a disk with room for less would pass.
/// A PostgreSQL server's disk is its own operator's.
const WRITTEN_TO_FILE: usize = 64 * 1024;

/// What a node that serves a store takes for granted.
#[derive(Debug, Clone)]
pub struct Expected {
    /// What the store is called that was opened.
    pub store: String,
    /// What the node's keys are called, newest first.
    pub keys: Vec<String>,
}

/// Why a store can't be served from now, in words that anybody may read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotReady {
    #[error("the database does not answer")]
    Silent,
    #[error("the disk of the database is full")]
    DiskFull,
    #[error("the database can't be written")]
    Unwritable,
    #[error("the database file was deleted while it is in use")]
    Deleted,
    #[error("another file has taken the place of the database file")]
    Replaced,
    #[error("this is another store than the one that was opened")]
    OtherStore,
    #[error("a newer version has brought the database to shape {0}: this one is to be stopped")]
    Overtaken(i64),
    #[error("a copy into the store was begun and not finished")]
    HalfCopied,
    #[error("the key {0}, which is in use in the store, is not among the keys of this node")]
    KeyMissing(String),
    #[error(
        "this node still seals with the key {0}, which was retired: restart it with the newer one in front"
    )]
    KeyRetired(String),
    #[error("the database gives an error")]
    Failed,
}

impl Expected {
    /// Whether the keys that are in use in the store are this node's too, and the other way round.
    fn fits(&self, in_use: Vec<String>) -> Result<(), StoreError> {
        match self.keys.first() {
            Some(newest) if !in_use.is_empty() && !in_use.contains(newest) => {
                return Err(StoreError::KeyRetired(newest.clone()));
            }
            _ => {}
        }
        match in_use.into_iter().find(|key| !self.keys.contains(key)) {
            Some(stored) => Err(StoreError::KeyDiffers { stored, given: self.keys.join(", ") }),
            None => Ok(()),
        }
    }
}

impl Store {
    /// Whether the service has never run on this store. Only then may a missing key file be made anew.
    ///
    /// # Errors
    /// It can't be read, or a copy into it was begun and not finished.
    pub async fn is_new(&self) -> Result<bool, StoreError> {
        self.refuse_unfinished_copy().await?;
        let mut conn = self.read().await?;
        Ok(meta::get(&mut conn, meta::KEYS).await?.is_none())
    }

    /// Whether the store answers: it is the one that was opened, has this version's shape still and no key
    /// that this node lacks, and keeps what is written.
    ///
    /// # Errors
    /// It doesn't, or not soon. [`NotReady`] has the words.
    pub async fn check(&self, expected: &Expected) -> Result<(), StoreError> {
        let asked = async {
            self.verify_file()?;
            self.refuse_unfinished_copy().await?;
            let mut conn = self.read().await?;
            let version = schema::version(&mut conn).await?;
            if version > migrations::NEWEST {
                return Err(StoreError::Overtaken(version));
            }
            if meta::get(&mut conn, meta::STORE_ID).await?.is_some_and(|it| it != expected.store) {
                return Err(StoreError::OtherStore);
            }
            let in_use = meta::list(&mut conn, meta::KEYS_IN_USE).await?;
            drop(conn);
            expected.fits(in_use)?;
            self.try_to_write().await
        };
        tokio::time::timeout(CHECK_TIMEOUT, asked).await.unwrap_or(Err(StoreError::TooSlow))
    }

    async fn try_to_write(&self) -> Result<(), StoreError> {
        let written = if self.is_postgres() { String::new() } else { " ".repeat(WRITTEN_TO_FILE) };
        retried(async || {
            let mut tx = self.begin().await?;
            meta::set(&mut tx, meta::CHECKED, &written).await?;
            tx.commit().await
        })
        .await
    }

    /// Makes sure that no copy into the store was left unfinished.
    pub async fn refuse_unfinished_copy(&self) -> Result<(), StoreError> {
        match meta::get(&mut self.read().await?, meta::COPYING).await? {
            Some(_) => Err(StoreError::HalfCopied),
            None => Ok(()),
        }
    }
}

impl NotReady {
    /// What an error of the store means for those who ask.
    pub fn of(error: &StoreError) -> Self {
        match error {
            StoreError::Unreachable { .. } | StoreError::TooSlow | StoreError::Closed => Self::Silent,
            StoreError::Deleted(_) => Self::Deleted,
            StoreError::Replaced(_) => Self::Replaced,
            StoreError::OtherStore => Self::OtherStore,
            StoreError::Overtaken(shape) => Self::Overtaken(*shape),
            StoreError::HalfCopied => Self::HalfCopied,
            StoreError::KeyDiffers { stored: key, .. } | StoreError::KeyNeeded { key, .. } => {
                Self::KeyMissing(key.clone())
            }
            StoreError::KeyRetired(key) => Self::KeyRetired(key.clone()),
            StoreError::Database(cause) => Self::of_cause(cause),
            StoreError::Group(cause) => Self::of_cause(cause),
            StoreError::AfterFailure
            | StoreError::Encoding { .. }
            | StoreError::NotDurable(_)
            | StoreError::Migration(_)
            | StoreError::File { .. }
            | StoreError::InUse(_)
            | StoreError::Moving(_)
            | StoreError::KeyMissing
            | StoreError::Unreadable(_) => Self::Failed,
        }
    }

    fn of_cause(cause: &sqlx::Error) -> Self {
        if let sqlx::Error::Database(error) = cause {
            return Self::of_code(error.code().as_deref().unwrap_or_default());
        }
        if let sqlx::Error::Io(error) = cause {
            let ours = error.get_ref().and_then(|it| it.downcast_ref::<StoreError>());
            return ours.map_or(Self::Silent, Self::of);
        }
        let silent =
            matches!(cause, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed);
        if silent { Self::Silent } else { Self::Failed }
    }

    /// PostgreSQL's SQLSTATE, which has five characters, or SQLite's extended result code, which never has so
    /// many.
    fn of_code(code: &str) -> Self {
        match (code, code.parse::<u32>().map(|code| code & 0xff)) {
            ("53100", _) => Self::DiskFull,
            // A server that follows another one.
            ("25006", _) => Self::Unwritable,
            (code, Ok(13)) if code.len() < 5 => Self::DiskFull,
            // Read-only, or an error of the disk.
            (code, Ok(8 | 10)) if code.len() < 5 => Self::Unwritable,
            _ => Self::Failed,
        }
    }
}

#[cfg(test)]
mod tests;
