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

pub(crate) use crate::store::engine::batch::Statement;
pub use crate::store::engine::connection::{Bind, Column, Conn, Field, Query, Row};
pub use crate::store::engine::error::StoreError;
pub(crate) use crate::store::engine::file_lock::FileLock;
pub(crate) use crate::store::engine::listen::Notification;
pub use crate::store::engine::postgres_url::{NotADatabase, PostgresUrl};
pub(crate) use crate::store::engine::retry::retried;
pub use crate::store::engine::store::Store;
pub use crate::store::engine::transaction::Tx;

#[cfg(test)]
mod tests;
