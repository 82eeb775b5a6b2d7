//! Progressive forms: makes every server function also answer a plain HTML form, with honest statuses.
//!
//! A form posts to the address of its own page, where the router finds the server function (POST) beside the
//! page (GET). Scripts ask for JSON. For a browser without scripts this layer asks the function for JSON
//! too, and answers 303 on success, or the same page with the refusal, the typed values and the refusal's status.
//!
//! It wraps the finished router: a layer inside it runs after routing, where a POST can't become a GET any
//! more.

use crate::config::ServerConfig;
use crate::layers::error_pages::wants_page;
use app::form::{FormError, Replay, ToldRefusal};
use app::request::header_pieces;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, LOCATION, RETRY_AFTER, SET_COOKIE,
};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use cookie::Cookie;
use leptos::server_fn::error::FromServerFnError;
use model::{ErrorCode, FieldName, FormErrors, Page, paths};
use std::sync::Arc;
use tokio::time::timeout;
use tower::ServiceExt;

/// The largest refusal that is read back, in bytes.
const LARGEST_REFUSAL: usize = 64 * 1024;
/// The header by which `server_fn` marks a refusal.
const REFUSED: &str = "serverfnerror";

/// Puts it in front of the finished router.
pub fn wrap(inner: Router, limits: Arc<ServerConfig>) -> Router {
    Router::new().fallback(move |request: Request| handle(inner.clone(), limits.clone(), request))
}

async fn handle(inner: Router, limits: Arc<ServerConfig>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if let Some(answer) = crafted(&parts) {
        return answer;
    }
    let page = wants_page(&parts.headers);
    match timeout(limits.body_timeout, to_bytes(body, limits.body_limit)).await {
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
        Ok(Err(_)) => refuse(&FormErrors::form(ErrorCode::TooLarge)),
        Ok(Ok(form)) if parts.method == Method::POST => post(&inner, parts, form, page).await,
        Ok(Ok(body)) => ask(&inner, Request::from_parts(parts, body.into())).await,
    }
}

/// Links that anybody can craft: `//host` paths, and refusals in the query, which ours never travel in.
fn crafted(parts: &Parts) -> Option<Response> {
    let path = parts.uri.path();
    if path.starts_with("//") || path.starts_with("/\\") {
        return Some(StatusCode::NOT_FOUND.into_response());
    }
    let query = parts.uri.query().unwrap_or_default();
    if query.contains("__err=") || query.contains("__path=") {
        return Some(match Page::at(path) {
            Some((_, clean)) => see_other(clean),
            None => StatusCode::NOT_FOUND.into_response(),
        });
    }
    None
}

async fn ask(inner: &Router, request: Request) -> Response {
    inner.clone().oneshot(request).await.into_response()
}

/// Asks the function for JSON, and tells the answer as whoever asks wants it.
async fn post(inner: &Router, parts: Parts, form: Bytes, page: bool) -> Response {
    let mut request = Request::from_parts(parts.clone(), Body::from(form.clone()));
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    let answer = ask(inner, request).await;
    let cookies: Vec<_> = answer.headers().get_all(SET_COOKIE).iter().cloned().collect();
    let (mut answer, refusal) = with_honest_status(answer).await;
    let mut shown = match refusal {
        _ if !page => {
            answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            return answer;
        }
        // The page as it would be now is somebody else's, and what was typed isn't theirs to see.
        Some(refusal) if refusal.form == Some(ErrorCode::OtherAccount) => {
            StatusCode::CONFLICT.into_response()
        }
        Some(refusal) => page_again(inner, with_cookies(parts, &cookies), &form, refusal).await,
        None if answer.status().is_success() => {
            let own = || {
                let path = Page::at(parts.uri.path()).map_or(paths::START, |(_, path)| path);
                HeaderValue::from_static(path)
            };
            let to = answer.headers().get(LOCATION).cloned().unwrap_or_else(own);
            (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response()
        }
        None => return answer,
    };
    for cookie in cookies {
        shown.headers_mut().append(SET_COOKIE, cookie);
    }
    shown
}

/// `server_fn` answers every refusal with 500; ours know their status.
async fn with_honest_status(answer: Response) -> (Response, Option<FormErrors>) {
    if !answer.headers().contains_key(REFUSED) {
        return (answer, None);
    }
    let body = to_bytes(answer.into_body(), LARGEST_REFUSAL).await.unwrap_or_default();
    let FormError(refusal) = FormError::de(body);
    (refuse(&refusal), Some(refusal))
}

fn refuse(refusal: &FormErrors) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = (status, axum::Json(ToldRefusal::from(refusal))).into_response();
    if let Some(seconds) = refusal.retry_after() {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// The request as this browser would make it next: refused or not, a post may have begun another session.
/// What other services of this host have set goes along as it came.
fn with_cookies(mut parts: Parts, set: &[HeaderValue]) -> Parts {
    let set: Vec<_> = set.iter().filter_map(|header| Cookie::parse(header.to_str().ok()?).ok()).collect();
    let is_set = |name: &[u8]| set.iter().any(|cookie| cookie.name().as_bytes() == name);
    let sent = header_pieces::cookies(&parts.headers, &COOKIE)
        .filter(|(name, _)| !is_set(name))
        .map(|(name, value)| [name, b"=", value].concat());
    let set = set.iter().map(|cookie| cookie.stripped().to_string().into_bytes());
    let line = sent.chain(set).collect::<Vec<_>>().join(&b"; "[..]);
    if let Ok(line) = HeaderValue::from_bytes(&line) {
        parts.headers.insert(COOKIE, line);
    }
    parts
}

/// The page of the form, as a GET would show it, with the refusal and what may be shown of the typed values.
async fn page_again(inner: &Router, mut parts: Parts, form: &[u8], mut refusal: FormErrors) -> Response {
    let fields = form_urlencoded::parse(form)
        .filter_map(|(name, value)| Some((name.parse::<FieldName>().ok()?, value.into_owned())));
    let fields: Vec<_> = fields.collect();
    // Browsers send fields as they stand on the page; the first wrong one there gets the focus.
    refusal
        .fields
        .sort_by_key(|(wrong, _)| fields.iter().position(|(name, _)| name == wrong).unwrap_or(usize::MAX));
    let typed = fields.into_iter().filter(|(name, _)| name.keep()).collect();
    let plain = refuse(&refusal);
    parts.method = Method::GET;
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    parts.extensions.insert(Replay { path: parts.uri.path().to_owned(), errors: refusal, typed });

    let mut page = ask(inner, Request::from_parts(parts, Body::empty())).await;
    if page.status().is_success() {
        *page.status_mut() = plain.status();
        // `no-store` would break Back with "confirm resubmission".
        page.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    } else if !page.status().is_redirection() {
        // The form has no page of its own (405): the refusal's status gets one.
        page = plain.status().into_response();
    }
    if let Some(wait) = plain.headers().get(RETRY_AFTER) {
        page.headers_mut().insert(RETRY_AFTER, wait.clone());
    }
    page
}

fn see_other(path: &'static str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, path)]).into_response()
}
