//! All the SQL: one file per table family, columns by name.

pub(crate) mod aliases;
pub(crate) mod attributes;
pub(crate) mod challenges;
pub(crate) mod codes;
pub(crate) mod events;
pub(crate) mod factors;
mod former_subs;
pub(crate) mod known_origins;
pub(crate) mod limits;
pub(crate) mod meta;
pub(crate) mod names;
pub(crate) mod outbox;
pub(crate) mod passkeys;
pub(crate) mod profile;
pub(crate) mod purge;
pub(crate) mod records;
pub(crate) mod refresh_tokens;
pub(crate) mod requested_codes;
pub(crate) mod schema;
pub(crate) mod sessions;
pub(crate) mod signing_keys;
pub(crate) mod srp_verifiers;
pub(crate) mod tickets;
pub(crate) mod users;
pub(crate) mod waiting;
