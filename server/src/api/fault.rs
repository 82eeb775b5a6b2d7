//! What the wire API answers when it refuses: the name of an exception and its message. Clients compare both,
//! so both are those of Cognito.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::borrow::Cow;

/// Every exception that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exception {
    AliasExists,
    CodeMismatch,
    EnableSoftwareTokenMfa,
    ExpiredCode,
    InternalError,
    InvalidParameter,
    InvalidPassword,
    LimitExceeded,
    NotAuthorized,
    PasswordResetRequired,
    RefreshTokenReuse,
    RequestTooLarge,
    ResourceNotFound,
    Serialization,
    TooManyRequests,
    Unauthorized,
    UnknownOperation,
    UnsupportedTokenType,
    UserNotConfirmed,
    UsernameExists,
}

impl Exception {
    const fn name(self) -> &'static str {
        match self {
            Self::AliasExists => "AliasExistsException",
            Self::CodeMismatch => "CodeMismatchException",
            Self::EnableSoftwareTokenMfa => "EnableSoftwareTokenMFAException",
            Self::ExpiredCode => "ExpiredCodeException",
            Self::InternalError => "InternalErrorException",
            Self::InvalidParameter => "InvalidParameterException",
            Self::InvalidPassword => "InvalidPasswordException",
            Self::LimitExceeded => "LimitExceededException",
            Self::NotAuthorized => "NotAuthorizedException",
            Self::PasswordResetRequired => "PasswordResetRequiredException",
            Self::RefreshTokenReuse => "RefreshTokenReuseException",
            Self::RequestTooLarge => "RequestEntityTooLargeException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::Serialization => "SerializationException",
            Self::TooManyRequests => "TooManyRequestsException",
            Self::Unauthorized => "UnauthorizedException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::UnsupportedTokenType => "UnsupportedTokenTypeException",
            Self::UserNotConfirmed => "UserNotConfirmedException",
            Self::UsernameExists => "UsernameExistsException",
        }
    }

    /// All but two are the client's fault, and 400: the name tells them apart.
    const fn status(self) -> StatusCode {
        match self {
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::RequestTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// A refusal of the wire API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    exception: Exception,
    message: Cow<'static, str>,
    /// After so many seconds it is worth trying again.
    wait: Option<u32>,
}

impl Fault {
    pub fn new(exception: Exception, message: impl Into<Cow<'static, str>>) -> Self {
        Self { exception, message: message.into(), wait: None }
    }

    pub fn after(self, seconds: u32) -> Self {
        Self { wait: Some(seconds), ..self }
    }

    pub fn parameter(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Exception::InvalidParameter, message)
    }

    pub fn not_authorized(message: &'static str) -> Self {
        Self::new(Exception::NotAuthorized, message)
    }

    /// Something is wrong here; the log says what.
    pub fn internal() -> Self {
        Self::new(Exception::InternalError, "The service can't do this now. Please try again.").after(2)
    }
}

impl Fault {
    /// Whether it says something about what was asked. That the service can't answer now doesn't.
    pub fn is_an_answer(&self) -> bool {
        !matches!(self.exception, Exception::InternalError | Exception::TooManyRequests)
    }
}

/// Where clients look first for the exception's name.
pub static ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let name = self.exception.name();
        let body = json!({ "__type": name, "message": self.message }).to_string();
        let headers = [(CONTENT_TYPE, super::JSON), (ERROR_TYPE.clone(), HeaderValue::from_static(name))];
        let mut answer = (self.exception.status(), headers, body).into_response();
        if let Some(seconds) = self.wait {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}
