//! One-time codes, and the sign-ups that wait for one.

pub mod codes;
pub mod requested_codes;
pub mod tickets;
pub mod waiting;
