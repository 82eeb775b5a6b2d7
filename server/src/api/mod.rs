//! The wire API: what applications speak that were written for Amazon Cognito user pools (JSON 1.1 on `POST /`).
//!
//! Its door is not that of the pages: no forms, no cookies, so no rule about where a request comes from. Each family of
//! operations has a file. An operation reads its request into a struct, checks the shapes of all that it carries, and
//! calls one use case of `pool`.

mod attributes;
mod cors;
mod discovery;
mod fault;
mod password;
mod refusals;
mod shape;
mod sign_up;
mod srp;
mod tokens;

use fault::{Exception, Fault};

use crate::config::ServerConfig;
use crate::layers::{client, patience};
use app::visit::RequestId;
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use fault::ERROR_TYPE;
use model::paths;
use pool::profile::Profile;
use pool::{ClientId, Origin, Pool, Viewer};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::any::Any;
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
}

/// The wire API, with layers of its own: what fails in one of them is told in its words too.
pub fn routes(pool: Pool, config: Arc<ServerConfig>) -> Router {
    Router::new()
        .route(paths::START, post(call).options(cors::preflight))
        .route(paths::POOL_KEYS, get(discovery::keys))
        .route(paths::POOL_CONFIGURATION, get(discovery::configuration))
        .with_state(Api { pool, limits: config.clone() })
        .layer(from_fn_with_state(config.clone(), client::tell))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(config, patience::limit))
        .layer(from_fn(finish))
}

/// Lets in what speaks the wire API; everything else goes on to the pages.
pub async fn door(State(api): State<Router>, request: Request, next: Next) -> Response {
    if is_ours(&request) { api.oneshot(request).await.into_response() } else { next.run(request).await }
}

fn is_ours(request: &Request) -> bool {
    let path = request.uri().path();
    match *request.method() {
        // No page is ever asked so.
        Method::OPTIONS => path == paths::START,
        Method::POST => path == paths::START && speaks(request.headers()),
        Method::GET | Method::HEAD => paths::is_of_a_pool(path),
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

/// What every answer has, refusals of the layers included: words, a number, and leave for pages of other origins to read
/// it.
async fn finish(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let mut answer = next.run(request).await;
    let status = answer.status();
    if status.is_server_error() && !answer.headers().contains_key(&ERROR_TYPE) {
        answer = Fault::internal().into_response();
        *answer.status_mut() = status;
    }
    let headers = answer.headers_mut();
    cors::allow(headers);
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID.clone(), id);
    }
    answer
}

async fn call(State(api): State<Api>, request: Request) -> Response {
    match api.answer(request).await {
        Ok(value) => (StatusCode::OK, [(CONTENT_TYPE, JSON)], value.to_string()).into_response(),
        Err(fault) => fault.into_response(),
    }
}

impl Api {
    async fn answer(&self, request: Request) -> Result<Value, Fault> {
        let (parts, body) = request.into_parts();
        let target = parts.headers.get(&TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
        let operation = target.strip_prefix(SERVICE).unwrap_or_default();
        let origin = parts.extensions.get::<Origin>().cloned().ok_or_else(Fault::internal)?;
        let body = match timeout(self.limits.body_timeout, to_bytes(body, self.limits.body_limit)).await {
            Ok(Ok(body)) => body,
            Ok(Err(_)) => return Err(Fault::new(Exception::RequestTooLarge, "The request is too large.")),
            Err(_) => return Err(Fault::new(Exception::Serialization, "The request did not arrive in time.")),
        };
        Call { pool: self.pool.clone(), origin, body }.run(operation).await
    }
}

/// One request.
struct Call {
    pool: Pool,
    origin: Origin,
    body: Bytes,
}

impl Call {
    async fn run(&self, operation: &str) -> Result<Value, Fault> {
        match operation {
            "SignUp" => sign_up::sign_up(self).await,
            "ConfirmSignUp" => sign_up::confirm(self).await,
            "ResendConfirmationCode" => sign_up::resend(self).await,
            "InitiateAuth" => tokens::initiate_auth(self).await,
            "RespondToAuthChallenge" => srp::respond(self).await,
            "GetTokensFromRefreshToken" => tokens::refresh(self).await,
            "RevokeToken" => tokens::revoke(self).await,
            "GlobalSignOut" => tokens::global_sign_out(self).await,
            "ForgotPassword" => password::forgot(self).await,
            "ConfirmForgotPassword" => password::confirm_forgot(self).await,
            "ChangePassword" => password::change(self).await,
            "DeleteUser" => attributes::delete_user(self).await,
            "GetUser" => attributes::get_user(self).await,
            "UpdateUserAttributes" => attributes::update(self).await,
            "DeleteUserAttributes" => attributes::delete(self).await,
            "GetUserAttributeVerificationCode" => attributes::send_code(self).await,
            "VerifyUserAttribute" => attributes::verify(self).await,
            _ => Err(Fault::new(Exception::UnknownOperation, "There is no such operation.")),
        }
    }

    /// The request's members. What isn't among them is ignored, as services of this kind do.
    fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let text: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        serde_json::from_slice(text).map_err(|error| {
            // Where it stands, and not what: that may be a password.
            let place = format!("line {}, column {}", error.line(), error.column());
            Fault::new(Exception::Serialization, format!("The request is not the JSON that this operation takes ({place})."))
        })
    }

    /// The application of that id.
    fn client(&self, id: Option<String>) -> Result<ClientId, Fault> {
        let id = ClientId(id.unwrap_or_default());
        if self.pool.settings().client(&id).is_some() { Ok(id) } else { Err(refusals::unknown_client(&id)) }
    }

    /// Who is signed in, and the account.
    async fn viewer(&self, token: Option<String>) -> Result<(Viewer, Profile), Fault> {
        Ok(self.pool.viewer_of_access_token(&token.unwrap_or_default()).await?)
    }
}

fn nothing() -> Value {
    json!({})
}
