//! What somebody signs in with, and what a sign-in leaves.

pub mod challenges;
pub mod factors;
pub mod passkeys;
pub mod refresh_tokens;
pub mod sessions;
pub mod signing_keys;
pub mod srp_verifiers;
