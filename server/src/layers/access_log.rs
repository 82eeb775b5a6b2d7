//! A number for every request, and one line about it in the log: method, path without its query (queries may
//! hold what people typed), status, milliseconds, request id. Nothing that was sent or answered. What the client
//! chose is cut.

use crate::log_text::shown;
use accounts::Context;
use app::request::RequestId;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

static HEADER: HeaderName = HeaderName::from_static("x-request-id");

pub async fn log(State(pool): State<Context>, mut request: Request, next: Next) -> Response {
    let id = uuid::Uuid::new_v4().simple().to_string().split_off(20);
    let method = shown(request.method().as_str()).into_owned();
    let path = shown(request.uri().path()).into_owned();
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(wire::RequestId(id.clone()));
    let started = pool.now();
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    let ms = pool.now().since(started).as_millis();
    if response.status().is_server_error() {
        tracing::warn!(target: "access", %method, path, status, ms, id, "request");
    } else {
        tracing::info!(target: "access", %method, path, status, ms, id, "request");
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER.clone(), id);
    }
    response
}
