//! What every answer says about itself, and how cookies travel under https.
#![expect(clippy::unwrap_used, reason = "a header that can't be read has failed the test")]

mod support;

use axum::http::header::SET_COOKIE;
use support::{Answer, MAILBOX_TOKEN, PASSWORD, TestServer};

const HTTPS: &str =
    "[server]\npublic_url = 'https://id.example.com'\n[mail]\nsmtp_url = 'smtp://localhost'\n";

fn cookies(answer: &Answer) -> Vec<String> {
    answer.headers.get_all(SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_others_out() {
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
async fn scripts_run_only_with_the_nonce_of_their_page() {
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
async fn page_names_its_built_files_and_its_script() {
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
    assert!(!page.text().contains("data-private"), "{}", page.text());
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    assert!(browser.get("/profile").await.text().contains("data-private"));
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
async fn without_https_no_browser_is_told_to_insist_on_it() {
    let server = TestServer::new().await;
    assert_eq!(server.browser().get("/sign-in").await.header("strict-transport-security"), "");
}

#[tokio::test]
async fn under_https_every_cookie_is_secure_and_bound_to_the_host() {
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
async fn signing_in_again_ends_the_session_that_the_browser_had() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut before = browser.clone();
    browser.submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)]).await.leads_to("/profile");
    assert_ne!(before.jar["nameplate"], browser.jar["nameplate"]);
    before.get("/profile").await.leads_to("/sign-in?next=/profile");
    assert_eq!(browser.get("/profile").await.status, 200);
}

#[tokio::test]
async fn a_service_whose_store_is_gone_is_alive_but_not_ready() {
    let server = TestServer::new().await;
    let mut browser = server.browser();
    assert_eq!(browser.get("/readyz").await.text(), "ready\n");
    server.pool.store().close().await;
    assert_eq!(browser.get("/readyz").await.status, 503);
    assert_eq!(browser.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn limits_count_by_the_address_that_a_trusted_proxy_tells_and_no_other() {
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
