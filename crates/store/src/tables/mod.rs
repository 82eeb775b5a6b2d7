//! All the SQL: one file per table family, columns by name.

pub mod accounts;
pub mod pending;
pub mod service;
pub mod sign_in;
