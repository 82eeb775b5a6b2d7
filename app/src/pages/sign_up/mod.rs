//! `/sign-up` and `/confirm…`: a new account, and the code that confirms it.

mod choose_password;
pub mod confirm;
mod former_contact;
mod outcome;
pub mod start;
mod username;
