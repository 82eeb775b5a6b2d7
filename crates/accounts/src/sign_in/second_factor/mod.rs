//! The second step of a sign-in.

pub(crate) mod answer;
pub(crate) mod challenge;
pub(crate) mod code;
pub(crate) mod error;
pub(crate) mod proof;

pub use answer::{FactorCode, answer, answer_for_tokens, answer_with_recovery_code};
pub use challenge::{Challenge, PendingChallenge, choose_factor, pending, resend};
pub use error::ChallengeError;
