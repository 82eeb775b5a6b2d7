//! Progressive forms: honest statuses, typed values kept, secrets never, and no way to lead anybody astray.

mod support;

use axum::body::Body;
use axum::http::Request;
use leptos::server_fn::axum::server_fn_paths;
use model::{Access, Page, paths};
use serde_json::json;
use support::{PASSWORD, TestServer};

const TYPED: [(&str, &str); 5] = [
    ("username", "jdoe"),
    ("password", "hunter2hunter2"),
    ("confirm_password", "hunter3hunter3"),
    ("attributes[email]", "me@domain"),
    ("attributes[nickname]", "Jay"),
];

#[tokio::test]
async fn form_that_is_refused_shows_what_was_typed_but_no_secrets() {
    let server = TestServer::new().await;
    let page = server.browser().submit("/sign-up", &TYPED).await;
    page.refuses(422, "2 things to put right");
    page.says("value=\"jdoe\"");
    page.says("value=\"Jay\"");
    page.says("Enter an email address like name@example.com.");
    page.says("Your passwords must match");
    page.never_says("hunter2");
    page.never_says("hunter3");
    assert_eq!(page.header("cache-control"), "private, no-cache");
}

#[tokio::test]
async fn form_as_json_that_is_refused_returns_error_codes() {
    let server = TestServer::new().await;
    let answer = server.browser().json("/sign-up", &TYPED).await;
    assert_eq!(answer.status, 422);
    let mut fields: Vec<_> = answer.json()["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| (field[0].as_str().unwrap().to_owned(), field[1].as_str().unwrap().to_owned()))
        .collect();
    fields.sort();
    assert_eq!(
        fields,
        [
            ("attributes[email]".to_owned(), "NotAnEmail".to_owned()),
            ("confirm_password".to_owned(), "PasswordsDiffer".to_owned())
        ]
    );
}

#[tokio::test]
async fn sign_in_with_wrong_credentials_is_401_on_the_same_page() {
    let server = TestServer::new().await;
    let page = server
        .browser()
        .submit("/sign-in", &[("username", "nobody"), ("password", PASSWORD), ("next", "/profile/email")])
        .await;
    page.refuses(401, "Incorrect username or password.");
    page.says("value=\"nobody\"");
    page.says("name=\"next\" value=\"/profile/email\"");
    page.never_says(PASSWORD);
}

#[tokio::test]
async fn redirect_to_a_hostile_address_leads_nowhere() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser.submit("/sign-out", &[]).await;
    for next in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/profile/../../x",
        "javascript:alert(1)",
    ] {
        let form = [("username", "jdoe"), ("password", PASSWORD), ("next", next)];
        browser.submit("/sign-in", &form).await.leads_to("/profile");
        browser.submit("/theme", &[("theme", "dark"), ("next", next)]).await.leads_to("/");
        browser.submit("/sign-out", &[]).await;
        browser.get(&format!("/sign-in?next={next}")).await.never_says("evil");
    }
    for path in ["//evil.example/?__err=x", "//evil.example/%2e%2e", "/profile//", "/%2F%2Fevil.example"] {
        let answer = browser.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (404, ""), "{path}");
    }
    browser.get("/sign-in?__path=/x&__err=eyJ9").await.leads_to("/sign-in");
}

#[tokio::test]
async fn form_from_another_site_is_refused() {
    let server = TestServer::new().await;
    let signed_in = server.signed_in("jdoe", "me@domain.com").await;
    for site in ["cross-site", "same-site", "none"] {
        let mut browser = signed_in.clone().saying("sec-fetch-site", site);
        browser
            .submit("/profile", &[("attributes[nickname]", "x")])
            .await
            .refuses(403, "That isn’t allowed from here");
        browser.json("/sign-in", &[("username", "a"), ("password", "b")]).await.refuses(403, "CrossSite");
    }
    let bare = Request::post("/sign-out").header("accept", "text/html");
    let answer = signed_in.clone().send(bare, Body::empty()).await;
    assert_eq!(answer.status, 403, "neither Sec-Fetch-Site nor Origin is a refusal");
    assert_eq!(signed_in.clone().get("/profile").await.status, 200);
}

#[tokio::test]
async fn error_page_of_every_status_has_our_layout() {
    let server = TestServer::new().await;
    let mut browser = server.browser();
    let missing = browser.get("/no/such/page").await;
    missing.refuses(404, "There is nothing at this address");
    assert!(missing.header("content-security-policy").contains("script-src 'self' 'nonce-"));
    let wrong_method = browser
        .send(
            Request::put("/sign-in").header("accept", "text/html").header("sec-fetch-site", "same-origin"),
            Body::empty(),
        )
        .await;
    wrong_method.refuses(405, "This address can’t do that");
    let large = browser.submit("/sign-up", &[("username", &"x".repeat(70_000))]).await;
    large.refuses(413, "That was too much at once");
    assert_eq!(
        browser.json("/sign-up", &[("username", &"x".repeat(70_000))]).await.refusal(),
        json!({"form": "TooLarge", "fields": []})
    );
}

#[tokio::test]
async fn form_with_malformed_input_is_never_a_500() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let many: String = (0..10_000).map(|n| format!("attributes[a{n}]=x&")).collect();
    let deep = format!("attributes{}=x", "[a]".repeat(2_000));
    let bodies: [&[u8]; 12] = [
        b"\xff\xfe",
        b"%",
        b"%zz=%",
        b"attributes[nickname]=%00",
        b"attributes[nickname]=%ff",
        b"=",
        b"&&&",
        b"[]=1",
        b"attributes[=x",
        b"attributes[nickname]=%E2%80%AEevil",
        many.as_bytes(),
        deep.as_bytes(),
    ];
    for path in [
        "/profile",
        "/profile/email",
        "/profile/email/verify",
        "/profile/phone",
        "/profile/phone/verify",
        "/profile/delete",
        "/sign-in",
        "/sign-in/code",
        "/security/factors",
        "/sign-in/passkey",
        "/sign-in/passkey/options",
        "/security/passkeys",
        "/security/passkeys/options",
        "/security/passkeys/remove",
        "/security/confirm",
        "/security/confirm/passkey",
        "/security/confirm/passkey/options",
        "/security/confirm/send",
        "/security/confirm/code",
        "/sign-up",
        "/confirm",
        "/confirm/resend",
        "/theme",
    ] {
        for body in bodies {
            for accept in ["application/json", "text/html"] {
                let status = browser.post(path, accept, body.to_vec()).await.status.as_u16();
                assert!(
                    status < 500,
                    "{path} {accept} {}: {status}",
                    String::from_utf8_lossy(&body[..body.len().min(60)])
                );
            }
        }
    }
    assert_eq!(browser.get("/profile/attributes.json").await.json().get("nickname"), None);
}

#[tokio::test]
async fn sign_in_pages_when_signed_in_redirect_to_the_profile() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    for path in ["/", "/sign-in", "/sign-up", "/confirm"] {
        browser.get(path).await.leads_to("/profile");
    }
    server.browser().get("/").await.leads_to("/sign-in");
    server.browser().get("/profile/email").await.leads_to("/sign-in?next=/profile/email");
}

#[tokio::test]
async fn server_functions_without_a_session_are_refused() {
    let server = TestServer::new().await;
    let functions: Vec<_> = server_fn_paths().map(|(path, _)| path).collect();
    let of_accounts = Page::ALL.into_iter().filter(|page| page.access() == Access::SignedIn);
    let posts = of_accounts.flat_map(Page::addresses).filter(|path| functions.contains(path));
    for path in posts.chain([
        paths::PROFILE_REFRESH,
        paths::SECURITY_PASSKEYS_OPTIONS,
        paths::SECURITY_CONFIRM_PASSKEY_OPTIONS,
    ]) {
        let answer = server.browser().json(path, &[]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["form"].clone()),
            (401, json!("SignedOut")),
            "{path}"
        );
    }
    assert_eq!(server.browser().get("/profile/attributes.json").await.status, 401);
    assert_eq!(server.browser().get("/events").await.status, 401);
}

#[tokio::test]
async fn form_posts_refused_by_thousands_at_once_get_their_page() {
    let server = TestServer::new().await;
    let posts = (0..2000).map(|number| {
        let mut browser = server.browser();
        tokio::spawn(async move {
            let username = format!("user {number}");
            let page = browser.submit("/sign-up", &[("username", &username)]).await;
            page.refuses(422, "</html>");
            page.says(&format!("value=\"{username}\""));
        })
    });
    for post in posts.collect::<Vec<_>>() {
        post.await.expect("no post panics");
    }
}

#[tokio::test]
async fn profile_form_with_too_many_or_no_attributes_says_what_happened() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let names: Vec<_> = (0..2000).map(|n| format!("attributes[z{n}]")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), "v")).collect();
    browser.submit("/profile", &many).await.refuses(413, "This is too much text. Please shorten it.");
    browser.submit("/profile/delete", &[("names", "nickname")]).await.leads_to("/profile");
    browser.get("/profile").await.says("There was nothing to delete, so nothing was changed.");
}

#[tokio::test]
async fn sign_up_with_control_characters_names_them() {
    let server = TestServer::new().await;
    let mut browser = server.browser();
    let form = [
        ("username", "a\u{1}b"),
        ("password", "correct\u{1}horse battery"),
        ("confirm_password", "correct\u{1}horse battery"),
        ("attributes[email]", "me@domain.com"),
    ];
    let refused = browser.json("/sign-up", &form).await.json();
    let told = serde_json::json!([["username", "ControlCharacters"], ["password", "ControlCharacters"]]);
    assert_eq!(refused["fields"], told);
}
