//! Errors in the house's style: what happened, what it means, a way on.

use crate::layout::{Content, Frame, heading};
use crate::request::Visit;
use crate::text;
use leptos::prelude::*;
use model::paths;

/// The page for an HTTP status that no page of ours answered.
pub fn error_page(status: u16, visit: &Visit) -> Content {
    let (headline, words) = text::fault(status);
    let request = visit.request_id.clone();
    let body = move || {
        view! {
            {heading(headline, true)}
            <p>{words}</p>
            <p class="actions">
                <a class="button main" href=paths::PROFILE>{text::GO_TO_PROFILE}</a>
                <a class="button" href=paths::SIGN_IN>{text::SIGN_IN}</a>
            </p>
            <p class="small soft">{text::TELL_THE_OWNER}<span class="mono">{status}</span>{(!request.is_empty()).then(|| view! { ", request " <span class="mono">{request}</span> })}"."</p>
        }
        .into_any()
    };
    Content { title: headline, frame: Frame::Fault(status), status, body: Box::new(body) }
}
