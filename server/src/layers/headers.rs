//! Headers that hold for every answer. Pages bring a policy of their own, with their nonce.

use crate::config::ServerConfig;
use axum::extract::{Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

static OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
static RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
static PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// For everything that isn't a page: nothing may run, load or frame it.
const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub async fn add(State(config): State<Arc<ServerConfig>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut say = |name: &HeaderName, value| _ = headers.insert(name, HeaderValue::from_static(value));
    say(&X_CONTENT_TYPE_OPTIONS, "nosniff");
    // `no-referrer` would break the framework's redirects.
    say(&REFERRER_POLICY, "same-origin");
    say(&OPENER, "same-origin");
    say(&RESOURCE, "same-origin");
    say(&PERMISSIONS, "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    if config.public_url.is_https() {
        // Two years, as browsers' preload lists ask for (RFC 6797).
        say(&STRICT_TRANSPORT_SECURITY, "max-age=63072000");
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING));
    response
}
