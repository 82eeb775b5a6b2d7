//! A forgotten password, raw: forms as a browser without scripts posts them, and as our scripts do.

mod support;

use serde_json::{Value, json};
use support::{PASSWORD, TestServer, another, code_in};

const NEW: &str = "anothersecurerandompassword#456";

fn new_password<'a>(username: &'a str, code: &'a str, password: &'a str) -> [(&'a str, &'a str); 4] {
    [("username", username), ("code", code), ("password", password), ("confirm_password", password)]
}

#[tokio::test]
async fn whoever_forgot_the_password_asks_enters_the_code_and_signs_in_with_a_new_one() {
    let server = TestServer::new().await;
    let mut elsewhere = server.signed_in("jdoe", "me@domain.com").await;
    let mut browser = server.browser();
    browser.get("/sign-in").await.says("href=\"/forgot-password\"");
    browser.get("/forgot-password").await.says("Enter your username");
    browser.submit("/forgot-password", &[("username", "jdoe")]).await.leads_to("/reset-password");
    let page = browser.get("/reset-password").await;
    page.says("<bdi>jdoe</bdi>");
    page.says("autocomplete=\"one-time-code\"");
    page.says("It works until 15:02 UTC.");
    page.never_says("m***@d***");

    let code = server.code_for("me@domain.com").await;
    browser.submit("/reset-password", &new_password("jdoe", &code, NEW)).await.leads_to("/sign-in");
    browser.get("/sign-in").await.says("Your password was changed");
    assert!(!browser.jar.contains_key("nameplate"), "whoever knows the new password can sign in with it");
    assert!(!browser.jar.contains_key("nameplate-reset"));

    elsewhere.get("/profile").await.leads_to("/sign-in?next=/profile");
    browser
        .submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)])
        .await
        .refuses(401, "Incorrect");
    browser.submit("/sign-in", &[("username", "jdoe"), ("password", NEW)]).await.leads_to("/profile");
    let told = server.letters_to("me@domain.com").await;
    assert_eq!(told[0].subject, "Your Nameplate password was changed");
    assert_eq!(code_in(&told[0].text), None);
}

#[tokio::test]
async fn what_is_refused_is_told_beside_its_field_and_no_secret_comes_back() {
    let server = TestServer::new().await;
    server.signed_in("jdoe", "me@domain.com").await;
    let mut browser = server.browser();
    browser.submit("/forgot-password", &[("username", " ")]).await.refuses(422, "Please fill this in.");
    browser.submit("/forgot-password", &[("username", "jdoe")]).await.leads_to("/reset-password");
    let code = server.code_for("me@domain.com").await;
    let wrong = another(&code);
    let form = [
        ("username", "jdoe"),
        ("code", wrong.as_str()),
        ("password", "short"),
        ("confirm_password", "other"),
    ];
    let refused = browser.submit("/reset-password", &form).await;
    refused.refuses(422, "Password must have at least 8 characters");
    refused.says("Your passwords must match");
    refused.never_says(&wrong);
    refused.never_says("value=\"short\"");
    refused.says("value=\"jdoe\"");
    browser.submit("/reset-password", &new_password("jdoe", &wrong, NEW)).await.refuses(422, "4 tries left");
    let answer = browser.json("/reset-password", &new_password("jdoe", "12", "")).await;
    assert_eq!(
        answer.json(),
        json!({"form": null, "fields": [["code", "NotACode"], ["password", "Missing"]]})
    );
    browser.submit("/reset-password", &new_password("jdoe", &code, NEW)).await.leads_to("/sign-in");
    browser.submit("/reset-password", &new_password("jdoe", &code, NEW)).await.refuses(422, "used already");
}

#[tokio::test]
async fn a_code_lives_an_hour_and_another_one_can_be_had_after_half_a_minute() {
    let server = TestServer::new().await;
    server.signed_in("jdoe", "me@domain.com").await;
    let mut browser = server.browser();
    browser.submit("/forgot-password", &[("username", "jdoe")]).await.leads_to("/reset-password");
    let first = server.code_for("me@domain.com").await;
    let refused = browser.submit("/reset-password/resend", &[("username", "jdoe")]).await;
    refused.refuses(429, "Please wait 30 seconds");
    refused.says("You can ask for another code in 30 seconds.");
    server.wait(30);
    browser.submit("/reset-password/resend", &[("username", "jdoe")]).await.leads_to("/reset-password");
    browser.get("/reset-password").await.says("a new code is on its way");
    let second = server.code_for("me@domain.com").await;
    browser.submit("/reset-password", &new_password("jdoe", &first, NEW)).await.refuses(422, "not the code");
    server.wait(3600);
    browser.submit("/reset-password", &new_password("jdoe", &second, NEW)).await.refuses(422, "expired");
}

#[tokio::test]
async fn how_long_a_code_lives_is_the_operators_choice() {
    let server = TestServer::with("[codes]\nreset_lifetime = \"10min\"\n").await;
    server.signed_in("jdoe", "me@domain.com").await;
    let mut browser = server.browser();
    browser.submit("/forgot-password", &[("username", "jdoe")]).await.leads_to("/reset-password");
    browser.get("/reset-password").await.says("It works until 14:12 UTC.");
    let letter = server.letters_to("me@domain.com").await.remove(0);
    assert!(letter.text.contains("It works once, for 10 minutes"), "{}", letter.text);
    server.wait(600);
    let code = code_in(&letter.text).unwrap();
    browser.submit("/reset-password", &new_password("jdoe", &code, NEW)).await.refuses(422, "expired");
}

#[tokio::test]
async fn another_browser_asks_whose_code_it_is() {
    let server = TestServer::new().await;
    server.signed_in("jdoe", "me@domain.com").await;
    server.browser().submit("/forgot-password", &[("username", "jdoe")]).await.leads_to("/reset-password");
    let code = server.code_for("me@domain.com").await;
    let mut elsewhere = server.browser();
    let page = elsewhere.get("/reset-password").await;
    page.says("<label for=\"username\">Username</label>");
    page.says("href=\"/forgot-password\"");
    elsewhere
        .submit("/reset-password", &new_password("me@domain.com", &another(&code), NEW))
        .await
        .says("value=\"me@domain.com\"");
    elsewhere
        .submit("/reset-password", &new_password("me@domain.com", &code, NEW))
        .await
        .leads_to("/sign-in");
}

#[tokio::test]
async fn what_was_typed_is_text_however_strange() {
    let server = TestServer::new().await;
    for strange in ["<b>\"Jane\" & co</b>", "用户=a&b;c", "e\u{301}%41+"] {
        let mut browser = server.browser();
        browser.submit("/forgot-password", &[("username", strange)]).await.leads_to("/reset-password");
        let page = browser.get("/reset-password").await;
        let escaped = strange.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        page.says(&format!("<bdi>{escaped}</bdi>"));
    }
    let mut browser = server.browser();
    browser.submit("/forgot-password", &[("username", &"x".repeat(4000))]).await.leads_to("/reset-password");
    browser.get("/reset-password").await.says("<label for=\"username\">Username</label>");
}

#[tokio::test]
async fn an_account_of_a_phone_number_is_reset_by_a_text_message() {
    let toml =
        "[attributes]\nrequired = [\"phone_number\"]\n[pool]\nsign_in = [\"username\", \"phone_number\"]\n";
    let server = TestServer::with(toml).await;
    let mut browser = server.browser();
    let form = [
        ("username", "jdoe"),
        ("password", PASSWORD),
        ("confirm_password", PASSWORD),
        ("country_code", "+1"),
        ("attributes[phone_number]", "2128601234"),
    ];
    browser.submit("/sign-up", &form).await.leads_to("/confirm");
    let code = server.code_for("+12128601234").await;
    browser.submit("/confirm", &[("code", &code)]).await.leads_to("/profile");
    server.wait(60);
    browser.submit("/forgot-password", &[("username", "jdoe")]).await.leads_to("/reset-password");
    let code = server.code_for("+12128601234").await;
    browser.submit("/reset-password", &new_password("jdoe", &code, NEW)).await.leads_to("/sign-in");
    assert!(server.letters_to("+12128601234").await[0].text.contains("was changed"));
}

#[tokio::test]
async fn the_scripts_hear_whose_password_was_set_but_not_whether_a_name_exists() {
    let server = TestServer::new().await;
    server.signed_in("jdoe", "me@domain.com").await;
    let mut browser = server.browser();
    assert_eq!(browser.json("/forgot-password", &[("username", "jdoe")]).await.json(), Value::Null);
    assert_eq!(browser.json("/forgot-password", &[("username", "nobody")]).await.json(), Value::Null);
    let code = server.code_for("me@domain.com").await;
    let answer = browser.json("/reset-password", &new_password("jdoe", &code, NEW)).await;
    assert_eq!((answer.json(), answer.header("location")), (json!({"username": "jdoe"}), "/sign-in"));
}
