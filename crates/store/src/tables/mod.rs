//! All the SQL: one file per table family, columns by name.

pub mod aliases;
pub mod attributes;
pub mod challenges;
pub mod codes;
pub mod events;
pub mod factors;
mod former_subs;
pub mod known_origins;
pub mod limits;
pub mod meta;
pub mod names;
pub mod outbox;
pub mod passkeys;
pub mod profile;
pub mod purge;
pub mod records;
pub mod refresh_tokens;
pub mod requested_codes;
pub mod schema;
pub mod sessions;
pub mod signing_keys;
pub mod srp_verifiers;
pub mod tickets;
pub mod users;
pub mod waiting;
