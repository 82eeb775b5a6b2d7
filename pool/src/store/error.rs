//! What can go wrong with the store, in words for the operator.

use std::sync::Arc;

/// The store could not do what was asked, or refuses to start.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database refused a statement")]
    Database(#[from] sqlx::Error),
    #[error("the group of writes that this one was part of could not be committed")]
    Group(#[source] Arc<sqlx::Error>),
    #[error("a transaction was used after one of its statements had failed")]
    AfterFailure,
    #[error("the store is closed")]
    Closed,
    #[error("the database did not get to this write in time")]
    TooSlow,
    #[error("the database would not keep writes over a power cut: {0}")]
    NotDurable(String),
    #[error("the database could not be brought to this version's shape")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("the database file can't be opened: {path}")]
    File {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("the store holds data, but the key file it was written with is missing; put that file back")]
    KeyMissing,
    #[error("the store was written with the key {stored}, which is not among the keys given ({given}); put the right key file back")]
    KeyDiffers { stored: String, given: String },
    #[error("the store holds something that this version can't read: {0}")]
    Unreadable(String),
}

impl StoreError {
    /// Something stored that cannot be what the service wrote.
    pub(crate) fn unreadable(what: impl std::fmt::Display) -> Self {
        Self::Unreadable(what.to_string())
    }
}
