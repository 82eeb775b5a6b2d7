//! What an operator does with a whole store: back it up, replace it with a backup, copy it to another database.
//!
//! Statements here look at every row, and some are for one database alone: no request waits for them.

pub mod archive;
pub mod backup;
pub mod checkup;
pub mod copy;
pub mod database_file;
mod files;
pub mod location;
pub mod restore;
pub mod tables;

pub use crate::transfer::archive::Manifest;
pub use crate::transfer::database_file::FileError;
pub use crate::transfer::files::{KeyLocation, StoreFiles};
