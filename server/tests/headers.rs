//! What every answer says about itself, and how cookies travel under https.
#![expect(clippy::unwrap_used, reason = "a header that can't be read has failed the test")]

mod support;

use axum::body::Body;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, COOKIE, FORWARDED, IF_NONE_MATCH,
    SET_COOKIE, USER_AGENT,
};
use axum::http::request::Builder;
use axum::http::{HeaderName, HeaderValue, Request};
use serde_json::json;
use support::{Answer, Browser, MAILBOX_TOKEN, PASSWORD, TestServer};

const HTTPS: &str =
    "[server]\npublic_url = 'https://id.example.com'\n[mail]\nsmtp_url = 'smtp://localhost'\n";

fn cookies(answer: &Answer) -> Vec<String> {
    answer.headers.get_all(SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn response_of_every_address_has_the_security_headers() {
    let server = TestServer::with(HTTPS).await;
    let mut browser = server.browser();
    for path in
        ["/sign-in", "/nowhere", "/profile", "/robots.txt", "/healthz", "/events", "/profile/attributes.json"]
    {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "max-age=63072000", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn script_nonce_of_a_page_is_unique_and_on_every_script() {
    let server = TestServer::new().await;
    let mut browser = server.browser();
    let nonce = |answer: &Answer| {
        let policy = answer.header("content-security-policy").to_owned();
        policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned()
    };
    let (one, other) = (browser.get("/sign-in").await, browser.get("/sign-in").await);
    assert_ne!(nonce(&one), nonce(&other));
    for answer in [&one, &other] {
        let (scripts, text) = (answer.text().matches("<script").count(), answer.text());
        assert_eq!(text.matches(&format!("nonce=\"{}\"", nonce(answer))).count(), scripts, "{text}");
    }
}

#[tokio::test]
async fn page_names_its_built_files_and_its_scripts() {
    let server = TestServer::new().await;
    let page = server.browser().get("/sign-in").await;
    for part in [
        "<link rel=\"stylesheet\" href=\"/pkg/nameplate.css\">",
        "<link rel=\"modulepreload\" href=\"/pkg/nameplate.js\" data-wasm=\"/pkg/nameplate.wasm\">",
        "src=\"/pkg/page.",
        "src=\"/pkg/passkeys.",
    ] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    assert!(!page.text().contains("data-account"), "{}", page.text());
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    assert!(browser.get("/profile").await.text().contains("data-account"));
}

#[tokio::test]
async fn page_without_built_files_has_no_empty_address() {
    let server = TestServer::with_files("", || None).await;
    let mut browser = server.browser();
    for path in ["/sign-in", "/nowhere", &format!("/dev/mailbox?token={MAILBOX_TOKEN}")] {
        let page = browser.get(path).await;
        assert!(page.text().contains("<title>"), "{path}: {}", page.text());
        for wrong in ["href=\"\"", "src=\"\"", "rel=\"stylesheet\"", "modulepreload"] {
            assert!(!page.text().contains(wrong), "{path}, {wrong}: {}", page.text());
        }
    }
}

#[tokio::test]
async fn response_without_https_has_no_transport_security_header() {
    let server = TestServer::new().await;
    assert_eq!(server.browser().get("/sign-in").await.header("strict-transport-security"), "");
}

#[tokio::test]
async fn cookie_under_https_is_secure_and_bound_to_the_host() {
    let server = TestServer::with(HTTPS).await;
    let mut browser = server.browser();
    let email = "me@domain.com";
    let form = [
        ("username", "jdoe"),
        ("password", PASSWORD),
        ("confirm_password", PASSWORD),
        ("attributes[email]", email),
    ];
    let signed_up = browser.submit("/sign-up", &form).await;
    let code = server.code_for(email).await;
    let confirmed = browser.submit("/confirm", &[("code", &code)]).await;
    confirmed.leads_to("/profile");
    let themed = browser.submit("/theme", &[("theme", "dark"), ("next", "/profile")]).await;
    let all: Vec<_> = [&signed_up, &confirmed, &themed].into_iter().flat_map(cookies).collect();
    assert!(all.len() >= 4, "{all:?}");
    for cookie in all {
        assert!(cookie.starts_with("__Host-nameplate"), "{cookie}");
        for part in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/"] {
            assert!(cookie.contains(part), "{part}: {cookie}");
        }
    }
    assert_eq!(browser.get("/profile").await.status, 200);
}

#[tokio::test]
async fn sign_in_again_ends_the_former_session_of_the_browser() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut before = browser.clone();
    browser.submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)]).await.leads_to("/profile");
    assert_ne!(before.jar["nameplate"], browser.jar["nameplate"]);
    before.get("/profile").await.leads_to("/sign-in?next=/profile");
    assert_eq!(browser.get("/profile").await.status, 200);
}

#[tokio::test]
async fn readyz_without_a_store_is_503_and_healthz_is_200() {
    let server = TestServer::new().await;
    let mut browser = server.browser();
    assert_eq!(browser.get("/readyz").await.text(), "ready\n");
    server.pool.store().close().await;
    let known = browser.get("/readyz").await;
    assert_eq!(known.status, 200, "what was found is said again for a second");
    server.clock.advance(std::time::Duration::from_secs(1));
    let refused = browser.get("/readyz").await;
    assert_eq!(refused.status, 503);
    assert!(refused.text().contains("the database"), "{}", refused.text());
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(browser.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn client_ip_of_a_trusted_proxy_is_what_limits_count_by() {
    let signs_in_from = async |proxies: &str, client: &str| {
        let toml =
            format!("[server]\ntrusted_proxies = [{proxies}]\n[limits]\nsign_ins_per_network_an_hour = 1\n");
        let server = TestServer::with(&toml).await;
        let form = [("username", "nobody"), ("password", "wrong-password")];
        server
            .browser()
            .saying("x-forwarded-for", "198.51.100.1")
            .submit("/sign-in", &form)
            .await
            .refuses(401, "Incorrect");
        server.browser().saying("x-forwarded-for", client).submit("/sign-in", &form).await.status.as_u16()
    };
    assert_eq!(signs_in_from("'127.0.0.1'", "198.51.100.2").await, 401, "another client of the proxy");
    assert_eq!(signs_in_from("'127.0.0.1'", "198.51.100.1").await, 429, "the same client of the proxy");
    assert_eq!(signs_in_from("", "198.51.100.2").await, 429, "nobody's proxy: what it says is not believed");
}

/// What stands beside the session's cookie, as other services of the same host, or bad luck, put it there.
const NEIGHBOURS: [[&[u8]; 3]; 5] = [
    [b"", b"visitor=J\xc3\xb6rg; ", b""],
    [b"", b"visitor=J\xf6rg; ", b"; cart=\xff\xfe"],
    [b"visitor=J\xf6rg", b"", b""],
    [b"\x80", b"=; ;;nonsense; =\xff;", b";;"],
    [b"nameplate=\xff; a=\"b", b"nameplate=somebody-elses; ", b"; nameplate=theirs"],
];

/// A request of this browser whose cookies have these neighbours.
fn beside(browser: &Browser, request: Builder, [other, before, after]: [&[u8]; 3]) -> (Browser, Builder) {
    let mut bare = browser.clone();
    let session = bare.jar.remove("nameplate").unwrap();
    let line = [before, b"nameplate=", session.as_bytes(), after].concat();
    let value = |bytes: &[u8]| HeaderValue::from_bytes(bytes).unwrap();
    (bare, request.header(COOKIE, value(other)).header(COOKIE, value(&line)))
}

#[tokio::test]
async fn session_cookie_among_unreadable_ones_keeps_signed_in() {
    let server = TestServer::new().await;
    let browser = server.signed_in("jdoe", "me@domain.com").await;
    for neighbours in NEIGHBOURS {
        for path in ["/profile", "/profile/attributes.json"] {
            let request = Request::get(path).header(ACCEPT, "text/html");
            let (mut bare, request) = beside(&browser, request, neighbours);
            assert_eq!(bare.send(request, Body::empty()).await.status, 200, "{path} {neighbours:?}");
        }
        // A form without scripts: what is shown again is the page of the same person.
        let form = Request::post("/profile")
            .header(ACCEPT, "text/html")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        let (mut bare, form) = beside(&browser, form, neighbours);
        let refused = bare.send(form, Body::from("attributes[birthdate]=soon")).await;
        refused.says("jdoe");
        assert_eq!(refused.status, 422, "{neighbours:?}");
    }
}

#[tokio::test]
async fn request_with_unreadable_header_pieces_keeps_the_others() {
    let server = TestServer::with("[server]\ntrusted_proxies = ['127.0.0.1']\n").await;
    let browser = server.signed_in("jdoe", "me@domain.com").await;
    let noise: [(HeaderName, &[u8]); 8] = [
        (ACCEPT, b"J\xf6rg, text/html;q=0.9"),
        (ACCEPT_LANGUAGE, b"\xff, de"),
        (ACCEPT_ENCODING, b"\xff;q=1, br"),
        (IF_NONE_MATCH, b"\"\xff\", *"),
        (FORWARDED, b"for=\xff"),
        (USER_AGENT, b"J\xf6rg's Firefox/145.0 (Linux)"),
        (HeaderName::from_static("x-forwarded-for"), b"J\xf6rg, 198.51.100.7"),
        (HeaderName::from_static("last-event-id"), b"\xff"),
    ];
    let noisy = |path: &str| {
        noise.iter().fold(Request::get(path), |request, (name, bytes)| {
            request.header(name, HeaderValue::from_bytes(bytes).unwrap())
        })
    };
    let mut browser = browser;
    browser.send(noisy("/profile"), Body::empty()).await.says("jdoe");
    let page = browser.send(noisy("/nowhere"), Body::empty()).await;
    page.refuses(404, "There is nothing at this address");
    browser.send(noisy("/sign-out"), Body::empty()).await;

    // The name and the address are in the trail, with what could be read of them.
    let sign_in = noise.iter().fold(Request::post("/sign-in"), |request, (name, bytes)| {
        request.header(name, HeaderValue::from_bytes(bytes).unwrap())
    });
    let sign_in = sign_in
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    let form = format!("username=jdoe&password={}", PASSWORD.replace('#', "%23"));
    browser.send(sign_in, Body::from(form)).await.leads_to("/profile");
    let sessions = browser.get("/security").await;
    sessions.says("Firefox");
    sessions.says("198.51.100.7");
}

#[tokio::test]
async fn access_token_among_unreadable_headers_is_found() {
    let server = TestServer::new().await;
    server.signed_in("jdoe", "me@domain.com").await;
    let parameters = json!({ "USERNAME": "jdoe", "PASSWORD": PASSWORD });
    let request =
        json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "web", "AuthParameters": parameters });
    let tokens = server.wire("InitiateAuth", request).await.ok();
    let token = tokens["AuthenticationResult"]["AccessToken"].as_str().unwrap();
    let request = Request::get("/oauth2/userInfo")
        .header(AUTHORIZATION, HeaderValue::from_bytes(b"Basic J\xf6rg").unwrap())
        .header(AUTHORIZATION, format!("Bearer {token}"));
    assert_eq!(server.browser().send(request, Body::empty()).await.ok()["username"], "jdoe");
}
