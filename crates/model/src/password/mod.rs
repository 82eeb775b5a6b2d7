//! Passwords: kept out of logs, and measured against a policy.

mod policy;
mod rules;
mod typed;

pub use policy::Policy;
pub use rules::{PASSWORD_MAX, Rule, Rules};
pub use typed::Password;
