//! Error pages: what happened, what it means, a way on.

use crate::layout::{Layout, PageContent, heading};
use crate::request::PageRequest;
use crate::text::{self, Around};
use leptos::prelude::*;
use model::paths;

/// The page for an HTTP status that no page of ours answered.
pub fn error_page(status: u16, request: &PageRequest) -> PageContent {
    let (headline, words) = text::http_error(status);
    let request = request.clone();
    let body = move || {
        view! {
            {heading(headline, true)}
            <p>{words}</p>
            {way_on(&request)}
            {is_ours(status).then(|| tell_the_owner(status, &request.request_id))}
        }
        .into_any()
    };
    PageContent { title: headline, layout: Layout::Error(status), status, body: Box::new(body) }
}

/// Whether the owner of the site could do something about it: another account's page is nobody's fault.
const fn is_ours(status: u16) -> bool {
    status != 409
}

/// Who is signed in is told as whom, and goes on there; others may have to sign in.
fn way_on(request: &PageRequest) -> AnyView {
    let signed_in = request.account.as_ref().map(|account| {
        let name = account.profile.signs_in_as().map(ToOwned::to_owned);
        name.map(|name| {
            let Around { before, after } = Around::of(|name| text::words().signed_in_now(name));
            view! { <p>{before}<bdi><strong>{name}</strong></bdi>{after}</p> }
        })
    });
    let sign_in = signed_in
        .is_none()
        .then(|| view! { <a class="button" href=paths::SIGN_IN>{text::words().sign_in()}</a> });
    view! {
        {signed_in}
        <p class="actions">
            <a class="button main" href=paths::PROFILE>{text::words().go_to_profile()}</a>
            {sign_in}
        </p>
    }
    .into_any()
}

/// What an operator finds the request in the log by.
fn tell_the_owner(status: u16, request_id: &str) -> AnyView {
    let status = status.to_string();
    let words = if request_id.is_empty() {
        text::words().tell_the_owner(&status)
    } else {
        text::words().tell_the_owner_with_request(&status, request_id)
    };
    view! {
        <p class="small soft">{words}</p>
    }
    .into_any()
}
