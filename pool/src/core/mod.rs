//! Plain data and rules: who somebody is, time, chance, keys, contacts, settings.

pub mod attempts;
pub mod client;
pub mod clock;
pub mod code;
pub mod contact;
pub mod entropy;
pub mod identifiers;
pub mod identity;
pub mod key_error;
pub(crate) mod key_file;
pub mod keys;
pub mod phone;
pub mod settings;
