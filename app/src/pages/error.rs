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
                <a class="button main" href=paths::PROFILE>{text::GO_TO_PROFILE}</a>
                <a class="button" href=paths::SIGN_IN>{text::SIGN_IN}</a>
            </p>
            <p class="small soft">{text::TELL_THE_OWNER}<span class="mono">{status}</span>{(!request_id.is_empty()).then(|| view! { ", request " <span class="mono">{request_id}</span> })}"."</p>
        }
        .into_any()
    };
    PageContent { title: headline, layout: Layout::Error(status), status, body: Box::new(body) }
}
