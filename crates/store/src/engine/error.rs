//! What can go wrong with the store, in words for the operator.

use std::sync::Arc;

/// The store could not do what was asked, or refuses to start.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum StoreError {
    #[error("the database refused a statement")]
    Database(#[source] sqlx::Error),
    #[error("the database at {at} can't be reached")]
    Unreachable {
        at: String,
        #[source]
        source: sqlx::Error,
    },
    #[error("the database at {at} keeps texts as {encoding}; make one that keeps them as UTF8")]
    Encoding { at: String, encoding: String },
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
    #[error(
        "the database file {0} was deleted while it is in use; nothing is written any more: put it back where it was, or stop this program and restore a backup"
    )]
    Deleted(String),
    #[error(
        "another file has taken the place of {0}, which is in use; nothing is written any more: stop this program and start it again"
    )]
    Replaced(String),
    #[error("this is another store than the one that was opened: stop this program and start it again")]
    OtherStore,
    #[error("the store {0} is in use: stop the program that serves it, and try again")]
    InUse(String),
    #[error("the store {0} is being restored or copied: start again when that is done")]
    Moving(String),
    #[error("a copy into this store was begun and not finished: run the same nameplate copy again")]
    HalfCopied,
    #[error("the store holds data, but the key file it was written with is missing; put that file back")]
    KeyMissing,
    #[error(
        "the store was written with the key {stored}, which is not among the keys given ({given}); put the right key file back"
    )]
    KeyDiffers { stored: String, given: String },
    #[error(
        "the key {key} is not among the keys given, and the store needs it ({what}): put its line back, and run nameplate keys retire before you take it away"
    )]
    KeyNeeded { key: String, what: String },
    #[error("the key {0} was retired, and this node still seals with it")]
    KeyRetired(String),
    #[error("a newer version has brought the database to shape {0} meanwhile: stop this one, and start that")]
    Overtaken(i64),
    #[error("the store holds something that this version can't read: {0}")]
    Unreadable(String),
}

impl StoreError {
    /// Whether the database undid the transaction in favour of another one, and it may do better the next
    /// time: a deadlock, two that can't be put in an order, or two that inserted the same at once where the
    /// database judges that by another index than the one that `ON CONFLICT` names.
    pub fn is_lost_race(&self) -> bool {
        const LOST: [&str; 3] = ["40001", "40P01", "23505"]; // PostgreSQL's SQLSTATE; SQLite has one writer and none of this
        let Self::Database(error) = self else { return false };
        let code = error.as_database_error().and_then(|it| it.code());
        code.is_some_and(|code| LOST.contains(&&*code))
    }

    /// Something stored that cannot be what the service wrote.
    pub fn unreadable(what: impl std::fmt::Display) -> Self {
        Self::Unreadable(what.to_string())
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}
