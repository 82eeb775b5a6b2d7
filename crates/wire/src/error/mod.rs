//! What the wire API answers when it refuses: the name of an exception and its message. Clients compare both,
//! so both are those of Cognito.

mod conversions;
mod field_errors;

use crate::protocol::{ERROR_TYPE, JSON};
use accounts::ClientId;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use model::AttributeName;
use nameplate_core::client::ClientFault;
use nameplate_core::clock::Timestamp;
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
            Self::AliasExists
            | Self::CodeMismatch
            | Self::EnableSoftwareTokenMfa
            | Self::ExpiredCode
            | Self::InvalidParameter
            | Self::InvalidPassword
            | Self::LimitExceeded
            | Self::NotAuthorized
            | Self::PasswordResetRequired
            | Self::RefreshTokenReuse
            | Self::ResourceNotFound
            | Self::Serialization
            | Self::TooManyRequests
            | Self::Unauthorized
            | Self::UnknownOperation
            | Self::UnsupportedTokenType
            | Self::UserNotConfirmed
            | Self::UsernameExists => StatusCode::BAD_REQUEST,
        }
    }
}

/// A refusal of the wire API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    exception: Exception,
    message: Cow<'static, str>,
    /// After so many seconds it is worth trying again.
    wait: Option<u32>,
}

impl ApiError {
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

    /// The password was right, and was reset with a code that went where those of the second step go.
    pub fn possible_again_at(at: Timestamp) -> Self {
        let second = Timestamp(at.0.saturating_add(999) / 1000 * 1000);
        Self::new(Exception::NotAuthorized, format!("Sign-in is possible again at {second}"))
    }

    /// Something is wrong here; the log says what.
    pub fn internal() -> Self {
        Self::new(Exception::InternalError, "The service can't do this now. Please try again.").after(2)
    }

    /// No application of that name.
    pub fn unknown_client(client: &ClientId) -> Self {
        Self::new(Exception::ResourceNotFound, format!("User pool client {client} does not exist."))
    }

    /// The request has no proof, or a wrong one, that it comes from its application.
    pub fn not_that_client(client: &ClientId, fault: ClientFault) -> Self {
        let message = match fault {
            ClientFault::HashMissing => {
                format!("Client {client} is configured with secret but SECRET_HASH was not received")
            }
            ClientFault::Wrong => format!("Unable to verify secret hash for client {client}"),
        };
        Self::new(Exception::NotAuthorized, message)
    }

    /// The application was there a moment ago, when the request was looked at.
    pub fn client_is_gone() -> Self {
        Self::new(Exception::ResourceNotFound, "User pool client does not exist.")
    }

    /// Tried too often.
    pub fn limit_exceeded(seconds: u32) -> Self {
        Self::new(Exception::LimitExceeded, "Attempt limit exceeded, please try after some time.")
            .after(seconds)
    }

    /// The whole installation has sent as many messages to strangers as it does in an hour.
    pub fn no_messages_now(seconds: u32) -> Self {
        let words = "Messages can't be sent right now, please try after some time.";
        Self::new(Exception::LimitExceeded, words).after(seconds)
    }

    /// The whole installation has sent too many text messages.
    pub fn no_texts_now(seconds: u32) -> Self {
        Self::new(Exception::LimitExceeded, model::NO_TEXTS_NOW).after(seconds)
    }

    /// Too much at once.
    pub fn too_many_requests(seconds: u32) -> Self {
        Self::new(Exception::TooManyRequests, "Too many requests").after(seconds)
    }

    /// Somebody else has this contact.
    pub fn alias_exists(attribute: &AttributeName) -> Self {
        Self::new(Exception::AliasExists, format!("An account with the given {attribute} already exists."))
    }

    /// A parameter of an authentication flow that isn't there.
    pub fn missing_parameter(name: &str) -> Self {
        Self::parameter(format!("Missing required parameter {name}"))
    }

    /// An attribute whose name nobody could have declared.
    pub fn unknown_attribute(name: &str) -> Self {
        Self::parameter(format!("user.{name}: Attribute does not exist in the schema.\n"))
    }

    /// Whether it says something about what was asked. That the service can't answer now doesn't.
    pub fn is_conclusive(&self) -> bool {
        !matches!(self.exception, Exception::InternalError | Exception::TooManyRequests)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let name = self.exception.name();
        let body = json!({ "__type": name, "message": self.message }).to_string();
        let headers = [(CONTENT_TYPE, JSON), (ERROR_TYPE.clone(), HeaderValue::from_static(name))];
        let mut answer = (self.exception.status(), headers, body).into_response();
        if let Some(seconds) = self.wait {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}
