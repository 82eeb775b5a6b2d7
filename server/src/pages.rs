//! Hands requests to the pages of `app` and their answers back.

use crate::layers::cross_site;
use app::pages::load;
use app::request::{self, PageRequest};
use app::{PageResponse, Site, error_page, shell};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::{Page, paths};
use pool::Origin;
use pool::download_data::DownloadError;
use std::error::Error;

/// Loads and renders a page.
pub async fn show(page: Page, site: Site, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let page_request = match PageRequest::of(site.clone(), &parts).await {
        Ok(page_request) => page_request,
        Err(error) => return unavailable(&error, site, &parts),
    };
    match load(page, page_request.clone()).await {
        Ok(PageResponse::Redirect(path)) => match HeaderValue::from_str(&path) {
            Ok(path) => (
                StatusCode::SEE_OTHER,
                [(LOCATION, path), (CACHE_CONTROL, HeaderValue::from_static("no-store"))],
            )
                .into_response(),
            Err(_) => fault(StatusCode::NOT_FOUND, site, &parts, &HeaderMap::new()),
        },
        Ok(PageResponse::Content(page)) => shell::render(page, &page_request).into_response(),
        Err(error) => unavailable(&error, site, &parts),
    }
}

/// `GET /profile/attributes.json`: the same bytes as on the page (operation GetUser).
pub async fn attributes_json(State(site): State<Site>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match request::info(&site, &parts).await {
        Ok(Some(info)) => {
            let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
            (headers, info.attributes_json()).into_response()
        }
        Ok(None) => StatusCode::UNAUTHORIZED.into_response(),
        Err(error) => unavailable(&error, site, &parts),
    }
}

/// `GET /account/data.json`: everything that is held about whoever asks, as a file. Where that has to be
/// asked for again, the page is where to. It is no page of another site that asks: a download is written
/// down, and counts.
pub async fn personal_data(State(site): State<Site>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let viewer = match PageRequest::of(site.clone(), &parts).await {
        Ok(page_request) => page_request.account.map(|account| account.viewer),
        Err(error) => return unavailable(&error, site, &parts),
    };
    let Some(viewer) = viewer else { return StatusCode::UNAUTHORIZED.into_response() };
    let to_the_page =
        || (StatusCode::SEE_OTHER, [(LOCATION, paths::ACCOUNT), (CACHE_CONTROL, "no-store")]).into_response();
    let Some(origin) = parts.extensions.get::<Origin>().filter(|_| !cross_site::is_foreign(&parts.headers))
    else {
        return to_the_page();
    };
    match site.pool.personal_data(&viewer, origin).await {
        Ok(data) => {
            let name = HeaderValue::from_static("attachment; filename=\"my-data.json\"");
            let headers =
                [(CONTENT_DISPOSITION, name), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
            (headers, Json(data)).into_response()
        }
        Err(DownloadError::Unavailable(error)) => unavailable(&error, site, &parts),
        Err(DownloadError::Wait { seconds }) => {
            let wait = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from(seconds))]);
            fault(StatusCode::TOO_MANY_REQUESTS, site, &parts, &wait)
        }
        Err(DownloadError::NotFresh(_) | DownloadError::SignedOut) => to_the_page(),
    }
}

/// Gives every error that has no page yet one, if a page was asked for.
pub async fn dress(State(site): State<Site>, request: Request, next: Next) -> Response {
    if !wants_page(request.headers()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let answer = next.run(Request::from_parts(parts.clone(), body)).await;
    if is_bare_fault(&answer) { fault(answer.status(), site, &parts, answer.headers()) } else { answer }
}

/// Whether a browser is asking for a page, rather than a script for data.
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

fn is_bare_fault(answer: &Response) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_page = kind.is_some_and(|kind| kind.starts_with("text/html"));
    (answer.status().is_client_error() || answer.status().is_server_error()) && !is_page
}

/// The page for an error, in the house's style; works when the store doesn't.
pub fn fault(status: StatusCode, site: Site, parts: &Parts, headers: &HeaderMap) -> Response {
    let page_request = PageRequest::without_account(site, parts);
    let mut answer = shell::render(error_page(status.as_u16(), &page_request), &page_request).into_response();
    for name in [RETRY_AFTER, axum::http::header::ALLOW, axum::http::header::SET_COOKIE] {
        for value in headers.get_all(&name) {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    answer
}

fn unavailable(error: &pool::Unavailable, site: Site, parts: &Parts) -> Response {
    tracing::error!(error = error as &dyn Error, path = parts.uri.path(), "a page could not be loaded");
    fault(
        StatusCode::SERVICE_UNAVAILABLE,
        site,
        parts,
        &HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static("2"))]),
    )
}
