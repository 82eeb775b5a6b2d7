//! What an access token stands for (OpenID Connect Core 1.0, section 5.3).

use crate::api::Api;
use crate::error::ApiError;
use accounts::tokens::AccessTokenError;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

pub async fn answer(State(api): State<Api>, headers: HeaderMap) -> Response {
    let Some(token) = bearer(&headers) else {
        // Nothing was shown, so nothing is said of it (RFC 6750, section 3.1).
        return refusal(HeaderValue::from_static("Bearer"), &json!({ "error": "invalid_request" }));
    };
    match accounts::tokens::info_of_access_token(&api.pool, token).await {
        Ok((viewer, info)) => (
            [(CONTENT_TYPE, JSON)],
            Value::from(accounts::tokens::user_info(&api.pool, &viewer, &info)).to_string(),
        )
            .into_response(),
        Err(AccessTokenError::Unavailable(fault)) => ApiError::from(fault).into_response(),
        Err(_) => {
            let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
            refusal(
                challenge,
                &json!({ "error": "invalid_token", "error_description": "Access token is expired or was revoked." }),
            )
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get_all(AUTHORIZATION).iter().find_map(|header| {
        let (scheme, token) = std::str::from_utf8(header.as_bytes()).ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    })
}

fn refusal(challenge: HeaderValue, body: &Value) -> Response {
    (StatusCode::UNAUTHORIZED, [(CONTENT_TYPE, JSON), (WWW_AUTHENTICATE, challenge)], body.to_string())
        .into_response()
}
