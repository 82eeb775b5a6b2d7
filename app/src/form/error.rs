//! What a server function answers when it refuses.

use super::words::refusal_words;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::{ErrorCode, FormErrors};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A [`FormErrors`] as server functions carry it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FormError(pub FormErrors);

/// A refusal as a browser gets it: with its sentences, since it has none of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToldRefusal<'a> {
    #[serde(flatten)]
    errors: &'a FormErrors,
    words: BTreeMap<String, String>,
}

impl<'a> From<&'a FormErrors> for ToldRefusal<'a> {
    fn from(errors: &'a FormErrors) -> Self {
        Self { errors, words: refusal_words(errors) }
    }
}

/// For `map_err`: every error of a use case knows what a person is told.
pub fn refused(why: impl Into<FormErrors>) -> FormError {
    FormError(why.into())
}

impl FromServerFnError for FormError {
    type Encoder = JsonEncoding;

    /// The framework's own errors carry text; ours never do.
    fn from_server_fn_error(why: ServerFnErrorErr) -> Self {
        Self(FormErrors::form(match why {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => ErrorCode::BadRequest,
            ServerFnErrorErr::Registration(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_)
            | ServerFnErrorErr::Request(_)
            | ServerFnErrorErr::ServerError(_)
            | ServerFnErrorErr::MiddlewareError(_)
            | ServerFnErrorErr::Serialization(_)
            | ServerFnErrorErr::Response(_) => ErrorCode::Unavailable,
        }))
    }
}
