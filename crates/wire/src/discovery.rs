//! What applications verify tokens with (RFC 7517; OpenID Connect Discovery 1.0).

use crate::api::Api;
use crate::error::{ApiError, Exception};
use accounts::Context;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use model::paths;
use serde_json::{Value, json};

/// Long enough to spare requests, and short enough for a new key.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");

pub async fn keys(State(api): State<Api>, Path(asked): Path<String>) -> Response {
    if asked != api.pool.id() {
        return unknown(&asked);
    }
    match accounts::tokens::public_keys(&api.pool).await {
        Ok(keys) => answer(&json!({ "keys": keys })),
        Err(error) => ApiError::from(error).into_response(),
    }
}

pub async fn configuration(State(api): State<Api>, Path(asked): Path<String>) -> Response {
    if asked == api.pool.id() { answer(&described(&api.pool)) } else { unknown(&asked) }
}

fn described(pool: &Context) -> Value {
    json!({
        "issuer": accounts::tokens::issuer(pool),
        "jwks_uri": format!("{}{}", pool.settings().public_url, paths::pool_keys(pool.id())),
        "userinfo_endpoint": format!("{}{}", pool.settings().public_url, paths::USER_INFO),
        "id_token_signing_alg_values_supported": ["RS256"],
        "subject_types_supported": ["public"],
        "response_types_supported": [],
    })
}

fn answer(value: &Value) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json")), (CACHE_CONTROL, KEPT)], value.to_string())
        .into_response()
}

fn unknown(asked: &str) -> Response {
    let mut answer = ApiError::new(Exception::ResourceNotFound, format!("User pool {asked} does not exist."))
        .into_response();
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer
}
