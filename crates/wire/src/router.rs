//! The routes of the wire API, and what every answer of it has.

use crate::api::{Api, BodyLimits, OperationRequest};
use crate::error::ApiError;
use crate::protocol::{ERROR_TYPE, JSON, REQUEST_ID, TARGET};
use crate::{cors, discovery, operations, user_info};
use accounts::{ClientId, Context};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use model::paths;
use tower::ServiceExt;

/// The number that the service gave to a request, as an extension of it: the answer repeats it.
#[derive(Debug, Clone, Default)]
pub struct RequestId(pub String);

/// The wire API. `layers` are those of the service that surround it (one of them says where a request comes
/// from, as a `accounts::Origin`): what fails in one of them is told in the words of this API too.
pub fn routes(pool: Context, limits: BodyLimits, layers: impl FnOnce(Router) -> Router) -> Router {
    let routes = Router::new()
        .route(paths::START, post(call).options(cors::preflight))
        .route(paths::POOL_KEYS, get(discovery::keys))
        .route(paths::POOL_CONFIGURATION, get(discovery::configuration))
        .route(
            paths::USER_INFO,
            get(user_info::answer).post(user_info::answer).options(cors::preflight_with_token),
        )
        .with_state(Api::new(pool.clone(), limits));
    layers(routes).layer(from_fn_with_state(pool, finish))
}

/// Gives the wire API, which is the state, what is meant for it; everything else goes on to the pages.
pub async fn dispatch(State(api): State<Router>, request: Request, next: Next) -> Response {
    if is_ours(&request) { api.oneshot(request).await.into_response() } else { next.run(request).await }
}

fn is_ours(request: &Request) -> bool {
    let path = request.uri().path();
    match *request.method() {
        // No page is ever asked so.
        Method::OPTIONS => path == paths::START || path == paths::USER_INFO,
        Method::POST => path == paths::USER_INFO || path == paths::START && speaks(request.headers()),
        Method::GET | Method::HEAD => path == paths::USER_INFO || paths::is_of_a_pool(path),
        _ => false,
    }
}

fn speaks(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    headers.contains_key(&TARGET) || kinds.any(|kind| kind.as_bytes().starts_with(b"application/x-amz-json-"))
}

/// What every answer has, refusals of the layers included: words, a number, and leave for pages of other
/// origins to read it.
async fn finish(State(pool): State<Context>, request: Request, next: Next) -> Response {
    let page = request.headers().get(ORIGIN).cloned();
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let mut answer = next.run(request).await;
    let status = answer.status();
    if status.is_server_error() && !answer.headers().contains_key(&ERROR_TYPE) {
        answer = ApiError::internal().into_response();
        *answer.status_mut() = status;
    }
    let client = answer.extensions_mut().remove::<ClientId>();
    let headers = answer.headers_mut();
    cors::allow(headers, pool.settings(), page, client.as_ref());
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID.clone(), id);
    }
    answer
}

async fn call(State(api): State<Api>, request: Request) -> Response {
    let (client, done) = match api.read(request).await {
        Ok(OperationRequest { operation, call, attempt }) => {
            let done = operations::run(&call, &operation).await;
            attempt.finish(&done);
            (call.names_client(), done)
        }
        Err(error) => (None, Err(error)),
    };
    let mut answer = match done {
        Ok(value) => (StatusCode::OK, [(CONTENT_TYPE, JSON)], value.to_string()).into_response(),
        Err(error) => error.into_response(),
    };
    if let Some(client) = client {
        answer.extensions_mut().insert(client);
    }
    answer
}
