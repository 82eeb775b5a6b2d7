//! What the service remembers: a database, reached statement by statement.
//!
//! - `engine`: one SQL text on two databases
//! - `tables`: all the SQL, one file per table family
//! - [`migrations`]: the shape of the database
//! - [`transfer`]: backup, restore, and copy to another database
//!
//! Functions of `tables` take `&mut Conn` to read and `&mut Tx` to write. No query needs a second text
//! for another database: `$1` placeholders, TEXT, BIGINT and BLOB, `ON CONFLICT`, `RETURNING`, no JSON
//! functions.
//!
//! SQLite has one writer, PostgreSQL has many, and each statement of a transaction sees what the others have
//! committed by then (READ COMMITTED). So there:
//! - The first statement of a read-modify-write takes the account's row ([`LockedAccount::lock`],
//!   `users::lock`, `limits::count_change`). What was read before that is read again. What writes on an
//!   account and looks at it takes a [`LockedAccount`], so the compiler sees that the row was taken.
//! - Rows are taken in one order: the account, then counters (`limits`: the network's, the name's, the
//!   destination's), then what belongs to the account. A transaction that holds a counter takes no account.
//! - A transaction that lost a race is begun anew ([`retried`]), so what it does outside of the store is
//!   nothing.
//!
//! To add a table: a migration with the same number in every folder of `crates/store/migrations`, and a file in
//! `tables`.

#![warn(missing_docs)]

mod engine;
pub mod keys;
pub mod migrations;
pub mod production;
mod readiness;
mod tables;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod transfer;

pub use crate::engine::{
    Bind, Column, Conn, Field, NotADatabase, PostgresUrl, Query, Row, Store, StoreError, Tx,
};
pub use crate::engine::{FileLock, Notification, Statement, retried};
pub use crate::keys::{Role, StoreKeysError, keys_of};
pub use crate::readiness::{Expected, NotReady};
pub use crate::tables::accounts::locked::LockedAccount;
pub use crate::tables::accounts::password_fingerprint::PasswordFingerprint;
pub use crate::tables::accounts::{
    aliases, attributes, known_origins, names, profile, records, resets, undo, users,
};
pub use crate::tables::pending::{codes, requested_codes, tickets, waiting};
pub use crate::tables::service::{events, limits, meta, outbox, purge, sealed};
pub use crate::tables::sign_in::{
    challenges, factors, passkeys, refresh_tokens, sessions, signing_keys, srp_verifiers,
};

#[cfg(test)]
mod tests;
