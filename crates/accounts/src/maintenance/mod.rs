//! What an installation does by itself.

mod jump;
pub(crate) mod open;
pub(crate) mod production;
pub(crate) mod purge;
pub(crate) mod retire_keys;
mod text_countries;

pub use jump::FAR as CLOCK_JUMP;
pub use open::open;
pub use production::{is_production, mark_production};
pub use purge::purge_expired;
pub use retire_keys::{Progress, RetireError, Retired, retire_keys};
