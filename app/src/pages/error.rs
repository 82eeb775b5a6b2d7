//! Error pages: what happened, what it means, a way on.

use crate::layout::{Layout, PageContent, heading};
use crate::request::PageRequest;
use crate::text;
use leptos::prelude::*;
use model::paths;

/// The page for an HTTP status that no page of ours answered.
pub fn error_page(status: u16, request: &PageRequest) -> PageContent {
    let (headline, words) = text::http_error(status);
    let request_id = request.request_id.clone();
    let body = move || {
        view! {
            {heading(headline, true)}
            <p>{words}</p>
            <p class="actions">
                <a class="button main" href=paths::PROFILE>{text::words().go_to_profile()}</a>
                <a class="button" href=paths::SIGN_IN>{text::words().sign_in()}</a>
            </p>
            <p class="small soft">{tell_the_owner(status, &request_id)}</p>
        }
        .into_any()
    };
    PageContent { title: headline, layout: Layout::Error(status), status, body: Box::new(body) }
}

/// What an operator finds the request in the log by.
fn tell_the_owner(status: u16, request_id: &str) -> String {
    let status = status.to_string();
    if request_id.is_empty() {
        text::words().tell_the_owner(&status)
    } else {
        text::words().tell_the_owner_with_request(&status, request_id)
    }
}
