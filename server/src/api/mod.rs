//! The wire API: what applications speak that were written for Amazon Cognito user pools (JSON 1.1 on `POST
//! /`).
//!
//! Its door is not that of the pages: no forms, no cookies, so no rule about where a request comes from. Each
//! family of operations has a file. The shapes of all that a request carries are checked in one place, by the
//! table in `requests`; an operation reads it into a struct, and calls one use case of `pool`.

mod again;
mod attributes;
mod cors;
mod discovery;
mod fault;
mod mfa;
mod operations;
mod password;
mod refusals;
mod requests;
mod shape;
mod sign_up;
mod srp;
mod tokens;
mod user_info;

pub use operations::reference;

use again::{Unanswered, Watched};
use fault::{Exception, Fault};

use crate::config::ServerConfig;
use crate::layers::{client, patience};
use app::request::RequestId;
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use fault::ERROR_TYPE;
use model::paths;
use pool::profile::UserInfo;
use pool::settings::AppClient;
use pool::{ClientId, Origin, Pool, Viewer};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::time::timeout;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

static TARGET: HeaderName = HeaderName::from_static("x-amz-target");
static REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const SERVICE: &str = "AWSCognitoIdentityProviderService.";
const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

/// What operations answer from.
#[derive(Debug, Clone)]
struct Api {
    pool: Pool,
    limits: Arc<ServerConfig>,
    unanswered: Unanswered,
}

/// The wire API, with layers of its own: what fails in one of them is told in its words too.
pub fn routes(pool: Pool, config: Arc<ServerConfig>) -> Router {
    Router::new()
        .route(paths::START, post(call).options(cors::preflight))
        .route(paths::POOL_KEYS, get(discovery::keys))
        .route(paths::POOL_CONFIGURATION, get(discovery::configuration))
        .route(
            paths::USER_INFO,
            get(user_info::answer).post(user_info::answer).options(cors::preflight_with_token),
        )
        .with_state(Api { pool: pool.clone(), limits: config.clone(), unanswered: Unanswered::default() })
        .layer(from_fn_with_state(config.clone(), client::tell))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(config, patience::limit))
        .layer(from_fn_with_state(pool, finish))
}

/// Lets in what speaks the wire API; everything else goes on to the pages.
pub async fn door(State(api): State<Router>, request: Request, next: Next) -> Response {
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
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    headers.contains_key(&TARGET) || kind.starts_with("application/x-amz-json-")
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    Fault::internal().into_response()
}

/// What every answer has, refusals of the layers included: words, a number, and leave for pages of other
/// origins to read it.
async fn finish(State(pool): State<Pool>, request: Request, next: Next) -> Response {
    let page = request.headers().get(ORIGIN).cloned();
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let mut answer = next.run(request).await;
    let status = answer.status();
    if status.is_server_error() && !answer.headers().contains_key(&ERROR_TYPE) {
        answer = Fault::internal().into_response();
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
        Ok((operation, call, watched)) => {
            let done = operations::run(&call, &operation).await;
            watched.end(&done);
            (call.names_client(), done)
        }
        Err(fault) => (None, Err(fault)),
    };
    let mut answer = match done {
        Ok(value) => (StatusCode::OK, [(CONTENT_TYPE, JSON)], value.to_string()).into_response(),
        Err(fault) => fault.into_response(),
    };
    if let Some(client) = client {
        answer.extensions_mut().insert(client);
    }
    answer
}

impl Api {
    /// The operation that is asked for, the request, and who looks whether it is answered.
    async fn read(&self, request: Request) -> Result<(String, Call, Watched), Fault> {
        let (parts, body) = request.into_parts();
        let target = parts.headers.get(&TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
        let operation = target.strip_prefix(SERVICE).unwrap_or_default().to_owned();
        let mut origin = parts.extensions.get::<Origin>().cloned().ok_or_else(Fault::internal)?;
        let body = match timeout(self.limits.body_timeout, to_bytes(body, self.limits.body_limit)).await {
            Ok(Ok(body)) => body,
            Ok(Err(_)) => return Err(Fault::new(Exception::RequestTooLarge, "The request is too large.")),
            Err(_) => {
                return Err(Fault::new(Exception::Serialization, "The request did not arrive in time."));
            }
        };
        let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
        let request = serde_json::from_slice(text).map_err(|error| {
            // Where it stands, and not what: that may be a password.
            let place = format!("line {}, column {}", error.line(), error.column());
            Fault::new(Exception::Serialization, format!("The request is not JSON ({place})."))
        })?;
        let watched =
            self.unanswered.enter(again::name(&parts.headers, &operation, &body, &origin), &self.pool);
        origin.tally = watched.tally.clone();
        Ok((operation, Call { pool: self.pool.clone(), origin, request }, watched))
    }
}

/// One request.
struct Call {
    pool: Pool,
    origin: Origin,
    request: Value,
}

impl Call {
    /// The application that the request names, if it names one: its origins may read the answer.
    fn names_client(&self) -> Option<ClientId> {
        Some(ClientId(self.request.get("ClientId")?.as_str()?.to_owned()))
    }

    /// The request's members. What isn't among them is ignored, as services of this kind do.
    fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        // Its shape was checked; an operation that asks for another one than `requests` says is wrong, not
        // the caller. Why is not logged: it would name the value.
        T::deserialize(&self.request).map_err(|_| {
            tracing::error!("a request of the right shape could not be read");
            Fault::internal()
        })
    }

    /// The application of that id.
    fn client(&self, id: Option<String>) -> Result<&AppClient, Fault> {
        let id = ClientId(id.unwrap_or_default());
        self.pool.settings().client(&id).ok_or_else(|| refusals::unknown_client(&id))
    }

    /// The same for a request about this username, which says by a hash that it comes from there.
    fn proven_client(
        &self,
        id: Option<String>,
        username: &str,
        hash: Option<&str>,
    ) -> Result<&AppClient, Fault> {
        let client = self.client(id)?;
        client.check_hash(username, hash).map_err(|fault| refusals::not_that_client(&client.id, fault))?;
        Ok(client)
    }

    /// Who is signed in.
    async fn viewer(&self, token: Option<String>) -> Result<Viewer, Fault> {
        Ok(self.pool.viewer_of_access_token(&token.unwrap_or_default()).await?)
    }

    /// What may be told of whoever is signed in.
    async fn info(&self, token: Option<String>) -> Result<UserInfo, Fault> {
        Ok(self.pool.info_of_access_token(&token.unwrap_or_default()).await?.1)
    }
}

/// Texts by name. One without a value is as good as absent: a browser's client sends `null` for what its
/// storage doesn't have, such as the key of a device.
fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Option<BTreeMap<String, String>>, D::Error> {
    let given = Option::<BTreeMap<String, Option<String>>>::deserialize(from)?;
    Ok(given.map(|given| given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()))
}

fn nothing() -> Value {
    json!({})
}
