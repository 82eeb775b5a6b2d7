//! Passkeys, raw: what the page's script asks and sends, with an authenticator in software.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't be set up has failed")]

mod support;

use accounts::testing::Authenticator;
use serde_json::json;
use support::{Answer, Browser, PASSWORD, TestServer};

/// The test server's public address is 127.0.0.1, for which passkeys are those of localhost.
const PAGE: &str = "http://localhost:3000";

async fn question(browser: &mut Browser, path: &str) -> (String, String) {
    let question = browser.json(path, &[]).await.ok();
    (question["options"].as_str().unwrap().to_owned(), question["state"].as_str().unwrap().to_owned())
}

async fn add(browser: &mut Browser, device: &mut Authenticator, more: &[(&str, &str)]) -> Answer {
    let (options, state) = question(browser, "/security/passkeys/options").await;
    let credential = device.create(&options).unwrap();
    let fields =
        [&[("passkey_name", "My phone"), ("state", &state), ("credential", &credential)], more].concat();
    browser.json("/security/passkeys", &fields).await
}

async fn sign_in(browser: &mut Browser, device: &mut Authenticator, next: &str) -> Answer {
    let (options, state) = question(browser, "/sign-in/passkey/options").await;
    let credential = device.get(&options).unwrap();
    browser.json("/sign-in/passkey", &[("state", &state), ("credential", &credential), ("next", next)]).await
}

fn handle_in(page: &str) -> String {
    let rest = page.split_once("name=\"passkey\" value=\"").unwrap().1;
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn passkey_is_added_signs_in_and_is_removed() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut device = Authenticator::at(PAGE);
    let added = add(&mut browser, &mut device, &[]).await;
    assert_eq!((added.ok(), added.header("location")), (json!({"passkey": "My phone"}), "/security"));
    let page = browser.get("/security").await;
    page.says("Your passkey is added.");
    page.says("added 22 November 2026, not used yet");
    assert_eq!(
        server.letters_to("me@domain.com").await[0].subject,
        "A passkey was added to your Nameplate account"
    );

    let mut other = server.browser();
    let entered = sign_in(&mut other, &mut device, "/security").await;
    assert_eq!((entered.ok(), entered.header("location")), (json!({"username": "jdoe"}), "/security"));
    let page = other.get("/security").await;
    page.says("added 22 November 2026, last used 22 November 2026");
    let which = handle_in(&page.text());
    other.get("/activity").await.says("Signed in with the passkey “My phone”");

    let removed = browser.json("/security/passkeys/remove", &[("passkey", &which)]).await;
    assert_eq!((removed.ok(), removed.header("location")), (json!({"passkey": "My phone"}), "/security"));
    browser.get("/security").await.says("The passkey is removed.");
    browser.get("/activity").await.says("Passkey removed: My phone");
    assert_eq!(
        server.letters_to("me@domain.com").await[0].subject,
        "A passkey was removed from your Nameplate account"
    );
    let refused = sign_in(&mut server.browser(), &mut device, "").await;
    refused.refuses(401, "WrongPasskey");
}

#[tokio::test]
async fn passkey_sign_in_starts_a_new_session_and_ignores_a_hostile_next() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut device = Authenticator::at(PAGE);
    add(&mut browser, &mut device, &[]).await.ok();
    let before = browser.jar["nameplate"].clone();
    let entered = sign_in(&mut browser, &mut device, "//evil.example").await;
    assert_eq!(entered.header("location"), "/profile");
    assert_ne!(browser.jar["nameplate"], before);
    let mut thief = server.browser();
    thief.jar.insert("nameplate".into(), before);
    thief.get("/security").await.leads_to("/sign-in?next=/security");
}

#[tokio::test]
async fn passkey_options_at_sign_in_tell_a_stranger_nothing() {
    let server = TestServer::new().await;
    let mut stranger = server.browser();
    let shape = |options: String| {
        let mut options: serde_json::Value = serde_json::from_str(&options).unwrap();
        options["challenge"] = json!("");
        options
    };
    let before = shape(question(&mut stranger, "/sign-in/passkey/options").await.0);
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    add(&mut browser, &mut Authenticator::at(PAGE), &[]).await.ok();
    assert_eq!(shape(question(&mut stranger, "/sign-in/passkey/options").await.0), before);
    assert_eq!(before["allowCredentials"], json!([]));
    stranger.json("/sign-in/passkey/options", &[("username", "jdoe")]).await.refuses(400, "BadRequest");
}

#[tokio::test]
async fn passkey_change_with_a_stale_sign_in_asks_for_the_password() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut device = Authenticator::at(PAGE);
    server.wait(16 * 60);
    let stale = add(&mut browser, &mut device.clone(), &[]).await;
    assert_eq!(
        (stale.status.as_u16(), stale.refusal()),
        (422, json!({"form": null, "fields": [["current_password", "PasswordAgain"]]}))
    );
    add(&mut browser, &mut device.clone(), &[("current_password", "a guess")])
        .await
        .refuses(422, "WrongPassword");
    add(&mut browser, &mut device, &[("current_password", PASSWORD)]).await.ok();
    server.wait(16 * 60);
    let which = handle_in(&browser.get("/security").await.text());
    let page = browser.submit("/security/passkeys/remove", &[("passkey", &which)]).await;
    page.refuses(422, "You signed in a while ago. Confirm that it’s you to go on.");
    let form = [("passkey", which.as_str()), ("current_password", PASSWORD)];
    browser.submit("/security/passkeys/remove", &form).await.leads_to("/security");
}

#[tokio::test]
async fn add_passkey_with_a_missing_name_can_be_sent_again() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let (options, state) = question(&mut browser, "/security/passkeys/options").await;
    let credential = Authenticator::at(PAGE).create(&options).unwrap();
    let form =
        |name| [("passkey_name", name), ("state", state.as_str()), ("credential", credential.as_str())];
    browser.json("/security/passkeys", &form(" ")).await.refuses(422, "[\"passkey_name\",\"Missing\"]");
    browser.json("/security/passkeys", &form("Key")).await.ok();
    browser.json("/security/passkeys", &form("Key")).await.refuses(422, "ChallengeOver");
}

#[tokio::test]
async fn passkey_sections_without_scripts_are_hidden() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    for path in ["/security", "/security/passkeys"] {
        browser.get(path).await.says("data-passkeys=\"localhost\" hidden");
    }
    browser
        .submit("/security/passkeys", &[("passkey_name", "Key")])
        .await
        .refuses(422, "That took too long.");
    let mut stranger = server.browser();
    stranger.get("/sign-in").await.says("data-passkeys=\"localhost\" hidden");
    stranger.submit("/sign-in/passkey", &[]).await.refuses(422, "That took too long.");
    stranger.get("/sign-in/passkey").await.says("Sign in to your account");
}

#[tokio::test]
async fn passkey_sections_at_an_ip_address_are_absent() {
    let server = TestServer::with(
        "[server]\npublic_url = \"https://192.0.2.7\"\n[mail]\nsmtp_url = \"smtp://127.0.0.1\"\n",
    )
    .await;
    server.browser().get("/sign-in").await.never_says("passkey");
}

async fn confirm(browser: &mut Browser, device: &mut Authenticator, next: &str) -> Answer {
    let (options, state) = question(browser, "/security/confirm/passkey/options").await;
    let credential = device.get(&options).unwrap();
    let form = [("state", state.as_str()), ("credential", credential.as_str()), ("next", next)];
    browser.json("/security/confirm/passkey", &form).await
}

#[tokio::test]
async fn passkey_confirms_in_place_of_the_password_wherever_that_is_asked_for() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut device = Authenticator::at(PAGE);
    add(&mut browser, &mut device, &[]).await.ok();
    server.wait(16 * 60);
    for path in ["/profile/email", "/security/password", "/account/delete"] {
        browser
            .get(path)
            .await
            .says(&format!("href=\"/security/confirm?next={path}\">Use a passkey instead"));
    }
    browser.get("/security/confirm?next=/profile/email").await.says("Confirm with a passkey");
    let done = confirm(&mut browser, &mut device, "/profile/email").await;
    done.ok();
    assert_eq!(done.header("location"), "/profile/email");
    let new = [("attributes[email]", "me@anotherdomain.com")];
    browser.submit("/profile/email", &new).await.leads_to("/profile/email");
    let page = browser.get("/security/password").await;
    page.says("You confirmed a moment ago");
    page.never_says("id=\"current_password\"");
    let new = "another-password-altogether";
    let form = [("password", new), ("confirm_password", new)];
    browser.submit("/security/password", &form).await.leads_to("/security");
    browser
        .submit("/account/delete", &[("confirmation", "delete")])
        .await
        .refuses(422, "Please fill this in.");
    confirm(&mut browser, &mut device, "/account/delete").await.ok();
    browser.submit("/account/delete", &[("confirmation", "delete")]).await.leads_to("/sign-in");
}

#[tokio::test]
async fn passkey_of_the_last_days_is_kept_by_whoever_passes_the_second_step() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    add(&mut browser, &mut Authenticator::at(PAGE), &[]).await.ok();
    browser.get("/security").await.never_says("so a password reset removes it");
    browser.json("/security/factors", &[("factor", "EMAIL_OTP"), ("wish", "on")]).await.ok();
    let page = browser.get("/security").await;
    page.says("so a password reset removes it");
    let which = handle_in(&page.text());
    let asked = browser.submit("/security/passkeys/keep", &[("passkey", &which)]).await;
    asked.refuses(422, "We sent you a code for your second step.");
    let code = server.code_for("me@domain.com").await;
    let form = [("passkey", which.as_str()), ("step_code", code.as_str())];
    browser.submit("/security/passkeys/keep", &form).await.leads_to("/security");
    let page = browser.get("/security").await;
    page.says("This passkey now stays after a password reset.");
    page.never_says("so a password reset removes it");
    browser.get("/activity").await.says("Passkey kept after a password reset: My phone");
}
