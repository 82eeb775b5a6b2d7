//! `/dev/mailbox`: what would have been mailed, while no mail server is configured.
//!
//! It shows every code, so it answers only on a machine talking to itself: loopback public address, a local `Host`, no
//! sign of a proxy. Everywhere else it doesn't exist.

use crate::layers::client::{FORWARDED_FOR, Peer};
use crate::router::AppState;
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, FORWARDED, HOST};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use leptos::prelude::*;
use model::paths;
use pool::Settings;
use pool::delivery::{Letter, Mailbox, preview};

static FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
static FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// The page's policy: our styles, and mails in frames that may do nothing.
const PAGE: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A mail's own policy: its style sheet travels in it.
const MAIL: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";

#[derive(Clone)]
struct Room {
    mailbox: Mailbox,
    settings: Settings,
}

/// The routes of the mailbox, if there is one.
pub fn routes(state: &AppState) -> Router {
    let Some(mailbox) = state.mailbox.clone().filter(|_| state.config.server.public_url.is_loopback()) else { return Router::new() };
    let room = Room { mailbox, settings: state.pool.settings().clone() };
    Router::new()
        .route(paths::MAILBOX_JSON, get(as_json))
        .route(paths::MAILBOX, get(as_page))
        .route("/dev/mailbox/{number}/html", get(one_mail))
        .route("/dev/mailbox/preview", get(all_previews))
        .route("/dev/mailbox/preview/{name}/html", get(one_preview))
        .with_state(room)
        .layer(from_fn(only_from_here))
}

async fn only_from_here(request: Request, next: Next) -> Response {
    let local_peer = request.extensions().get::<Peer>().is_none_or(|peer| peer.0.ip().to_canonical().is_loopback());
    if local_peer && is_local(request.headers()) { next.run(request).await } else { StatusCode::NOT_FOUND.into_response() }
}

/// A foreign `Host` is a page elsewhere whose name was pointed here (DNS rebinding); a forwarding header is a proxy.
fn is_local(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|digit| digit.is_ascii_digit())).map_or(host, |(name, _)| name);
    let proxied = [&FORWARDED, &FORWARDED_FOR, &FORWARDED_HOST, &FORWARDED_PROTO, &REAL_IP].iter().any(|name| headers.contains_key(*name));
    matches!(name, "localhost" | "127.0.0.1" | "[::1]") && !proxied
}

async fn as_json(State(room): State<Room>) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(room.mailbox.letters())).into_response()
}

async fn as_page(State(room): State<Room>) -> Response {
    let letters = room.mailbox.letters();
    let count = letters.len();
    // Numbered from the oldest, so that a number stays with its letter while more arrive.
    let list = letters.into_iter().enumerate().map(|(at, letter)| shown(&letter, format!("{}/{}/html", paths::MAILBOX, count - at)));
    let list = list.collect_view();
    let body = view! {
        <p>"Messages stay here while no mail server is configured. Newest first. "<a href="/dev/mailbox/preview">"See every message there is"</a>"."</p>
        {(count == 0).then(|| view! { <p class="soft">"Nothing has been sent yet."</p> })}
        {list}
    };
    page("Development mailbox", &room.settings.name, body.into_any())
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

async fn one_mail(State(room): State<Room>, Path(number): Path<usize>) -> Response {
    let letters = room.mailbox.letters();
    let letter = letters.len().checked_sub(number).and_then(|at| letters.into_iter().nth(at));
    letter.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |letter| mail(letter.html))
}

async fn all_previews(State(room): State<Room>) -> Response {
    let Ok(previews) = preview(&room.settings) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
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
    page("Every message there is", &room.settings.name, list.collect_view().into_any())
}

async fn one_preview(State(room): State<Room>, Path(name): Path<String>) -> Response {
    let found = preview(&room.settings).ok().and_then(|all| all.into_iter().find(|it| it.name == name));
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |it| mail(it.html))
}

fn mail(html: String) -> Response {
    ([(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, MAIL), (CACHE_CONTROL, "no-store")], html).into_response()
}

fn page(title: &'static str, name: &str, body: AnyView) -> Response {
    let css = crate::site::files().css;
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
                    <link rel="stylesheet" href=css/>
                </head>
                <body>
                    <div class="house">
                        <header class="bar"><a href="/"><img src="/wordmark.svg" alt=name.to_owned() width="152" height="34"/></a></header>
                        <main class="groups"><h1>{title}</h1>{body}</main>
                    </div>
                </body>
            </html>
        };
        format!("<!DOCTYPE html>{}", document.to_html())
    });
    ([(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, PAGE), (CACHE_CONTROL, "no-store")], html).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn local(host: &'static str, extra: Option<&'static HeaderName>) -> bool {
        let extra = extra.map(|name| (name.clone(), HeaderValue::from_static("x")));
        is_local(&[(HOST, HeaderValue::from_static(host))].into_iter().chain(extra).collect())
    }

    #[test]
    fn the_mailbox_is_for_this_machine_only() {
        for host in ["localhost:3000", "127.0.0.1:3000", "[::1]:3000", "localhost"] {
            assert!(local(host, None), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example:3000", "127.0.0.1.evil.example", "10.0.0.1:3000", ""] {
            assert!(!local(host, None), "{host}");
        }
        assert!(!local("localhost:3000", Some(&FORWARDED_FOR)) && !local("localhost:3000", Some(&FORWARDED)));
    }
}
