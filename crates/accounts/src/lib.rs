//! What may happen to accounts.
//!
//! Rooms are named by what people do. A use case is a free function in its room over a [`Context`], with its
//! error and its tests beside it; what it needs of another room stands in its `use` lines. Pages, wire API and
//! command line call the same functions.

#![warn(missing_docs)]

pub mod account;
pub mod admin;
pub mod attributes;
pub mod contacts;
mod context;
mod error;
pub mod factors;
mod limits;
pub mod maintenance;
pub mod one_time_codes;
pub mod passkeys;
pub mod password;
pub mod sessions;
pub mod sign_in;
pub mod sign_up;
#[cfg(test)]
mod strangers;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod tokens;
pub mod undo;

pub use attributes::rules::MOST_SUBMITTED;
pub use context::{Context, Parts};
pub use error::{CommonError, Unavailable};
pub use limits::reference as limits_reference;
pub use nameplate_core::attempts::Tally;
pub use nameplate_core::client::ClientId;
pub use nameplate_core::clock::{Clock, SystemClock, TestClock, Timestamp};
pub use nameplate_core::entropy::{Entropy, SeededEntropy, SystemEntropy};
pub use nameplate_core::identity::{BrowserId, Origin, SessionToken, UserId, Viewer};
pub use nameplate_core::keys::Keys;
pub use nameplate_core::settings::Settings;
pub use store::{Role, Store};
