//! An address is no place for a long text: one that no page of ours has is refused before anything is looked up or
//! written down for it.

use axum::extract::Request;
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The longest request target, in bytes.
pub const LONGEST: usize = 8 * 1024;

pub async fn refuse(request: Request, next: Next) -> Response {
    if length(request.uri()) <= LONGEST {
        return next.run(request).await;
    }
    let words = format!("This address is longer than {LONGEST} bytes.\n");
    (StatusCode::URI_TOO_LONG, words).into_response()
}

/// Of the target as it was sent, but for what a proxy's request has in front of its path.
fn length(uri: &Uri) -> usize {
    uri.path().len() + uri.query().map_or(0, |query| query.len() + 1)
}
