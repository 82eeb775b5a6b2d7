//! Why an account was not confirmed.

use crate::Unavailable;
use crate::code_requests::TryError;
use crate::codes::CodeFault;
use crate::limits::Wait;
use crate::store::StoreError;
use model::{AttributeName, FieldName, Refusal, Why};

/// Why an account was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmSignUpError {
    /// Nobody was named.
    #[error("no name")]
    Nobody,
    #[error("the code was refused: {0:?}")]
    Code(CodeFault),
    /// The code was right, and the contact belongs to another account.
    #[error("the contact belongs to another account")]
    AliasExists(AttributeName),
    /// The code was right, and the username belongs to another account by now, or the other one that was
    /// entered can't be had.
    #[error("the username can't be had: {0:?}")]
    Username(Why),
    #[error("too often; again in {seconds} s")]
    Wait { seconds: u32 },
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<ConfirmSignUpError> for Refusal {
    fn from(error: ConfirmSignUpError) -> Self {
        match error {
            ConfirmSignUpError::Nobody => Self::field(FieldName::Username, Why::Missing),
            ConfirmSignUpError::Code(fault) => fault.refusal(),
            ConfirmSignUpError::AliasExists(_) => Self::form(Why::AliasExists),
            ConfirmSignUpError::Username(why) => Self::field(FieldName::NewUsername, why),
            ConfirmSignUpError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            ConfirmSignUpError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for ConfirmSignUpError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for ConfirmSignUpError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl From<CodeFault> for ConfirmSignUpError {
    fn from(fault: CodeFault) -> Self {
        Self::Code(fault)
    }
}

impl From<TryError> for ConfirmSignUpError {
    fn from(error: TryError) -> Self {
        match error {
            TryError::Wait(wait) => wait.into(),
            TryError::Unavailable(fault) => Self::Unavailable(fault),
        }
    }
}
