//! The pages: one file per screen, with its thin server functions. [`routes`] has every page there is.

pub mod account;
pub mod activity;
mod error;
pub mod password;
pub mod profile;
mod routes;
pub mod security;
pub mod sign_in;
mod sign_in_first;
pub mod sign_out;
pub mod sign_up;
pub mod theme;

pub use error::error_page;
pub use routes::{Load, PAGES};
