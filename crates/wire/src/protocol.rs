//! The names of the protocol (AWS JSON 1.1).

use axum::http::{HeaderName, HeaderValue};

/// Which operation is asked for, below [`SERVICE`].
pub static TARGET: HeaderName = HeaderName::from_static("x-amz-target");
pub const SERVICE: &str = "AWSCognitoIdentityProviderService.";
/// The media type of requests and answers.
pub const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
/// Where clients look first for the exception's name.
pub static ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
pub static REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
