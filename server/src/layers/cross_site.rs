//! Cross-site requests can't act: every unsafe request must say that it comes from a page of ours, by
//! `Sec-Fetch-Site` (Fetch Metadata) or by `Origin` (RFC 6454). One that says neither is refused, cookie or
//! not: a forged sign-in has no cookie yet.

use crate::config::ServerConfig;
use crate::log_text::{ToldOnce, shown_bytes};
use app::form::ToldRefusal;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::{ErrorCode, FormErrors};
use std::sync::Arc;

pub static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origin of our pages, and the others that were refused.
#[derive(Debug, Clone)]
pub struct OwnOrigin {
    origin: String,
    refused: Arc<ToldOnce>,
}

impl OwnOrigin {
    pub fn new(config: &ServerConfig) -> Self {
        Self { origin: config.public_url.origin().to_owned(), refused: Arc::default() }
    }

    /// Tells the operator, who may have named another address than the one that people open.
    fn tell(&self, headers: &HeaderMap) {
        let said = |name| headers.get(name).map_or("none".to_owned(), |it| shown_bytes(it.as_bytes()));
        let (origin, site) = (said(&ORIGIN), said(&FETCH_SITE));
        if self.refused.is_new(&format!("{origin} {site}")) {
            tracing::warn!(
                origin,
                fetch_site = site,
                public_url = self.origin,
                "a form was refused, because its page is not at server.public_url; if that page is ours, set \
                 server.public_url (NAMEPLATE_PUBLIC_URL) to the origin that it has"
            );
        }
    }
}

pub async fn refuse(State(own): State<OwnOrigin>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_own(request.headers(), &own.origin) {
        return next.run(request).await;
    }
    own.tell(request.headers());
    (StatusCode::FORBIDDEN, Json(ToldRefusal::from(&FormErrors::form(ErrorCode::CrossSite)))).into_response()
}

/// What the browser says of the two sides counts before what one side says of itself: a page opened as
/// `localhost` is as much ours as one opened as 127.0.0.1.
fn is_own(headers: &HeaderMap, origin: &str) -> bool {
    match headers.get(&FETCH_SITE) {
        Some(site) => site == "same-origin",
        None => headers.get(ORIGIN).is_some_and(|from| from == origin),
    }
}

/// Whether a page of another site asks, as browsers tell it. Somebody who typed the address, and a program,
/// don't come from one.
pub fn is_foreign(headers: &HeaderMap) -> bool {
    headers.get(&FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn own(site: Option<&'static str>, origin: Option<&'static str>) -> bool {
        let site = site.map(|it| (FETCH_SITE.clone(), HeaderValue::from_static(it)));
        let origin = origin.map(|it| (ORIGIN, HeaderValue::from_static(it)));
        is_own(&site.into_iter().chain(origin).collect(), "https://id.example.com")
    }

    #[test]
    fn own_is_true_only_for_requests_from_our_own_pages() {
        assert!(own(Some("same-origin"), Some("https://id.example.com")));
        assert!(own(Some("same-origin"), None));
        assert!(own(None, Some("https://id.example.com")));
        for (site, origin) in [
            (None, None),
            (Some("cross-site"), None),
            (Some("same-site"), None),
            (Some("none"), None),
            (Some("cross-site"), Some("https://id.example.com")),
            (None, Some("https://evil.example")),
            (None, Some("null")),
            (None, Some("https://id.example.com.evil.example")),
            (None, Some("http://id.example.com")),
        ] {
            assert!(!own(site, origin), "{site:?} {origin:?}");
        }
    }
}
