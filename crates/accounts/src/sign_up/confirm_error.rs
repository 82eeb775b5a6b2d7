//! Why an account was not confirmed.

use crate::error::{CommonError, common_error};
use crate::one_time_codes::CodeFault;
use model::{AttributeName, ErrorCode, FieldName, FormErrors};

/// Why an account was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmSignUpError {
    /// Nobody was named.
    #[error("no name")]
    Nobody,
    /// Not the code, or one that no longer counts.
    #[error("the code was refused: {0:?}")]
    Code(CodeFault),
    /// The code was right, and the contact belongs to another account.
    #[error("the contact belongs to another account")]
    AliasExists(AttributeName),
    /// The code was right, and the username belongs to another account by now, or the other one that was
    /// entered can't be had.
    #[error("the username can't be had: {0:?}")]
    Username(ErrorCode),
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(ConfirmSignUpError);

impl From<ConfirmSignUpError> for FormErrors {
    fn from(error: ConfirmSignUpError) -> Self {
        match error {
            ConfirmSignUpError::Nobody => Self::field(FieldName::Username, ErrorCode::Missing),
            ConfirmSignUpError::Code(fault) => fault.refusal(),
            ConfirmSignUpError::AliasExists(_) => Self::form(ErrorCode::AliasExists),
            ConfirmSignUpError::Username(why) => Self::field(FieldName::NewUsername, why),
            ConfirmSignUpError::Common(common) => common.into(),
        }
    }
}

impl From<CodeFault> for ConfirmSignUpError {
    fn from(fault: CodeFault) -> Self {
        Self::Code(fault)
    }
}
