//! The development mailbox: who gets in, and that to everybody else it is a page that doesn't exist.
#![expect(clippy::unwrap_used, reason = "an answer that can't be read has failed the test")]

mod support;

use axum::body::Body;
use axum::http::{Request, header::SET_COOKIE};
use support::{Answer, Browser, MAILBOX_TOKEN, TestServer};

const PATHS: [&str; 5] = [
    "/dev/mailbox",
    "/dev/mailbox.json",
    "/dev/mailbox/1/html",
    "/dev/mailbox/preview",
    "/dev/mailbox/preview/sign_up_code.email/html",
];

/// A server that has sent one mail, and a browser on its machine.
async fn with_a_letter() -> (TestServer, Browser) {
    let server = TestServer::new().await;
    server.signed_in("jdoe", "me@domain.com").await;
    let browser = server.browser().saying("host", "127.0.0.1:3000");
    (server, browser)
}

fn with_token(path: &str) -> String {
    format!("{path}?token={MAILBOX_TOKEN}")
}

/// What an answer is made of, but for what differs from one answer to the next.
fn likeness(answer: &Answer, path: &str) -> (u16, Vec<(String, String)>, String) {
    let nonce = answer
        .header("content-security-policy")
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next());
    let same = |text: &str| {
        let text = nonce.map_or_else(|| text.to_owned(), |nonce| text.replace(nonce, "NONCE"));
        text.replace(answer.header("x-request-id"), "ID").replace(path, "PATH")
    };
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let mut headers: Vec<_> =
        headers.map(|(name, value)| (name.to_string(), same(value.to_str().unwrap()))).collect();
    headers.sort();
    (answer.status.as_u16(), headers, same(&answer.text()))
}

#[tokio::test]
async fn mailbox_with_a_wrong_token_looks_like_a_missing_page() {
    let (_server, browser) = with_a_letter().await;
    let nowhere = likeness(&browser.clone().get("/nowhere").await, "/nowhere");
    assert_eq!(nowhere.0, 404);
    let wrong = [
        "",
        "?token=",
        "?token=the-token-of-test",
        "?token=the-token-of-tests1",
        "?token=THE-TOKEN-OF-TESTS",
        "?tokens=x",
    ];
    for path in PATHS {
        for query in wrong
            .into_iter()
            .map(ToOwned::to_owned)
            .chain([format!("?token={MAILBOX_TOKEN}&token={MAILBOX_TOKEN}")])
        {
            let answer = browser.clone().get(&format!("{path}{query}")).await;
            assert_eq!(likeness(&answer, path), nowhere, "{path}{query}");
        }
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let ask = async |path: &str| {
                let request =
                    Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
                browser.clone().send(request, Body::empty()).await
            };
            assert_eq!(
                likeness(&ask(path).await, path),
                likeness(&ask("/nowhere").await, "/nowhere"),
                "{method} {path}"
            );
        }
    }
    for cookie in ["", "x", "the-token-of-test"] {
        let mut browser = browser.clone();
        browser.jar.insert("nameplate-mailbox".into(), cookie.into());
        assert_eq!(likeness(&browser.get("/dev/mailbox").await, "/dev/mailbox"), nowhere, "{cookie:?}");
    }
}

#[tokio::test]
async fn mailbox_with_the_token_sets_a_cookie_for_its_links() {
    let (_server, mut browser) = with_a_letter().await;
    let page = browser.get(&with_token("/dev/mailbox")).await;
    page.says("Confirm your Nameplate account");
    page.never_says(MAILBOX_TOKEN);
    let cookies: Vec<_> = page.headers.get_all(SET_COOKIE).iter().map(|it| it.to_str().unwrap()).collect();
    assert_eq!(cookies, [format!("nameplate-mailbox={MAILBOX_TOKEN}; HttpOnly; SameSite=Strict; Path=/dev")]);

    let mut browser = browser
        .saying("sec-fetch-site", "same-origin")
        .saying("referer", "http://127.0.0.1:3000/dev/mailbox?token=x");
    for path in PATHS {
        let answer = browser.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"), "{path}");
        assert!(answer.headers.get(SET_COOKIE).is_none(), "{path}");
    }
    for link in page
        .text()
        .split("href=\"")
        .chain(page.text().split("src=\""))
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
    {
        if link.starts_with("/dev/") {
            assert_eq!(browser.get(link).await.status, 200, "{link}");
        }
    }
    assert_eq!(browser.get("/dev/mailbox?token=wrong").await.status, 404, "what the address says counts");
    assert_eq!(browser.get("/dev/mailbox/9/html").await.status, 404);
}

#[tokio::test]
async fn mailbox_as_json_has_the_agreed_fields() {
    let (_server, mut browser) = with_a_letter().await;
    let letters = browser.get(&with_token("/dev/mailbox.json")).await.json();
    let letter = letters[0].as_object().unwrap();
    assert_eq!(letter.keys().collect::<Vec<_>>(), ["medium", "to", "subject", "text", "html", "sent_at"]);
    assert_eq!((&letter["to"], &letter["medium"]), (&"me@domain.com".into(), &"EMAIL".into()));
}

#[tokio::test]
async fn mailbox_link_works_under_every_name_of_this_machine() {
    let (server, _) = with_a_letter().await;
    for host in ["localhost:3000", "127.0.0.1:3000", "[::1]:3000"] {
        let mut browser = server.browser().saying("host", host).saying("sec-fetch-site", "none");
        assert_eq!(browser.get(&with_token("/dev/mailbox")).await.status, 200, "{host}");
        assert_eq!(
            browser.saying("origin", &format!("http://{host}")).get("/dev/mailbox").await.status,
            200,
            "{host}"
        );
    }
}

#[tokio::test]
async fn mailbox_through_a_proxy_or_from_another_site_is_refused() {
    let (_server, mut browser) = with_a_letter().await;
    browser.get(&with_token("/dev/mailbox")).await;
    let refused = [
        ("host", "id.example.com"),
        ("host", "10.0.0.1:3000"),
        ("host", "localhost.evil.example:3000"),
        ("via", "1.1 proxy"),
        ("forwarded", "for=127.0.0.1"),
        ("x-forwarded", "127.0.0.1"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "localhost:3000"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-port", "3000"),
        ("x-forwarded-prefix", "/"),
        ("x-forwarded-server", "proxy"),
        ("x-forwarded-by", "proxy"),
        ("x-original-forwarded-for", "127.0.0.1"),
        ("x-original-host", "localhost"),
        ("x-real-ip", "127.0.0.1"),
        ("x-client-ip", "127.0.0.1"),
        ("client-ip", "127.0.0.1"),
        ("x-cluster-client-ip", "127.0.0.1"),
        ("true-client-ip", "127.0.0.1"),
        ("fastly-client-ip", "127.0.0.1"),
        ("fly-client-ip", "127.0.0.1"),
        ("x-azure-clientip", "127.0.0.1"),
        ("cf-connecting-ip", "127.0.0.1"),
        ("cf-ray", "1"),
        ("cdn-loop", "cloudflare"),
        ("x-amzn-trace-id", "Root=1"),
        ("x-envoy-external-address", "127.0.0.1"),
        ("tailscale-user-login", "jane"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "http://127.0.0.1:3001"),
        ("origin", "null"),
        ("referer", "https://evil.example/"),
    ];
    for (name, value) in refused {
        for path in PATHS {
            for path in [path.to_owned(), with_token(path)] {
                let answer = browser.clone().saying(name, value).get(&path).await;
                assert_eq!(answer.status, 404, "{name}: {value} at {path}");
                assert!(answer.headers.get(SET_COOKIE).is_none(), "{name}: {value} at {path}");
            }
        }
    }
    for peer in ["192.0.2.7:40000", "[2001:db8::7]:40000"] {
        let mut elsewhere = browser.clone();
        elsewhere.peer = peer.parse().unwrap();
        assert_eq!(elsewhere.get("/dev/mailbox").await.status, 404, "{peer}");
    }
    let as_to_a_proxy = Request::get(format!("http://127.0.0.1:3000{}", with_token("/dev/mailbox")));
    assert_eq!(browser.clone().send(as_to_a_proxy, Body::empty()).await.status, 404);
    assert_eq!(browser.get("/dev/mailbox").await.status, 200, "it is there all the time");
}

/// What a browser that knows nothing of Fetch Metadata goes by.
#[tokio::test]
async fn mailbox_pages_can_not_be_framed_or_loaded_elsewhere() {
    let (_server, mut browser) = with_a_letter().await;
    for path in PATHS {
        let answer = browser.get(&with_token(path)).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'") || policy.contains("frame-ancestors 'self'"),
            "{path}: {policy}"
        );
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
}

#[tokio::test]
async fn mailbox_at_a_public_address_does_not_exist() {
    let server = TestServer::with(
        "[server]\npublic_url = 'https://id.example.com'\n[mail]\nsmtp_url = 'smtp://localhost'\n",
    )
    .await;
    for host in ["id.example.com", "127.0.0.1:3000"] {
        assert_eq!(server.browser().saying("host", host).get(&with_token("/dev/mailbox")).await.status, 404);
    }
}

#[tokio::test]
async fn mailbox_is_linked_from_no_page_of_the_product() {
    let (server, mut stranger) = with_a_letter().await;
    stranger.get(&with_token("/dev/mailbox")).await;
    let mut jane = server.signed_in("jane", "jane@domain.com").await.saying("host", "127.0.0.1:3000");
    jane.jar.extend(stranger.jar.clone());
    for path in model::Page::ALL.into_iter().flat_map(model::Page::addresses) {
        for browser in [&mut jane, &mut stranger] {
            browser.get(path).await.never_says("/dev/");
        }
    }
    jane.get("/nowhere").await.never_says("/dev/");
    stranger.get("/robots.txt").await.never_says("/dev");
}
