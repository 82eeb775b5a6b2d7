//! The engine: one SQL text on two databases. Nothing here knows a table.
//!
//! [`Store`] gives out a [`Conn`] for reading or a [`Tx`] for writing; statements are dispatched in
//! `connection`, and several at once in `batch`. SQLite has one `writer`, which commits in groups, and a
//! pool of readers; PostgreSQL has two pools of connections, and notifications between nodes.

mod batch;
mod checkpoints;
mod connection;
mod error;
mod file_lock;
mod listen;
mod notify;
mod pool;
mod postgres;
mod postgres_connections;
mod postgres_url;
mod retry;
mod sqlite;
mod sqlite_readers;
mod store;
mod transaction;
mod writer;

pub(crate) use batch::Statement;
pub use connection::{Bind, Column, Conn, Field, Query, Row};
pub use error::StoreError;
pub(crate) use file_lock::FileLock;
pub(crate) use listen::Notification;
pub use postgres_url::{NotADatabase, PostgresUrl};
pub(crate) use retry::retried;
pub use store::Store;
pub use transaction::Tx;

#[cfg(test)]
mod tests;
