//! What belongs to no account alone: limits, events, messages, the state of the installation.

pub mod events;
pub mod limits;
pub mod meta;
pub mod outbox;
pub mod purge;
pub mod schema;
pub mod sealed;
