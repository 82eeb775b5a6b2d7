//! What the pool refuses, in the words of the wire API: one `match` for each of its errors.

use super::field_errors::{attributes_refused, fields, too_many_attributes};
use super::{ApiError, Exception};
use accounts::account::DeleteAccountError;
use accounts::attributes::{DeleteAttributesError, UpdateAttributesError};
use accounts::contacts::VerifyAttributeError;
use accounts::factors::{FactorError, StepUpError};
use accounts::one_time_codes::CodeFault;
use accounts::password::{ChangePasswordError, ConfirmForgotPasswordError, ForgotPasswordError};
use accounts::sign_in::new_password::NewPasswordError;
use accounts::sign_in::second_factor::ChallengeError;
use accounts::sign_in::srp::SrpError;
use accounts::sign_in::{NotFresh, SignInError};
use accounts::sign_up::{ConfirmSignUpError, ResendError, SignUpError};
use accounts::tokens::{AccessTokenError, RefreshError, RevokeError};
use accounts::{CommonError, Unavailable};
use model::{Factor, FieldName};
use std::error::Error;

impl From<Unavailable> for ApiError {
    fn from(fault: Unavailable) -> Self {
        tracing::error!(error = &fault as &dyn Error, "the wire API could not answer");
        Self::internal()
    }
}

impl From<CommonError> for ApiError {
    fn from(error: CommonError) -> Self {
        match error {
            CommonError::Wait { seconds } => Self::limit_exceeded(seconds),
            CommonError::NoMessagesNow { seconds } => Self::no_messages_now(seconds),
            CommonError::Busy => Self::too_many_requests(1),
            CommonError::SignedOut => Self::not_authorized("Access Token has been revoked"),
            CommonError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<NotFresh> for ApiError {
    fn from(NotFresh: NotFresh) -> Self {
        Self::not_authorized("User must sign in again to do this")
    }
}

impl From<SignUpError> for ApiError {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::Fields(wrong) => fields(&wrong),
            SignUpError::TooMany => too_many_attributes("userAttributes"),
            SignUpError::UnknownClient => Self::client_is_gone(),
            SignUpError::UsernameTaken => Self::new(Exception::UsernameExists, "User already exists"),
            SignUpError::Common(common) => common.into(),
        }
    }
}

impl From<CodeFault> for ApiError {
    fn from(fault: CodeFault) -> Self {
        match fault {
            CodeFault::Missing | CodeFault::NotACode | CodeFault::Wrong { .. } => {
                Self::new(Exception::CodeMismatch, "Invalid verification code provided, please try again.")
            }
            CodeFault::Expired | CodeFault::Used | CodeFault::NoCode => {
                Self::new(Exception::ExpiredCode, "Invalid code provided, please request a code again.")
            }
            CodeFault::WornOut => {
                Self::new(Exception::LimitExceeded, "Attempt limit exceeded, please try after some time.")
            }
        }
    }
}

impl From<ConfirmSignUpError> for ApiError {
    fn from(error: ConfirmSignUpError) -> Self {
        match error {
            ConfirmSignUpError::Nobody => Self::missing_parameter("USERNAME"),
            ConfirmSignUpError::Code(fault) => fault.into(),
            ConfirmSignUpError::AliasExists(attribute) => Self::alias_exists(&attribute),
            ConfirmSignUpError::Username(_) => {
                Self::not_authorized("User cannot be confirmed. Current status is CONFIRMED")
            }
            ConfirmSignUpError::Common(common) => common.into(),
        }
    }
}

impl From<ResendError> for ApiError {
    fn from(error: ResendError) -> Self {
        match error {
            ResendError::Nobody => Self::missing_parameter("USERNAME"),
            ResendError::NoPending => Self::parameter("The attribute is not set, or is verified already."),
            ResendError::NoTextsNow { seconds } => Self::no_texts_now(seconds),
            ResendError::NoTextsToCountry => Self::parameter(model::NO_TEXTS_TO_COUNTRY),
            ResendError::Common(common) => common.into(),
        }
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Missing(fields) if fields.contains(&FieldName::Username) => {
                Self::missing_parameter("USERNAME")
            }
            SignInError::Missing(_) => Self::missing_parameter("PASSWORD"),
            SignInError::UnknownClient => Self::client_is_gone(),
            SignInError::ResetRequired => {
                Self::new(Exception::PasswordResetRequired, "Password reset required for the user")
            }
            SignInError::Disabled => Self::not_authorized("User is disabled."),
            SignInError::WrongCredentials => Self::not_authorized("Incorrect username or password."),
            SignInError::Common(CommonError::Wait { seconds }) => {
                Self::not_authorized("Password attempts exceeded").after(seconds)
            }
            SignInError::Common(common) => common.into(),
        }
    }
}

impl From<SrpError> for ApiError {
    fn from(error: SrpError) -> Self {
        match error {
            SrpError::NotInGroup => Self::parameter("SRP_A is not a number of the group"),
            SrpError::Over => Self::not_authorized("Invalid session for the user."),
            SrpError::SignIn(error) => error.into(),
        }
    }
}

impl From<AccessTokenError> for ApiError {
    fn from(error: AccessTokenError) -> Self {
        match error {
            AccessTokenError::Invalid => Self::not_authorized("Invalid Access Token"),
            AccessTokenError::Expired => Self::not_authorized("Access Token has expired"),
            AccessTokenError::Revoked => Self::not_authorized("Access Token has been revoked"),
            AccessTokenError::Scope => Self::not_authorized("Access Token does not have required scopes"),
            AccessTokenError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<RefreshError> for ApiError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::UnknownClient => Self::client_is_gone(),
            RefreshError::Invalid => Self::not_authorized("Invalid Refresh Token"),
            RefreshError::Expired => Self::not_authorized("Refresh Token has expired"),
            RefreshError::Revoked => Self::not_authorized("Refresh Token has been revoked"),
            RefreshError::Reused => Self::new(Exception::RefreshTokenReuse, "Refresh Token has been revoked"),
            RefreshError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<RevokeError> for ApiError {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::UnknownClient => Self::client_is_gone(),
            RevokeError::NotYours => {
                Self::new(Exception::Unauthorized, "The token was issued to another client")
            }
            RevokeError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<UpdateAttributesError> for ApiError {
    fn from(error: UpdateAttributesError) -> Self {
        match error {
            UpdateAttributesError::Refused(refusal) => attributes_refused("userAttributes", &refusal),
            UpdateAttributesError::Common(CommonError::Wait { seconds }) => Self::too_many_requests(seconds),
            UpdateAttributesError::NotFresh(stale) => stale.into(),
            UpdateAttributesError::StepUp(error) => error.into(),
            UpdateAttributesError::Common(common) => common.into(),
        }
    }
}

impl From<DeleteAttributesError> for ApiError {
    fn from(error: DeleteAttributesError) -> Self {
        match error {
            DeleteAttributesError::Refused(refusal) => attributes_refused("userAttributeNames", &refusal),
            DeleteAttributesError::Common(CommonError::Wait { seconds }) => Self::too_many_requests(seconds),
            DeleteAttributesError::NotFresh(stale) => stale.into(),
            DeleteAttributesError::Common(common) => common.into(),
        }
    }
}

impl From<VerifyAttributeError> for ApiError {
    fn from(error: VerifyAttributeError) -> Self {
        match error {
            VerifyAttributeError::Code(fault) => fault.into(),
            VerifyAttributeError::AliasExists(attribute) => Self::alias_exists(&attribute),
            VerifyAttributeError::StepUp(error) => error.into(),
            VerifyAttributeError::Common(common) => common.into(),
        }
    }
}

impl From<ChangePasswordError> for ApiError {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::Fields(wrong) => fields(&wrong),
            ChangePasswordError::WrongPassword => Self::not_authorized("Incorrect username or password."),
            ChangePasswordError::NotFresh(stale) => stale.into(),
            ChangePasswordError::Common(common) => common.into(),
        }
    }
}

impl From<DeleteAccountError> for ApiError {
    fn from(error: DeleteAccountError) -> Self {
        match error {
            DeleteAccountError::NotFresh(stale) => stale.into(),
            DeleteAccountError::Common(common) => common.into(),
            // An application shows a token and nothing else that could be wrong.
            DeleteAccountError::Fields(_) | DeleteAccountError::Password(_) => Self::internal(),
        }
    }
}

impl From<ForgotPasswordError> for ApiError {
    fn from(error: ForgotPasswordError) -> Self {
        match error {
            ForgotPasswordError::Nobody => Self::missing_parameter("USERNAME"),
            ForgotPasswordError::Common(common) => common.into(),
        }
    }
}

impl From<ConfirmForgotPasswordError> for ApiError {
    fn from(error: ConfirmForgotPasswordError) -> Self {
        match error {
            ConfirmForgotPasswordError::Fields(wrong) => fields(&wrong),
            ConfirmForgotPasswordError::Code(fault) => fault.into(),
            ConfirmForgotPasswordError::Common(common) => common.into(),
        }
    }
}

impl From<StepUpError> for ApiError {
    fn from(error: StepUpError) -> Self {
        match error {
            StepUpError::Common(common) => common.into(),
            // An application is asked for nothing beside its token.
            StepUpError::Needed(_) | StepUpError::Refused(_) | StepUpError::TooNew => Self::internal(),
        }
    }
}

impl From<FactorError> for ApiError {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::NotFresh(stale) => stale.into(),
            FactorError::StepUp(error) => error.into(),
            FactorError::NotAtHand(Factor::SoftwareToken) => {
                Self::parameter("User has not verified software token mfa")
            }
            FactorError::NotAtHand(factor) => Self::parameter(format!(
                "User does not have delivery config set to turn on {}",
                factor.as_str()
            )),
            FactorError::NotACode(_) | FactorError::WrongAppCode => Self::new(
                Exception::EnableSoftwareTokenMfa,
                "Code mismatch and fail enable Software Token MFA",
            ),
            FactorError::Common(CommonError::Wait { seconds }) => Self::too_many_requests(seconds),
            FactorError::Common(common) => common.into(),
        }
    }
}

impl From<ChallengeError> for ApiError {
    fn from(error: ChallengeError) -> Self {
        match error {
            ChallengeError::Code(CodeFault::Missing | CodeFault::NotACode | CodeFault::Wrong { .. })
            | ChallengeError::WrongAppCode
            | ChallengeError::WrongRecoveryCode => {
                Self::new(Exception::CodeMismatch, "Invalid code or auth state for the user.")
            }
            ChallengeError::Code(fault) => fault.into(),
            ChallengeError::NoSuchFactor => Self::parameter("Invalid selected MFA type"),
            ChallengeError::Over => Self::not_authorized("Invalid session for the user."),
            ChallengeError::Disabled => Self::not_authorized("User is disabled."),
            ChallengeError::Common(CommonError::Wait { seconds }) => Self::too_many_requests(seconds),
            ChallengeError::Common(common) => common.into(),
        }
    }
}

impl From<NewPasswordError> for ApiError {
    fn from(error: NewPasswordError) -> Self {
        match error {
            NewPasswordError::Refused(refusal) => attributes_refused("userAttributes", &refusal),
            NewPasswordError::Over => Self::not_authorized("Invalid session for the user."),
            NewPasswordError::Disabled => Self::not_authorized("User is disabled."),
            NewPasswordError::Common(common) => common.into(),
        }
    }
}
