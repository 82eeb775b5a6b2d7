//! What somebody who has proved nothing can find out: nothing.

#[path = "strangers/doors.rs"]
mod doors;
mod support;

use support::{Answer, Browser, PASSWORD, TestServer, another};

fn sign_up_form<'a>(username: &'a str, email: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("username", username),
        ("password", PASSWORD),
        ("confirm_password", PASSWORD),
        ("attributes[email]", email),
    ]
}

/// The parts of an answer that don't change from one request to the next by design.
fn visible(answer: &Answer, typed: &str) -> (u16, String, Vec<String>) {
    let mut headers: Vec<_> = answer.headers.iter().map(|(name, _)| name.to_string()).collect();
    headers.sort();
    let nonce = answer
        .header("content-security-policy")
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .unwrap_or("none")
        .to_owned();
    (answer.status.as_u16(), answer.text().replace(typed, "<typed>").replace(&nonce, "<nonce>"), headers)
}

async fn sign_in(browser: &mut Browser, username: &str) -> Answer {
    browser.submit("/sign-in", &[("username", username), ("password", "not the password")]).await
}

#[tokio::test]
async fn sign_in_failure_looks_the_same_for_known_and_unknown_names() {
    let server = TestServer::new().await;
    server.signed_in("jdoe", "me@domain.com").await;
    for attempt in 0..8 {
        let known = sign_in(&mut server.browser(), "jdoe").await;
        let unknown = sign_in(&mut server.browser(), "nobody").await;
        assert_eq!(visible(&known, "jdoe"), visible(&unknown, "nobody"), "attempt {attempt}");
    }
}

#[tokio::test]
async fn sign_in_failures_wait_longer_but_never_for_ever() {
    let server = TestServer::new().await;
    let mut signed_in = server.signed_in("jdoe", "me@domain.com").await;
    for _ in 0..5 {
        sign_in(&mut server.browser(), "jdoe").await.refuses(401, "Incorrect");
    }
    sign_in(&mut server.browser(), "jdoe").await;
    let waiting = sign_in(&mut server.browser(), "jdoe").await;
    waiting.refuses(429, "Please wait");
    assert!(!waiting.header("retry-after").is_empty());
    assert_eq!(signed_in.get("/profile").await.status, 200, "sessions that are open are not touched");
    server.wait(16 * 60);
    server
        .browser()
        .submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)])
        .await
        .leads_to("/profile");
}

#[tokio::test]
async fn sign_up_with_a_taken_address_looks_the_same_until_the_code() {
    let server = TestServer::new().await;
    server.signed_in("jdoe", "me@domain.com").await;
    let (mut taken, mut free) = (server.browser(), server.browser());
    let first = taken.submit("/sign-up", &sign_up_form("mallory", "me@domain.com")).await;
    let second = free.submit("/sign-up", &sign_up_form("alice01", "my@domain.com")).await;
    assert_eq!(visible(&first, "mallory"), visible(&second, "alice01"));
    let (first, second) = (taken.get("/confirm").await, free.get("/confirm").await);
    assert_eq!(visible(&first, "mallory"), visible(&second, "alice01"));
    let code = server.code_for("me@domain.com").await;
    taken.submit("/confirm", &[("code", &another(&code))]).await.refuses(422, "not the code");
    taken
        .submit("/confirm", &[("code", &code)])
        .await
        .refuses(409, "An account with the given email or phone number already exists.");
}

#[tokio::test]
async fn confirm_after_the_name_was_taken_asks_for_another_name() {
    let server = TestServer::new().await;
    let (mut first, mut second) = (server.browser(), server.browser());
    let form = [&sign_up_form("jdoe", "first@domain.com")[..], &[("attributes[nickname]", "Jo")]].concat();
    first.submit("/sign-up", &form).await.leads_to("/confirm");
    let early = server.code_for("first@domain.com").await;
    second.submit("/sign-up", &sign_up_form("JDoe", "second@domain.com")).await.leads_to("/confirm");
    let code = server.code_for("second@domain.com").await;
    second.submit("/confirm", &[("code", &code)]).await.leads_to("/profile");
    let page = first.get("/confirm").await;
    page.says("name=\"new_username\"");
    first
        .submit("/confirm", &[("code", &early), ("new_username", "JDOE")])
        .await
        .refuses(409, "This username is taken");
    first
        .submit("/confirm", &[("code", &early), ("new_username", "not a name")])
        .await
        .refuses(422, "Use a username without");
    first.submit("/confirm", &[("code", &early), ("new_username", "jdoe2")]).await.leads_to("/profile");
    let json = first.get("/profile/attributes.json").await.json();
    assert_eq!((&json["email"], &json["nickname"]), (&"first@domain.com".into(), &"Jo".into()));
    server
        .browser()
        .submit("/sign-up", &sign_up_form("JDOE", "other@domain.com"))
        .await
        .refuses(409, "This username is taken");
}

#[tokio::test]
async fn confirm_by_name_with_the_password_from_sign_up_keeps_everything() {
    let server = TestServer::new().await;
    let form = [&sign_up_form("jdoe", "me@domain.com")[..], &[("attributes[nickname]", "Jo")]].concat();
    server.browser().submit("/sign-up", &form).await.leads_to("/confirm");
    let code = server.code_for("me@domain.com").await;
    let mut elsewhere = server.browser();
    elsewhere.get("/confirm").await.says("name=\"username\"");
    elsewhere.submit("/confirm", &[("username", "jdoe"), ("code", &code)]).await.leads_to("/confirm");
    assert!(!elsewhere.jar.contains_key("nameplate"));
    let page = elsewhere.get("/confirm").await;
    page.says("Choose your password");
    page.says("Password from sign-up");
    elsewhere
        .submit("/confirm/password", &[("current_password", "not the password")])
        .await
        .refuses(422, "the password from sign-up");
    elsewhere.submit("/confirm/password", &[("current_password", PASSWORD)]).await.leads_to("/profile");
    assert_eq!(elsewhere.get("/profile/attributes.json").await.json()["nickname"], "Jo");
}

#[tokio::test]
async fn confirm_by_name_of_a_strangers_sign_up_keeps_nothing_of_it() {
    let server = TestServer::new().await;
    let form =
        [&sign_up_form("jdoe", "owner@domain.com")[..], &[("attributes[nickname]", "Stranger")]].concat();
    let mut stranger = server.browser();
    stranger.submit("/sign-up", &form).await.leads_to("/confirm");
    let code = server.code_for("owner@domain.com").await;
    let mut owner = server.browser();
    owner.submit("/confirm", &[("username", "jdoe"), ("code", &code)]).await.leads_to("/confirm");
    let weak = [("password", "short"), ("confirm_password", "short")];
    owner.submit("/confirm/new-password", &weak).await.refuses(422, "at least 8 characters");
    let own = [("password", "the-owners-own-#1"), ("confirm_password", "the-owners-own-#1")];
    owner.submit("/confirm/new-password", &own).await.leads_to("/profile");
    let json = owner.get("/profile/attributes.json").await.json();
    assert_eq!((&json["email"], &json["nickname"]), (&"owner@domain.com".into(), &serde_json::Value::Null));
    stranger
        .submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)])
        .await
        .refuses(401, "Incorrect");
    stranger.get("/confirm").await.says("name=\"username\"");
}

/// Two sign up with one name and address; which of them came first, and who owns the mailbox, is nothing that
/// anybody can tell.
async fn contested(server: &TestServer, first: &str, second: &str) -> (Browser, Browser) {
    let (mut one, mut other) = (server.browser(), server.browser());
    for (browser, password) in [(&mut one, first), (&mut other, second)] {
        let form = [
            ("username", "jdoe"),
            ("password", password),
            ("confirm_password", password),
            ("attributes[email]", "me@domain.com"),
            ("attributes[address]", password),
        ];
        browser.submit("/sign-up", &form).await.leads_to("/confirm");
        server.letters().await;
        server.wait(31);
    }
    (one, other)
}

#[tokio::test]
async fn confirm_contested_sign_up_lets_the_owner_choose_a_password() {
    for owner_first in [true, false] {
        let server = TestServer::new().await;
        let (owners, strangers) = ("the-owners-own-#1", "the-strangers-own-#1");
        let (mut owner, mut stranger) = if owner_first {
            contested(&server, owners, strangers).await
        } else {
            let (stranger, owner) = contested(&server, strangers, owners).await;
            (owner, stranger)
        };
        let letter = server.letters_to("me@domain.com").await.remove(0);
        assert!(
            letter.text.contains("This isn’t the first sign-up with this email address"),
            "{}",
            letter.text
        );
        // The newest code was asked for by the one who came second; it proves the address wherever it is
        // entered.
        let code = server.code_for("me@domain.com").await;
        let answer = owner.submit("/confirm", &[("code", &code)]).await;
        answer.leads_to("/confirm");
        let page = owner.get("/confirm").await;
        page.says("Someone else tried to sign up");
        page.never_says("Password from sign-up");
        stranger
            .submit("/confirm/new-password", &[("password", strangers), ("confirm_password", strangers)])
            .await
            .refuses(422, "No code");
        for password in [owners, strangers] {
            let refused =
                server.browser().submit("/sign-in", &[("username", "jdoe"), ("password", password)]).await;
            assert_eq!(refused.status, 401, "{password}");
        }
        owner
            .submit("/confirm/new-password", &[("password", owners), ("confirm_password", owners)])
            .await
            .leads_to("/profile");
        assert!(
            owner.get("/profile/attributes.json").await.json()["address"].is_null(),
            "owner first: {owner_first}"
        );
        server
            .browser()
            .submit("/sign-in", &[("username", "jdoe"), ("password", strangers)])
            .await
            .refuses(401, "Incorrect");
    }
}

#[tokio::test]
async fn change_address_with_the_password_signs_up_with_the_new_one() {
    let server = TestServer::new().await;
    let mut browser = server.browser();
    let form = [&sign_up_form("jdoe", "typo@domain.con")[..], &[("attributes[nickname]", "Jo")]].concat();
    browser.submit("/sign-up", &form).await.leads_to("/confirm");
    let old = server.code_for("typo@domain.con").await;
    let change = |email| [("email", email), ("password", PASSWORD)];
    browser.submit("/confirm/address", &change("nonsense")).await.refuses(422, "Enter an email address");
    browser
        .submit("/confirm/address", &[("email", "me@domain.com")])
        .await
        .refuses(422, "Please fill this in");
    browser.submit("/confirm/address", &change("me@domain.com")).await.leads_to("/confirm");
    browser.submit("/confirm", &[("code", &old)]).await.refuses(422, "not the code");
    let code = server.code_for("me@domain.com").await;
    browser.submit("/confirm", &[("code", &code)]).await.leads_to("/profile");
    let json = browser.get("/profile/attributes.json").await.json();
    assert_eq!((&json["email"], &json["nickname"]), (&"me@domain.com".into(), &"Jo".into()));
}

#[tokio::test]
async fn resend_looks_the_same_for_known_and_unknown_names() {
    let server = TestServer::new().await;
    server.browser().submit("/sign-up", &sign_up_form("jdoe", "me@domain.com")).await;
    server.wait(60);
    let known = server.browser().submit("/confirm/resend", &[("username", "jdoe")]).await;
    let unknown = server.browser().submit("/confirm/resend", &[("username", "nobody")]).await;
    assert_eq!(visible(&known, "jdoe"), visible(&unknown, "nobody"));
}

#[tokio::test]
async fn sign_in_to_an_unconfirmed_account_leads_to_its_code() {
    let server = TestServer::new().await;
    server.browser().submit("/sign-up", &sign_up_form("jdoe", "me@domain.com")).await;
    assert_eq!(server.letters_to("me@domain.com").await.len(), 1);
    server.wait(60);
    let mut browser = server.browser();
    browser.submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)]).await.leads_to("/confirm");
    assert_eq!(server.letters_to("me@domain.com").await.len(), 2, "with a fresh code");
    let code = server.code_for("me@domain.com").await;
    browser.submit("/confirm", &[("code", &code)]).await.leads_to("/profile");
}

#[tokio::test]
async fn forgot_password_looks_the_same_for_known_and_unknown_names() {
    let server = TestServer::new().await;
    server.signed_in("jdoe", "me@domain.com").await;
    server.browser().submit("/sign-up", &sign_up_form("waiting", "waiting@domain.com")).await;
    server.wait(60);
    let reset = |username| {
        [
            ("username", username),
            ("code", "000000"),
            ("password", "some-new-password"),
            ("confirm_password", "some-new-password"),
        ]
    };
    let names = ["jdoe", "nobody", "waiting", "me@domain.com", "nobody@domain.com", "waiting@domain.com"];
    let mut seen = Vec::new();
    for name in names {
        let mut browser = server.browser();
        let mut answers = Vec::new();
        answers.push(browser.submit("/forgot-password", &[("username", name)]).await);
        answers.push(browser.get("/reset-password").await);
        answers.push(browser.submit("/reset-password/resend", &[("username", name)]).await);
        answers.push(browser.json("/forgot-password", &[("username", name)]).await);
        for _ in 0..7 {
            answers.push(browser.submit("/reset-password", &reset(name)).await);
        }
        answers.push(browser.json("/reset-password", &reset(name)).await);
        answers[0].leads_to("/reset-password");
        answers[2].refuses(429, "Please wait");
        answers[4].refuses(422, "4 tries left");
        answers[9].refuses(422, "tried too often");
        seen.push(answers.iter().map(|answer| visible(answer, name)).collect::<Vec<_>>());
    }
    for (name, answers) in names.iter().zip(&seen) {
        assert_eq!(answers, &seen[0], "{name}");
    }
    assert_eq!(
        server.letters_to("waiting@domain.com").await.len(),
        1,
        "an account that isn't confirmed gets nothing"
    );
}
