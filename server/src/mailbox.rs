//! `/dev/mailbox`: what would have been mailed, while no mail server is configured.
//!
//! It shows every code, so it answers only to the token of the address that is printed at start, on a machine
//! that talks to itself: loopback public address and peer, a local `Host`, no sign of a proxy and none of
//! another site. To everything else it is a page that doesn't exist. A proxy that adds no header looks like a
//! browser here: the token is what it lacks.

use crate::config::Secret;
use crate::layers::client::Peer;
use crate::layers::cross_site::FETCH_SITE;
use crate::router::AppState;
use axum::extract::{Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HOST, ORIGIN, REFERER, SET_COOKIE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use cookie::{Cookie, SameSite};
use leptos::prelude::*;
use model::paths;
use pool::Settings;
use pool::delivery::{Letter, Mailbox, preview};
use std::io::{ErrorKind, Write as _};
use subtle::ConstantTimeEq as _;

/// The page's policy: our styles, and mails in frames that may do nothing.
const PAGE: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A mail's own policy: its style sheet travels in it.
const MAIL: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";

const COOKIE_NAME: &str = "nameplate-mailbox";
/// Everything of the mailbox is below this path, and nothing else is.
const COOKIE_PATH: &str = "/dev";

/// The mailbox, and what opens it.
#[derive(Debug, Clone)]
pub struct DevMailbox {
    pub mailbox: Mailbox,
    pub token: Secret,
}

#[derive(Clone)]
struct RouteState {
    mailbox: Mailbox,
    token: Secret,
    secure: bool,
    settings: Settings,
}

/// The routes of the mailbox, if there is one.
pub fn routes(app: &AppState) -> Router {
    let url = &app.config.server.public_url;
    let Some(DevMailbox { mailbox, token }) = app.mailbox.clone().filter(|_| url.is_loopback()) else {
        return Router::new();
    };
    let state = RouteState { mailbox, token, secure: url.is_https(), settings: app.pool.settings().clone() };
    // `get` would answer other methods with what is allowed, which says that there is something.
    Router::new()
        .route(paths::MAILBOX_JSON, any(as_json))
        .route(paths::MAILBOX, any(as_page))
        .route("/dev/mailbox/{number}/html", any(one_mail))
        .route("/dev/mailbox/preview", any(all_previews))
        .route("/dev/mailbox/preview/{name}/html", any(one_preview))
        .with_state(state.clone())
        .layer(from_fn_with_state(state, only_from_here))
}

/// The token in the file, which is made with this text if it isn't there: for its owner alone, whole or not
/// at all. Of programs that start at once one comes first.
pub fn kept_token(path: &std::path::Path, make: impl FnOnce() -> String) -> std::io::Result<String> {
    match std::fs::read_to_string(path) {
        Err(missing) if missing.kind() == ErrorKind::NotFound => {}
        there => return there,
    }
    let folder = path.parent().unwrap_or_else(|| std::path::Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?; // mode 0600
    writeln!(file, "{}", make())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(taken) if taken.error.kind() != ErrorKind::AlreadyExists => Err(taken.error),
        _ => std::fs::read_to_string(path),
    }
}

async fn only_from_here(State(state): State<RouteState>, request: Request, next: Next) -> Response {
    let local_peer =
        request.extensions().get::<Peer>().is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
    // A target with a host is a request to a proxy (RFC 9112, section 3.2.2).
    let direct = local_peer
        && request.uri().authority().is_none()
        && matches!(*request.method(), Method::GET | Method::HEAD);
    let by_address = asked_token(request.uri().query().unwrap_or_default());
    let given = by_address.clone().or_else(|| cookie_token(request.headers()));
    let knows = given.is_some_and(|given| given.as_bytes().ct_eq(state.token.reveal().as_bytes()).into());
    if !direct || !knows || state.mailbox.is_closed() || !is_local(request.headers()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut response = next.run(request).await;
    if by_address.is_some()
        && let Ok(cookie) = HeaderValue::from_str(&cookie(&state))
    {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// What the address says. One that says it twice says nothing.
fn asked_token(query: &str) -> Option<String> {
    let mut given = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "token");
    let first = given.next()?.1.into_owned();
    Some(if given.next().is_none() { first } else { String::new() })
}

fn cookie_token(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut cookies = all.flat_map(|header| Cookie::split_parse(header).filter_map(Result::ok));
    cookies.find(|cookie| cookie.name() == COOKIE_NAME).map(|cookie| cookie.value().to_owned())
}

/// For links and frames of the mailbox's own pages, until the browser is closed. No other site's page brings
/// it along.
fn cookie(state: &RouteState) -> String {
    let cookie = Cookie::build((COOKIE_NAME, state.token.reveal()));
    cookie
        .path(COOKIE_PATH)
        .http_only(true)
        .secure(state.secure)
        .same_site(SameSite::Strict)
        .build()
        .to_string()
}

/// A foreign `Host` is a page elsewhere whose name was pointed here (DNS rebinding).
fn is_local(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) else {
        return false;
    };
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|digit| digit.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
        && !headers.keys().any(is_of_a_proxy)
        && !is_of_another_site(headers, host)
}

/// What proxies, tunnels and their vendors add. No browser sends any of these.
fn is_of_a_proxy(name: &HeaderName) -> bool {
    let name = name.as_str();
    let begins = [
        "cdn-",
        "cf-",
        "fly-",
        "proxy-",
        "tailscale-",
        "x-amz",
        "x-appengine-",
        "x-arr-",
        "x-azure-",
        "x-envoy-",
        "x-original-",
        "x-proxy",
        "x-vercel-",
    ];
    // X-Real-IP, True-Client-IP, X-Cluster-Client-IP, X-Azure-ClientIP and whatever comes next.
    name == "via"
        || name.contains("forwarded")
        || name.ends_with("ip")
        || begins.iter().any(|it| name.starts_with(it))
}

/// Whether a page of another site links, loads or frames it, as browsers tell. Who typed the address, or
/// clicked it in a terminal, comes from none.
fn is_of_another_site(headers: &HeaderMap, host: &str) -> bool {
    let foreign_fetch =
        headers.get_all(&FETCH_SITE).iter().any(|site| site != "same-origin" && site != "none");
    let is_ours = |from: &HeaderValue| {
        let from = from
            .to_str()
            .ok()
            .and_then(|from| from.strip_prefix("http://").or_else(|| from.strip_prefix("https://")));
        from.and_then(|rest| rest.split('/').next()) == Some(host)
    };
    let said = headers.get_all(ORIGIN).iter().chain(headers.get_all(REFERER));
    foreign_fetch || said.into_iter().any(|from| !is_ours(from))
}

async fn as_json(State(state): State<RouteState>) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(state.mailbox.letters())).into_response()
}

async fn as_page(State(state): State<RouteState>) -> Response {
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
    page("Development mailbox", &state.settings.name, body.into_any())
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

async fn one_mail(State(state): State<RouteState>, Path(number): Path<usize>) -> Response {
    let letters = state.mailbox.letters();
    let letter = letters.len().checked_sub(number).and_then(|at| letters.into_iter().nth(at));
    letter.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |letter| mail(letter.html))
}

async fn all_previews(State(state): State<RouteState>) -> Response {
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
    page("Every message there is", &state.settings.name, list.collect_view().into_any())
}

async fn one_preview(State(state): State<RouteState>, Path(name): Path<String>) -> Response {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn local(host: &'static str, extra: &[(&'static str, &'static str)]) -> bool {
        let host = [(HOST, HeaderValue::from_static(host))];
        let extra = extra
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        is_local(&host.into_iter().chain(extra).collect())
    }

    #[test]
    fn the_mailbox_is_for_this_machine_only() {
        for host in ["localhost:3000", "127.0.0.1:3000", "[::1]:3000", "localhost", "[::1]"] {
            assert!(local(host, &[]), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example:3000",
            "127.0.0.1.evil.example",
            "10.0.0.1:3000",
            "[::2]:3000",
            "",
        ] {
            assert!(!local(host, &[]), "{host}");
        }
        assert!(!is_local(&HeaderMap::new()));
        assert!(!local("localhost:3000", &[("host", "localhost:3000")]), "two hosts");
    }

    #[test]
    fn what_says_that_another_site_asks_is_refused_and_nothing_else() {
        for ours in [
            &[("sec-fetch-site", "none")][..],
            &[("sec-fetch-site", "same-origin"), ("referer", "http://localhost:3000/dev/mailbox?token=x")],
            &[("origin", "http://localhost:3000")],
            &[("origin", "https://localhost:3000")],
            &[
                ("accept-language", "en"),
                ("user-agent", "curl/8"),
                ("upgrade-insecure-requests", "1"),
                ("dnt", "1"),
                ("priority", "u=0"),
            ],
        ] {
            assert!(local("localhost:3000", ours), "{ours:?}");
        }
        for foreign in [
            &[("sec-fetch-site", "same-site")][..],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")],
            &[("origin", "null")],
            &[("origin", "http://localhost:3001")],
            &[("origin", "http://localhost:3000.evil.example")],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
            &[("referer", "https://evil.example/localhost:3000")],
            &[("referer", "http://localhost:3000@evil.example/")],
        ] {
            assert!(!local("localhost:3000", foreign), "{foreign:?}");
        }
    }

    #[test]
    fn a_token_that_is_given_twice_is_none_and_the_address_counts_before_the_cookie() {
        assert_eq!(asked_token(""), None);
        assert_eq!(asked_token("tokens=a&x=token"), None);
        assert_eq!(asked_token("x=1&token=a%2Db").as_deref(), Some("a-b"));
        assert_eq!(asked_token("token=a&token=a").as_deref(), Some(""));
        let headers =
            [(COOKIE, HeaderValue::from_static("a=1; nameplate-mailbox=abcd"))].into_iter().collect();
        assert_eq!(cookie_token(&headers).as_deref(), Some("abcd"));
    }
}
