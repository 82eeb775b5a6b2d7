//! A forgotten password, raw: forms as a browser without scripts posts them, and as our scripts do.

mod support;

use serde_json::{Value, json};
use support::{Browser, PASSWORD, TestServer, another, code_in};

const NEW: &str = "anothersecurerandompassword#456";

fn new_password<'a>(username: &'a str, code: &'a str, password: &'a str) -> [(&'a str, &'a str); 4] {
    [("username", username), ("code", code), ("password", password), ("confirm_password", password)]
}

#[tokio::test]
async fn forgot_password_page_sends_a_code_that_sets_a_new_password() {
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
async fn reset_page_with_faults_names_each_field_and_shows_no_secret() {
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
        answer.refusal(),
        json!({"form": null, "fields": [["code", "NotACode"], ["password", "Missing"]]})
    );
    browser.submit("/reset-password", &new_password("jdoe", &code, NEW)).await.leads_to("/sign-in");
    browser.submit("/reset-password", &new_password("jdoe", &code, NEW)).await.refuses(422, "used already");
}

#[tokio::test]
async fn reset_code_expires_after_an_hour_and_can_be_resent() {
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
async fn reset_code_lifetime_of_the_configuration_is_used_and_shown() {
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
async fn reset_page_in_another_browser_asks_for_the_name() {
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
async fn forgot_password_page_with_strange_names_escapes_them() {
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
async fn forgot_password_of_an_account_with_a_number_sends_a_text() {
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
async fn reset_as_json_tells_the_username_only_after_success() {
    let server = TestServer::new().await;
    server.signed_in("jdoe", "me@domain.com").await;
    let mut browser = server.browser();
    assert_eq!(browser.json("/forgot-password", &[("username", "jdoe")]).await.json(), Value::Null);
    assert_eq!(browser.json("/forgot-password", &[("username", "nobody")]).await.json(), Value::Null);
    let code = server.code_for("me@domain.com").await;
    let answer = browser.json("/reset-password", &new_password("jdoe", &code, NEW)).await;
    assert_eq!((answer.json(), answer.header("location")), (json!({"username": "jdoe"}), "/sign-in"));
}

const OLD: &str = "me@domain.com";
const REPLACED: &str = "new@domain.com";

/// Somebody's browser in which the address is replaced, and the link from the mail to the old one.
async fn replaced(server: &TestServer) -> (Browser, String) {
    let mut browser = server.signed_in("jdoe", OLD).await;
    browser.submit("/profile/email", &[("attributes[email]", REPLACED)]).await.leads_to("/profile/email");
    let code = server.code_for(REPLACED).await;
    browser.submit("/profile/email/verify", &[("code", &code)]).await.leads_to("/profile");
    (browser, link_to(server, OLD).await)
}

/// The address in the newest mail, without the server's.
async fn link_to(server: &TestServer, address: &str) -> String {
    let letters = server.letters_to(address).await;
    let words = letters.iter().flat_map(|letter| letter.text.split_whitespace());
    let link = words.filter_map(|word| word.find("/undo?token=").map(|at| &word[at..])).next();
    link.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn undo_page_shows_the_changes_and_acts_only_on_the_button() {
    let server = TestServer::new().await;
    let (mut thief, link) = replaced(&server).await;
    let mut owner = server.browser();
    for _ in 0..2 {
        let page = owner.get(&link).await;
        page.says("Take back these changes?");
        page.says("n***@d***");
        page.says(OLD);
        page.says("Sign out every browser and app");
    }
    thief.get("/profile").await.says(REPLACED);
    let token = link.split_once('=').unwrap().1.to_owned();
    owner.submit("/undo", &[("token", &token)]).await.leads_to("/reset-password");
    let page = owner.get("/reset-password").await;
    page.says("The changes were taken back");
    page.says("jdoe");
    thief.get("/profile").await.leads_to("/sign-in?next=/profile");
    let code = server.code_for(OLD).await;
    let form = [
        ("username", "jdoe"),
        ("code", &code),
        ("password", "another+Password-1"),
        ("confirm_password", "another+Password-1"),
    ];
    owner.submit("/reset-password", &form).await.leads_to("/sign-in");
    owner
        .submit("/sign-in", &[("username", OLD), ("password", "another+Password-1")])
        .await
        .leads_to("/profile");
    owner.get("/profile").await.says(OLD);
    owner.get("/activity").await.says("taken back");
    owner.get(&link).await.says("This link no longer works");
    owner.submit("/undo", &[("token", &token)]).await.refuses(410, "This link no longer works");
}

#[tokio::test]
async fn undo_of_another_site_or_without_a_token_is_refused() {
    let server = TestServer::new().await;
    let (mut thief, link) = replaced(&server).await;
    let token = link.split_once('=').unwrap().1;
    let foreign =
        server.browser().saying("sec-fetch-site", "cross-site").submit("/undo", &[("token", token)]).await;
    assert_eq!(foreign.status, 403);
    for wrong in ["", "x", &token[1..]] {
        let refused = server.browser().submit("/undo", &[("token", wrong)]).await;
        refused.refuses(410, "This link isn’t complete");
        server.browser().get(&format!("/undo?token={wrong}")).await.says("Open it from the mail again.");
    }
    let other = format!("{}AAAA", &token[..token.len() - 4]);
    server.browser().get(&format!("/undo?token={other}")).await.says("This link no longer works");
    thief.get("/profile").await.says(REPLACED);
}

#[tokio::test]
async fn sign_up_with_a_former_address_asks_whose_it_is() {
    for (path, leads_to) in [("/confirm/take-back", "/reset-password"), ("/confirm/anew", "/confirm")] {
        let server = TestServer::new().await;
        replaced(&server).await;
        let mut browser = server.browser();
        let form = [
            ("username", "jane"),
            ("password", PASSWORD),
            ("confirm_password", PASSWORD),
            ("attributes[email]", OLD),
        ];
        browser.submit("/sign-up", &form).await.leads_to("/confirm");
        server.wait(60);
        let code = server.code_for(OLD).await;
        browser.submit("/confirm", &[("code", &code)]).await.leads_to("/confirm");
        browser.get("/confirm").await.says("Is this your account?");
        browser.submit(path, &[]).await.leads_to(leads_to);
        if path == "/confirm/anew" {
            let page = browser.get("/confirm").await;
            page.says("Choose your password");
            browser.submit("/confirm/password", &[("current_password", PASSWORD)]).await.leads_to("/profile");
        } else {
            browser.get("/reset-password").await.says("The changes were taken back");
        }
        server.browser().get(&link_to(&server, OLD).await).await.says("This link no longer works");
    }
}
