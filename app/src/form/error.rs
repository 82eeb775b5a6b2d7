//! What a server function answers when it refuses.

use super::words::refusal_words;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::{ErrorCode, FormErrors};
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

/// A [`FormErrors`] as server functions carry it, with its sentences for a browser to show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct FormError(pub FormErrors);

impl Serialize for FormError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Refusal<'a> {
            #[serde(flatten)]
            errors: &'a FormErrors,
            words: BTreeMap<String, String>,
        }
        Refusal { errors: &self.0, words: refusal_words(&self.0) }.serialize(serializer)
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
