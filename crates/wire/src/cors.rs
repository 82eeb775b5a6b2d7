//! Pages of other origins may call the wire API: it reads no cookies, so a page can do nothing with it that
//! any program couldn't.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use nameplate_core::client::ClientId;
use nameplate_core::settings::Settings;

/// What clients send besides.
const HEADERS: &str =
    "content-type, x-amz-target, x-amz-user-agent, cache-control, amz-sdk-invocation-id, amz-sdk-request";

/// Every call of a browser asks first; once a day is enough.
pub async fn preflight() -> Response {
    asked("POST, OPTIONS", HEADERS)
}

/// The same where the token is in a header.
pub async fn preflight_with_token() -> Response {
    asked("GET, POST, OPTIONS", "authorization, content-type")
}

fn asked(methods: &'static str, allowed: &'static str) -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods)),
        (ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(allowed)),
        (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400")),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Lets the page that asked read the answer: if the application that the request names lets in its origin,
/// or, where it names none, any application does.
pub fn allow(
    headers: &mut HeaderMap,
    settings: &Settings,
    page: Option<HeaderValue>,
    client: Option<&ClientId>,
) {
    let named = client.and_then(|id| settings.client(id));
    let clients = || settings.clients.iter().filter(|client| named.is_none_or(|named| named.id == client.id));
    if clients().any(|client| client.origins.is_empty()) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    } else {
        headers.append(VARY, HeaderValue::from_static("origin"));
        let known =
            |page: &HeaderValue| page.to_str().is_ok_and(|page| clients().any(|client| client.lets_in(page)));
        if let Some(page) = page.filter(known) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, page);
        }
    }
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("x-amzn-errortype, x-amzn-requestid"),
    );
}
