//! What may come of a second factor that is tried.

use crate::Unavailable;
use crate::codes::CodeFault;
use crate::limits::Wait;
use crate::store::StoreError;
use model::{FieldName, Refusal, Why};

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum ChallengeError {
    /// Also the code of an app, or a recovery code, that was used before.
    #[error("the code: {0:?}")]
    Code(CodeFault),
    #[error("not the code of the app")]
    WrongAppCode,
    #[error("none of the recovery codes")]
    WrongRecoveryCode,
    /// The account has no such factor, or none was chosen yet.
    #[error("not a factor of this account")]
    NoSuchFactor,
    /// It has waited too long, was answered before, or the password was changed meanwhile.
    #[error("the sign-in no longer waits")]
    Over,
    #[error("the account is disabled")]
    Disabled,
    #[error("too many tries; again in {seconds} s")]
    Wait { seconds: u32 },
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<ChallengeError> for Refusal {
    fn from(error: ChallengeError) -> Self {
        match error {
            ChallengeError::Code(fault) => fault.refusal(),
            ChallengeError::WrongAppCode => Self::field(FieldName::Code, Why::WrongAppCode),
            ChallengeError::WrongRecoveryCode => Self::field(FieldName::Code, Why::WrongRecoveryCode),
            ChallengeError::NoSuchFactor => Self::form(Why::NoSuchFactor),
            ChallengeError::Over => Self::form(Why::SignInOver),
            ChallengeError::Disabled => Self::form(Why::Disabled),
            ChallengeError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            ChallengeError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for ChallengeError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for ChallengeError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl From<CodeFault> for ChallengeError {
    fn from(fault: CodeFault) -> Self {
        Self::Code(fault)
    }
}

impl ChallengeError {
    /// What the trail says of it: only of codes that were tried.
    pub(super) fn tried(&self) -> Option<Refusal> {
        match self {
            Self::Code(fault) if fault.is_a_try() => Some(fault.refusal()),
            Self::WrongAppCode => Some(Refusal::field(FieldName::Code, Why::WrongAppCode)),
            Self::WrongRecoveryCode => Some(Refusal::field(FieldName::Code, Why::WrongRecoveryCode)),
            _ => None,
        }
    }
}
