//! `/sign-in…`: who are you, and the steps after that.

mod challenge;
pub mod code;
pub mod new_password;
mod outcome;
pub mod passkey;
pub mod start;
