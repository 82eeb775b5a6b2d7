//! What may come of a change of the second factors.

use crate::error::{CommonError, common_error};
use crate::factors::step_up::StepUpError;
use crate::one_time_codes::CodeFault;
use crate::sign_in::freshness::NotFresh;
use model::{ErrorCode, Factor, FieldName, FormErrors};

/// Why the second factors stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// The password has to be entered once more.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// A second factor has to be proven first, or was not.
    #[error(transparent)]
    StepUp(#[from] StepUpError),
    /// There is no app that was set up, or no proven contact that messages reach.
    #[error("the account has nothing for {0:?}")]
    NotAtHand(Factor),
    /// Nothing was typed, or no six digits.
    #[error("not a code: {0:?}")]
    NotACode(CodeFault),
    /// The app shows another code.
    #[error("not the code of the app")]
    WrongAppCode,
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(FactorError);

impl From<FactorError> for FormErrors {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::NotFresh(stale) => stale.into(),
            FactorError::StepUp(error) => error.into(),
            FactorError::NotAtHand(_) => Self::form(ErrorCode::NoSuchFactor),
            FactorError::NotACode(fault) => fault.refusal(),
            FactorError::WrongAppCode => Self::field(FieldName::Code, ErrorCode::WrongAppCode),
            FactorError::Common(common) => common.into(),
        }
    }
}
