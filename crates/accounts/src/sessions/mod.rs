//! Sessions: beginning one, listing and ending them, and who it is that asks.

mod account_digest;
pub(crate) mod alive;
pub(crate) mod begin;
pub(crate) mod end;
pub(crate) mod list;
pub(crate) mod sign_out;
#[cfg(test)]
mod tests;
pub(crate) mod viewer;

pub use account_digest::{account_digest, is_account_digest};
pub use end::{Others, sign_out_everywhere, sign_out_others};
pub use list::{OpenSession, list};
pub use sign_out::sign_out;
pub use viewer::{is_alive, viewer, viewer_with_info, viewer_with_profile};
