//! How long a response may take. Live events go on for as long as their page is open.

use crate::config::ServerConfig;
use crate::log_text::shown;
use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tokio::time::timeout;

pub async fn limit(State(config): State<Arc<ServerConfig>>, request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    match timeout(config.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!(path = %shown(uri.path()), "a request took too long and was given up");
            (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, HeaderValue::from_static("2"))]).into_response()
        }
    }
}
