//! The engine: one SQL text on two databases. Nothing here knows a table.
//!
//! [`Store`] gives out a [`Conn`] for reading or a [`Tx`] for writing; statements are dispatched in
//! `connection`, and several at once in `batch`. SQLite has one `writer`, which commits in groups, and a
//! pool of readers; PostgreSQL has two pools of connections, and notifications between nodes.

mod batch;
mod connection;
mod error;
mod file_lock;
mod notify;
mod pool;
mod postgres;
mod retry;
mod sqlite;
mod store;
mod transaction;

pub use crate::engine::batch::Statement;
pub use crate::engine::connection::{Bind, Column, Conn, Field, Query, Row, left_out, readable};
pub use crate::engine::error::StoreError;
pub use crate::engine::file_lock::FileLock;
pub use crate::engine::postgres::listen::Notification;
pub use crate::engine::postgres::url::{NotADatabase, PostgresUrl};
pub use crate::engine::retry::retried;
pub use crate::engine::store::Store;
pub use crate::engine::transaction::Tx;

#[cfg(test)]
mod tests;
