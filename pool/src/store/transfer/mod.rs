//! What an operator does with a whole store: back it up, replace it with a backup, copy it to another database.
//!
//! Statements here look at every row, and some are for one database alone: no request waits for them.

mod archive;
pub mod backup;
pub mod checkup;
pub mod copy;
mod database_file;
mod files;
pub mod location;
pub mod restore;
mod tables;

pub use crate::store::transfer::archive::Manifest;
pub use crate::store::transfer::database_file::FileError;
pub use crate::store::transfer::files::{KeyLocation, StoreFiles};

#[cfg(test)]
mod tests;
