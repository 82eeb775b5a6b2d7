//! `/security…`: how somebody proves that it is them, and where they are signed in.

pub mod app;
pub mod confirm;
pub mod factors;
pub mod overview;
pub mod passkeys;
pub mod password;
mod qr;
pub mod recovery_codes;
pub mod sessions;
