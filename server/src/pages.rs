//! Hands requests to the pages of `app` and their answers back.

use crate::layers::{cross_site, error_pages};
use crate::log_text::shown;
use accounts::CommonError;
use accounts::Origin;
use accounts::account::DownloadError;
use app::pages::load;
use app::request::{self, PageRequest};
use app::{PageResponse, Site, shell};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use model::{Page, paths};
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
            Err(_) => error_pages::render(StatusCode::NOT_FOUND, site, &parts, &HeaderMap::new()),
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
    match accounts::account::personal_data(&site.pool, &viewer, origin).await {
        Ok(data) => {
            let name = HeaderValue::from_static("attachment; filename=\"my-data.json\"");
            let headers =
                [(CONTENT_DISPOSITION, name), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
            (headers, Json(data)).into_response()
        }
        Err(DownloadError::Common(CommonError::Unavailable(error))) => unavailable(&error, site, &parts),
        Err(DownloadError::Common(
            CommonError::Wait { seconds } | CommonError::NoMessagesNow { seconds },
        )) => {
            let wait = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from(seconds))]);
            error_pages::render(StatusCode::TOO_MANY_REQUESTS, site, &parts, &wait)
        }
        Err(DownloadError::Common(CommonError::Busy)) => busy(site, &parts),
        Err(DownloadError::NotFresh(_) | DownloadError::Common(CommonError::SignedOut)) => to_the_page(),
    }
}

fn unavailable(error: &accounts::Unavailable, site: Site, parts: &Parts) -> Response {
    let path = &*shown(parts.uri.path());
    tracing::error!(error = error as &dyn Error, path, "a page could not be loaded");
    busy(site, parts)
}

fn busy(site: Site, parts: &Parts) -> Response {
    error_pages::render(
        StatusCode::SERVICE_UNAVAILABLE,
        site,
        parts,
        &HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static("2"))]),
    )
}
