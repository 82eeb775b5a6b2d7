//! Who may look into the mailbox: a browser on this machine that knows the token.

use super::state::RouteState;
use crate::layers::client_ip::Peer;
use crate::layers::cross_site::FETCH_SITE;
use app::request::header_pieces;
use axum::extract::{Request, State};
use axum::http::header::{COOKIE, HOST, ORIGIN, REFERER, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, SameSite};
use subtle::ConstantTimeEq as _;

const COOKIE_NAME: &str = "nameplate-mailbox";
/// Everything of the mailbox is below this path, and nothing else is.
const COOKIE_PATH: &str = "/dev";

/// Answers nothing but what comes from here and knows the token.
pub async fn only_from_here(State(state): State<RouteState>, request: Request, next: Next) -> Response {
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
    let mut cookies =
        header_pieces::cookies(headers, &COOKIE).filter(|(name, _)| *name == COOKIE_NAME.as_bytes());
    cookies.find_map(|(_, value)| std::str::from_utf8(value).ok().map(str::to_owned))
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

/// Whether a page of another site links, loads or frames it, as browsers tell. A typed address, or
/// one that was clicked in a terminal, comes from none.
fn is_of_another_site(headers: &HeaderMap, host: &str) -> bool {
    let foreign_fetch =
        headers.get_all(&FETCH_SITE).iter().any(|site| site != "same-origin" && site != "none");
    let is_ours = |from: &HeaderValue| {
        let from = from.as_bytes();
        let rest = from.strip_prefix(b"http://").or_else(|| from.strip_prefix(b"https://"));
        rest.and_then(|rest| rest.split(|byte| *byte == b'/').next()) == Some(host.as_bytes())
    };
    let said = headers.get_all(ORIGIN).iter().chain(headers.get_all(REFERER));
    foreign_fetch || said.into_iter().any(|from| !is_ours(from))
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
    fn is_local_is_true_only_for_hosts_of_this_machine() {
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
    fn is_local_with_headers_of_another_site_is_false() {
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
    fn mailbox_token_given_twice_is_none_and_the_query_wins() {
        assert_eq!(asked_token(""), None);
        assert_eq!(asked_token("tokens=a&x=token"), None);
        assert_eq!(asked_token("x=1&token=a%2Db").as_deref(), Some("a-b"));
        assert_eq!(asked_token("token=a&token=a").as_deref(), Some(""));
        let headers =
            [(COOKIE, HeaderValue::from_static("a=1; nameplate-mailbox=abcd"))].into_iter().collect();
        assert_eq!(cookie_token(&headers).as_deref(), Some("abcd"));
    }
}
