//! What a new password must be, at every door: pages and wire refuse and take the same ones; an administrator is
//! held to the policy alone.

mod support;

use model::Password;
use model::paths;
use serde_json::json;
use support::{PASSWORD, TestServer};

/// Refused, and the words that pages say.
const BAD: [(&str, &str); 8] = [
    ("password", "among the first that are guessed"),
    ("PassWord1", "among the first that are guessed"),
    ("12345678", "among the first that are guessed"),
    ("aaaaaaaa", "among the first that are guessed"),
    ("dawsonjane", "must not be your username, name or address"),
    ("Jane.Dawson1", "must not be your username, name or address"),
    (" leading space", "must not begin or end with a space"),
    ("short", "at least 8 characters"),
];
const GOOD: [&str; 4] = [
    "correct horse battery staple",
    "dawson likes green tea",
    "my password is a long one",
    "crème\u{a0}brûlée à deux",
];
const EMAIL: &str = "jane.dawson@example.com";

/// What the published model's pattern doesn't take is told before the policy is asked.
fn exception(bad: &str) -> &'static str {
    if bad.trim() == bad { "InvalidPasswordException" } else { "InvalidParameterException" }
}

#[tokio::test]
async fn sign_up_page_with_bad_password_is_refused_in_words() {
    let server = TestServer::new().await;
    for (bad, words) in BAD {
        let form = [
            ("username", "dawsonjane"),
            ("password", bad),
            ("confirm_password", bad),
            ("attributes[email]", EMAIL),
        ];
        server.browser().submit(paths::SIGN_UP, &form).await.refuses(422, words);
    }
    assert!(server.letters().await.is_empty());
}

#[tokio::test]
async fn sign_up_on_the_wire_with_bad_password_is_an_invalid_password() {
    let server = TestServer::new().await;
    for (bad, _) in BAD {
        let form = json!({ "ClientId": "web", "Username": "dawsonjane", "Password": bad,
            "UserAttributes": [{ "Name": "email", "Value": EMAIL }] });
        let refused = server.wire("SignUp", form).await;
        assert_eq!(refused.json()["__type"], exception(bad), "{bad}: {}", refused.text());
    }
}

#[tokio::test]
async fn sign_up_with_good_password_signs_in_as_another_keyboard_types_it() {
    for good in GOOD {
        let server = TestServer::new().await;
        let form = [
            ("username", "dawsonjane"),
            ("password", good),
            ("confirm_password", good),
            ("attributes[email]", EMAIL),
        ];
        let mut browser = server.browser();
        browser.submit(paths::SIGN_UP, &form).await.leads_to(paths::CONFIRM);
        let code = server.code_for(EMAIL).await;
        browser.submit(paths::CONFIRM, &[("code", &code)]).await.leads_to(paths::PROFILE);
        let plain = good.replace('\u{a0}', " ");
        let decomposed = plain.replace('è', "e\u{300}").replace('û', "u\u{302}");
        for typed in [good, &plain, &decomposed] {
            let mut browser = server.browser();
            browser
                .submit(paths::SIGN_IN, &[("username", "dawsonjane"), ("password", typed)])
                .await
                .leads_to(paths::PROFILE);
        }
    }
}

#[tokio::test]
async fn change_password_page_with_bad_password_is_refused_in_words() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("dawsonjane", EMAIL).await;
    for (bad, words) in BAD {
        let form = [("current_password", PASSWORD), ("password", bad), ("confirm_password", bad)];
        browser.submit(paths::SECURITY_PASSWORD, &form).await.refuses(422, words);
    }
    let form = [("current_password", PASSWORD), ("password", GOOD[0]), ("confirm_password", GOOD[0])];
    browser.submit(paths::SECURITY_PASSWORD, &form).await.leads_to(paths::SECURITY);
}

#[tokio::test]
async fn reset_with_own_name_is_refused_and_keeps_the_code() {
    let server = TestServer::new().await;
    server.signed_in("jdoe", EMAIL).await;
    let mut browser = server.browser();
    browser.submit(paths::FORGOT_PASSWORD, &[("username", "jdoe")]).await.leads_to(paths::RESET_PASSWORD);
    let code = server.code_for(EMAIL).await;
    let form = |code, password| {
        [("username", "jdoe"), ("code", code), ("password", password), ("confirm_password", password)]
    };
    for (bad, words) in BAD {
        browser.submit(paths::RESET_PASSWORD, &form(&code, bad)).await.refuses(422, words);
    }
    let wrong = support::another(&code);
    let told = browser.submit(paths::RESET_PASSWORD, &form(&wrong, "dawsonjane")).await;
    told.never_says("must not be your username");
    browser.submit(paths::RESET_PASSWORD, &form(&code, GOOD[1])).await.leads_to(paths::SIGN_IN);
}

#[tokio::test]
async fn reset_on_the_wire_with_bad_password_is_an_invalid_password() {
    let server = TestServer::new().await;
    server.signed_in("jdoe", EMAIL).await;
    server.wire("ForgotPassword", json!({ "ClientId": "web", "Username": "jdoe" })).await.ok();
    let code = server.code_for(EMAIL).await;
    let form = |password| json!({ "ClientId": "web", "Username": "jdoe", "ConfirmationCode": code, "Password": password });
    for (bad, _) in BAD {
        let refused = server.wire("ConfirmForgotPassword", form(bad)).await;
        assert_eq!(refused.json()["__type"], exception(bad), "{bad}: {}", refused.text());
    }
    server.wire("ConfirmForgotPassword", form(GOOD[0])).await.ok();
}

#[tokio::test]
async fn set_user_password_that_is_common_is_allowed_within_the_policy() {
    let server = TestServer::new().await;
    server.signed_in("jdoe", EMAIL).await;
    let set = async |password| {
        accounts::admin::set_user_password(&server.pool, "jdoe", &Password::new(password), false).await
    };
    assert!(set("password").await.is_ok());
    assert!(set("short").await.is_err());
}

#[tokio::test]
async fn password_hint_names_every_rule_that_is_applied() {
    let server = TestServer::with("[password]\nmin_length = 10\nrequire_numbers = true\n").await;
    let page = server.browser().get(paths::SIGN_UP).await;
    for rule in [
        "At least 10 characters",
        "a number",
        "Spaces are fine",
        "No common password",
        "your own name or address",
    ] {
        page.says(rule);
    }
}

#[tokio::test]
async fn choose_first_password_tells_nothing_that_a_stranger_entered() {
    let server = TestServer::new().await;
    let strangers = [
        ("username", "jdoe"),
        ("password", PASSWORD),
        ("confirm_password", PASSWORD),
        ("attributes[email]", "me@domain.com"),
        ("attributes[family_name]", "Quorvexel"),
    ];
    server.browser().submit(paths::SIGN_UP, &strangers).await.leads_to(paths::CONFIRM);
    let code = server.code_for("me@domain.com").await;
    let mut browser = server.browser();
    let by_name = [("username", "jdoe"), ("code", code.as_str())];
    browser.submit(paths::CONFIRM, &by_name).await.leads_to(paths::CONFIRM);
    let choice = |password| [("password", password), ("confirm_password", password)];
    browser
        .submit(paths::CONFIRM_NEW_PASSWORD, &choice("me@domain.com"))
        .await
        .refuses(422, "must not be your username, name or address");
    browser.submit(paths::CONFIRM_NEW_PASSWORD, &choice("quorvexel1")).await.leads_to(paths::PROFILE);
}

#[tokio::test]
async fn page_with_a_new_password_says_how_strong_it_is() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut stranger = server.browser();
    for path in [paths::SIGN_UP, paths::RESET_PASSWORD] {
        stranger.get(path).await.says("data-strength=\"password-strength\"");
    }
    let page = browser.get(paths::SECURITY_PASSWORD).await;
    page.says("id=\"password-strength\" role=\"status\" data-words=\"Weak|Fair|Good|Strong\"");
    page.says("data-strength=\"password-strength\" data-own=\"me@domain.com jdoe\"");
    page.says("/pkg/strength.");
    browser.get(paths::SECURITY).await.never_says("/pkg/strength.");
}
