//! `/sign-in…`: who are you, and the steps after that.

mod arrive;
mod challenge;
pub mod code;
pub mod new_password;
pub mod passkey;
pub mod start;
