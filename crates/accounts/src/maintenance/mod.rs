//! What an installation does by itself.

pub(crate) mod open;
pub(crate) mod production;
pub(crate) mod purge;

pub use open::open;
pub use production::{is_production, mark_production};
pub use purge::purge_expired;
