//! What may come of a second factor that is tried.

use crate::error::{CommonError, common_error};
use crate::one_time_codes::CodeFault;
use model::{ErrorCode, FieldName, FormErrors};

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum ChallengeError {
    /// Also the code of an app, or a recovery code, that was used before.
    #[error("the code: {0:?}")]
    Code(CodeFault),
    /// Not what the authenticator app shows.
    #[error("not the code of the app")]
    WrongAppCode,
    /// Not one of those that the account was given last.
    #[error("none of the recovery codes")]
    WrongRecoveryCode,
    /// The account has no such factor, or none was chosen yet.
    #[error("not a factor of this account")]
    NoSuchFactor,
    /// It has waited too long, was answered before, or the password was changed meanwhile.
    #[error("the sign-in no longer waits")]
    Over,
    /// An administrator disabled it while the sign-in waited.
    #[error("the account is disabled")]
    Disabled,
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(ChallengeError);

impl From<ChallengeError> for FormErrors {
    fn from(error: ChallengeError) -> Self {
        match error {
            ChallengeError::Code(fault) => fault.refusal(),
            ChallengeError::WrongAppCode => Self::field(FieldName::Code, ErrorCode::WrongAppCode),
            ChallengeError::WrongRecoveryCode => Self::field(FieldName::Code, ErrorCode::WrongRecoveryCode),
            ChallengeError::NoSuchFactor => Self::form(ErrorCode::NoSuchFactor),
            ChallengeError::Over => Self::form(ErrorCode::SignInOver),
            ChallengeError::Disabled => Self::form(ErrorCode::Disabled),
            ChallengeError::Common(common) => common.into(),
        }
    }
}

impl From<CodeFault> for ChallengeError {
    fn from(fault: CodeFault) -> Self {
        Self::Code(fault)
    }
}

impl ChallengeError {
    /// What the trail says of it: only of codes that were tried.
    pub(crate) fn tried(&self) -> Option<FormErrors> {
        match self {
            Self::Code(fault) if fault.is_a_try() => Some(fault.refusal()),
            Self::WrongAppCode => Some(FormErrors::field(FieldName::Code, ErrorCode::WrongAppCode)),
            Self::WrongRecoveryCode => Some(FormErrors::field(FieldName::Code, ErrorCode::WrongRecoveryCode)),
            Self::Code(_) | Self::NoSuchFactor | Self::Over | Self::Disabled | Self::Common(_) => None,
        }
    }
}
