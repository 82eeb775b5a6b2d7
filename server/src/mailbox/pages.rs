//! The pages of the mailbox: the messages, and a preview of all that there are.

use super::state::RouteState;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use delivery::{Letter, preview};
use leptos::prelude::*;
use model::paths;

/// The page's policy: our styles, and mails in frames that may do nothing.
const PAGE: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A mail's own policy: its style sheet travels in it.
const MAIL: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";

pub async fn as_json(State(state): State<RouteState>) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(state.mailbox.letters())).into_response()
}

pub async fn as_page(State(state): State<RouteState>) -> Response {
    let letters = state.mailbox.letters();
    let count = letters.len();
    // Numbered from the oldest, so that a number stays with its letter while more arrive.
    let list = letters
        .into_iter()
        .enumerate()
        .map(|(at, letter)| shown(&letter, format!("{}/{}/html", paths::MAILBOX, count - at)));
    let list = list.collect_view();
    let body = view! {
        <p>"Messages stay here while no mail server is configured. Newest first. "<a href="/dev/mailbox/preview">"See every message there is"</a>"."</p>
        {(count == 0).then(|| view! { <p class="soft">"Nothing has been sent yet."</p> })}
        {list}
    };
    page("Development mailbox", &state, body.into_any())
}

fn shown(letter: &Letter, html: String) -> impl IntoView + use<> {
    let Letter { to, subject, text, sent_at, medium, .. } = letter.clone();
    let has_html = !letter.html.is_empty();
    let title = format!("Message to {to}");
    view! {
        <section class="group">
            <header>
                <h2>{subject}</h2>
                <p class="small">{medium.as_str()}" to "<bdi>{to}</bdi>", "<time datetime=sent_at.clone()>{sent_at.clone()}</time></p>
            </header>
            <pre class="sheet">{text}</pre>
            {has_html.then(|| view! { <details><summary>"As it looks"</summary><iframe class="mail" src=html title=title sandbox=""></iframe></details> })}
        </section>
    }
}

pub async fn one_mail(State(state): State<RouteState>, Path(number): Path<usize>) -> Response {
    let letters = state.mailbox.letters();
    let letter = letters.len().checked_sub(number).and_then(|at| letters.into_iter().nth(at));
    letter.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |letter| mail(letter.html))
}

pub async fn all_previews(State(state): State<RouteState>) -> Response {
    let Ok(previews) = preview(&state.settings) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let list = previews.into_iter().map(|it| {
        let html = format!("/dev/mailbox/preview/{}/html", it.name);
        let title = format!("Preview of {}", it.name);
        let has_html = !it.html.is_empty();
        view! {
            <section class="group">
                <header><h2>{it.name}</h2><p class="small">{it.subject}</p></header>
                <pre class="sheet">{it.text}</pre>
                {has_html.then(|| view! { <iframe class="mail" src=html title=title sandbox=""></iframe> })}
            </section>
        }
    });
    page("Every message there is", &state, list.collect_view().into_any())
}

pub async fn one_preview(State(state): State<RouteState>, Path(name): Path<String>) -> Response {
    let found = preview(&state.settings).ok().and_then(|all| all.into_iter().find(|it| it.name == name));
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |it| mail(it.html))
}

fn mail(html: String) -> Response {
    (
        [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_SECURITY_POLICY, MAIL),
            (CACHE_CONTROL, "no-store"),
        ],
        html,
    )
        .into_response()
}

fn page(title: &'static str, state: &RouteState, body: AnyView) -> Response {
    let name = &state.settings.name;
    let styles = (state.site_files)().map(|files| view! { <link rel="stylesheet" href=files.css/> });
    let owner = Owner::new_root(None);
    let html = owner.with(|| {
        let document = view! {
            <html lang="en">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <title>{format!("{title} · {name}")}</title>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                    {styles}
                </head>
                <body>
                    <div class="house">
                        <header class="bar"><a href="/"><img src="/wordmark.svg" alt=name.clone() width="152" height="34"/></a></header>
                        <main class="groups"><h1>{title}</h1>{body}</main>
                    </div>
                </body>
            </html>
        };
        format!("<!DOCTYPE html>{}", document.to_html())
    });
    (
        [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_SECURITY_POLICY, PAGE),
            (CACHE_CONTROL, "no-store"),
        ],
        html,
    )
        .into_response()
}
