//! What may happen to accounts.
//!
//! Rooms are named by what people do. A use case is a free function in its room over a [`Context`], with its
//! error and its tests beside it; what it needs of another room stands in its `use` lines. Pages, wire API and
//! command line call the same functions.

pub mod account;
pub mod admin;
pub mod attributes;
pub mod contacts;
mod context;
pub mod core;
pub mod delivery;
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
pub mod store;
#[cfg(test)]
mod strangers;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod tokens;

pub use self::core::attempts::Tally;
pub use self::core::client::ClientId;
pub use self::core::clock::{Clock, SystemClock, TestClock, Timestamp};
pub use self::core::entropy::{Entropy, SeededEntropy, SystemEntropy};
pub use self::core::identity::{BrowserId, Origin, SessionToken, UserId, Viewer};
pub use self::core::keys::Keys;
pub use self::core::settings::Settings;
pub use attributes::rules::MOST_SUBMITTED;
pub use context::{Context, Parts};
pub use error::{CommonError, Unavailable};
pub use store::Store;
