//! Error pages: what happened, what it means, a way on.

use crate::layout::{Layout, PageContent, heading};
use crate::request::PageRequest;
use crate::text;
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
            {is_ours(status).then(|| tell_the_owner(status, request.request_id))}
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
        let name = account
            .profile
            .signs_in_as()
            .map(|name| view! { " as "<bdi><strong>{name.to_owned()}</strong></bdi> });
        view! { <p>{text::SIGNED_IN_NOW}{name}"."</p> }
    });
    let sign_in =
        signed_in.is_none().then(|| view! { <a class="button" href=paths::SIGN_IN>{text::SIGN_IN}</a> });
    view! {
        {signed_in}
        <p class="actions">
            <a class="button main" href=paths::PROFILE>{text::GO_TO_PROFILE}</a>
            {sign_in}
        </p>
    }
    .into_any()
}

fn tell_the_owner(status: u16, request_id: String) -> AnyView {
    view! {
        <p class="small soft">{text::TELL_THE_OWNER}<span class="mono">{status}</span>{(!request_id.is_empty()).then(|| view! { ", request " <span class="mono">{request_id}</span> })}"."</p>
    }
    .into_any()
}
