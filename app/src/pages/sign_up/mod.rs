//! `/sign-up` and `/confirm…`: a new account, and the code that confirms it.

mod choose_password;
pub mod confirm;
mod confirmed;
pub mod start;
mod username;
