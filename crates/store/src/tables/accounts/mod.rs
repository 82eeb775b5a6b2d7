//! Accounts: names, attributes, contacts.

pub mod aliases;
pub mod attributes;
pub(crate) mod former_subs;
pub mod known_origins;
pub mod locked;
pub mod names;
pub mod password_fingerprint;
pub mod profile;
pub mod records;
pub mod resets;
pub mod undo;
pub mod users;
