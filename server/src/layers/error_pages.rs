//! Pages for errors: what failed further in gets words and a way on.

use app::request::{PageRequest, header_pieces};
use app::text::spoken;
use app::{Site, error_page, shell};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, ALLOW, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Gives every error that has no page yet one, if a page was asked for. All of it is answered in one language.
pub async fn add(State(site): State<Site>, request: Request, next: Next) -> Response {
    spoken(site.language, async {
        if wants_page(request.headers()) {
            with_page(site, request, next).await
        } else {
            next.run(request).await
        }
    })
    .await
}

async fn with_page(site: Site, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let answer = next.run(Request::from_parts(parts.clone(), body)).await;
    if !is_bare_error(&answer) {
        return answer;
    }
    let page_request = page_request(answer.status(), site, &parts).await;
    render_for(answer.status(), &page_request, answer.headers())
}

/// What is the matter with a request is told to whoever is signed in; a fault of ours may be the store's.
async fn page_request(status: StatusCode, site: Site, parts: &Parts) -> PageRequest {
    let known = match status.is_client_error() {
        true => PageRequest::of(site.clone(), parts).await.ok(),
        false => None,
    };
    known.unwrap_or_else(|| PageRequest::without_account(site, parts))
}

/// Whether a browser is asking for a page, rather than a script for data.
pub fn wants_page(headers: &HeaderMap) -> bool {
    let mut kinds = header_pieces::list(headers, &ACCEPT).map(header_pieces::without_parameters);
    kinds.any(|kind| kind.eq_ignore_ascii_case(b"text/html"))
}

fn is_bare_error(answer: &Response) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_page = kind.is_some_and(|kind| kind.starts_with("text/html"));
    (answer.status().is_client_error() || answer.status().is_server_error()) && !is_page
}

/// The page for an error; works when the store doesn't.
pub fn render(status: StatusCode, site: Site, parts: &Parts, headers: &HeaderMap) -> Response {
    render_for(status, &PageRequest::without_account(site, parts), headers)
}

fn render_for(status: StatusCode, page_request: &PageRequest, headers: &HeaderMap) -> Response {
    let mut answer = shell::render(error_page(status.as_u16(), page_request), page_request).into_response();
    for name in [RETRY_AFTER, ALLOW, SET_COOKIE] {
        for value in headers.get_all(&name) {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    answer
}
