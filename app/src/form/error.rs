//! What a server function answers when it refuses.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::{Refusal, Why};
use serde::{Deserialize, Serialize};

/// A [`Refusal`] as server functions carry it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FormError(pub Refusal);

/// For `map_err`: every error of a use case knows what a person is told.
pub fn refused(why: impl Into<Refusal>) -> FormError {
    FormError(why.into())
}

impl FromServerFnError for FormError {
    type Encoder = JsonEncoding;

    /// The framework's own errors carry text; ours never do.
    fn from_server_fn_error(why: ServerFnErrorErr) -> Self {
        Self(Refusal::form(match why {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => Why::BadRequest,
            _ => Why::Unavailable,
        }))
    }
}
