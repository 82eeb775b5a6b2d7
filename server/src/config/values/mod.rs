//! What a value of the configuration may be, beside what TOML knows.

pub mod duration;
pub mod network;
pub mod public_url;
pub mod secret;
