//! What `/security` offers, raw: forms as a browser without scripts posts them, and as our scripts do.
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use serde_json::json;
use store::users;
use support::{Browser, PASSWORD, TestServer, another, code_in};

/// After this long a sign-in isn’t fresh any more.
const STALE: u64 = 16 * 60;
const NEW: &str = "anothersecurerandompassword#456";

fn change<'a>(current: &'a str, password: &'a str) -> [(&'a str, &'a str); 3] {
    [("current_password", current), ("password", password), ("confirm_password", password)]
}

/// The same person in another browser.
async fn elsewhere(server: &TestServer, user_agent: &str) -> Browser {
    let mut browser = server.browser().saying("user-agent", user_agent);
    browser.submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)]).await.leads_to("/profile");
    browser
}

#[tokio::test]
async fn change_password_page_keeps_only_this_browser_signed_in() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut other = elsewhere(&server, "").await;
    browser.get("/profile").await.says("href=\"/security\"");
    browser.get("/security").await.says("href=\"/security/password\"");
    let page = browser.get("/security/password").await;
    page.says("autocomplete=\"current-password\"");
    page.says("autocomplete=\"new-password\"");
    let before = browser.jar["nameplate"].clone();

    browser.submit("/security/password", &change(PASSWORD, NEW)).await.leads_to("/security");
    let page = browser.get("/security").await;
    page.says("Your password was changed. Every other browser was signed out.");
    browser.get("/security").await.never_says("was changed");
    assert_ne!(browser.jar["nameplate"], before, "the session has a new id");
    other.get("/profile").await.leads_to("/sign-in?next=/profile");
    let mut thief = server.browser();
    thief.jar.insert("nameplate".into(), before);
    thief.get("/security").await.leads_to("/sign-in?next=/security");

    let told = server.letters_to("me@domain.com").await;
    assert_eq!(told[0].subject, "Your Nameplate password was changed");
    assert_eq!(code_in(&told[0].text), None);
    thief.submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)]).await.refuses(401, "Incorrect");
    thief
        .submit("/sign-in", &[("username", "jdoe"), ("password", NEW), ("next", "/security")])
        .await
        .leads_to("/security");
}

#[tokio::test]
async fn change_password_page_with_faults_names_each_and_shows_no_secret() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let form = [("current_password", ""), ("password", "short"), ("confirm_password", "other-than-short")];
    let refused = browser.submit("/security/password", &form).await;
    refused.refuses(422, "Current Password: Please fill this in.");
    refused.says("Password must have at least 8 characters");
    refused.says("Your passwords must match");
    refused.never_says("other-than-short");

    let refused = browser.submit("/security/password", &change("not-the-password", NEW)).await;
    refused.refuses(422, "This is not your current password.");
    refused.never_says("not-the-password");
    refused.never_says(NEW);
    let answer = browser.json("/security/password", &change("not-the-password", NEW)).await;
    assert_eq!(answer.refusal(), json!({"form": null, "fields": [["current_password", "WrongPassword"]]}));
    let undeclared =
        [("current_password", PASSWORD), ("password", NEW), ("confirm_password", NEW), ("sub", "x")];
    browser
        .submit("/security/password", &undeclared)
        .await
        .refuses(400, "Something was wrong with this form");
    browser.submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)]).await.leads_to("/profile");
}

#[tokio::test]
async fn change_password_page_with_wrong_guesses_has_to_wait() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    for _ in 0..5 {
        browser
            .submit("/security/password", &change("a guess", NEW))
            .await
            .refuses(422, "not your current password");
    }
    let refused = browser.submit("/security/password", &change(PASSWORD, NEW)).await;
    refused.refuses(429, "Please wait 1 second");
    assert_eq!(refused.header("retry-after"), "1");
    server
        .browser()
        .submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)])
        .await
        .refuses(429, "Please wait");
    browser.get("/profile").await.says("jdoe");
    server.wait(2);
    browser.submit("/security/password", &change(PASSWORD, NEW)).await.leads_to("/security");
}

#[tokio::test]
async fn security_pages_without_a_session_ask_to_sign_in() {
    let server = TestServer::new().await;
    server.signed_in("jdoe", "me@domain.com").await;
    for path in ["/security", "/security/password"] {
        server.browser().get(path).await.leads_to(&format!("/sign-in?next={path}"));
    }
    let answer = server.browser().json("/security/password", &change(PASSWORD, NEW)).await;
    assert_eq!((answer.status.as_u16(), answer.json()["form"].as_str()), (401, Some("SignedOut")));
    server
        .browser()
        .submit("/security/password", &change(PASSWORD, NEW))
        .await
        .leads_to("/sign-in?next=/security/password");
}

#[tokio::test]
async fn change_password_as_json_returns_the_username() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let answer = browser.json("/security/password", &change(PASSWORD, NEW)).await;
    assert_eq!((answer.json(), answer.header("location")), (json!({"username": "jdoe"}), "/security"));
}

#[tokio::test]
async fn sign_in_page_when_signed_in_leads_to_the_next_page() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser.get("/sign-in?next=/security").await.leads_to("/security");
    browser.get("/sign-in?next=//evil.example").await.leads_to("/profile");
    browser.get("/sign-in").await.leads_to("/profile");
}

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
const LAPTOP: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// What the page calls the sessions that can be ended, as they stand there.
fn names_in(page: &str) -> Vec<String> {
    let values = page.split("name=\"session\" value=\"").skip(1);
    values.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn sessions_on_the_page_are_listed_and_one_can_be_ended() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let page = browser.get("/security").await;
    page.says("This browser");
    page.never_says("Sign out all others");
    let mut lost = elsewhere(&server, PHONE).await;
    server.wait(20 * 60);
    let mut kept = elsewhere(&server, LAPTOP).await;
    let page = browser.get("/security").await;
    page.says("Safari on iPhone");
    page.says("Firefox on Linux");
    page.says("active 20 minutes ago, signed in 14:02 UTC");
    page.never_says(&lost.jar["nameplate"]);

    let names = names_in(&page.text());
    let [_, phone] = names.as_slice() else { panic!("{names:?}") };
    browser.submit("/security/sessions/end", &[("session", phone)]).await.leads_to("/security");
    let page = browser.get("/security").await;
    page.says("That browser is signed out.");
    page.never_says("Safari on iPhone");
    lost.get("/profile").await.leads_to("/sign-in?next=/profile");
    kept.get("/profile").await.says("jdoe");
    for nobodys in [phone.as_str(), "", "nonsense"] {
        browser.submit("/security/sessions/end", &[("session", nobodys)]).await.leads_to("/security");
    }
    kept.get("/profile").await.says("jdoe");
}

#[tokio::test]
async fn sign_out_others_or_everywhere_ends_those_sessions() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut others = [elsewhere(&server, PHONE).await, elsewhere(&server, LAPTOP).await];
    let answer = browser.json("/security/sessions/others", &[]).await;
    assert_eq!(
        (answer.json(), answer.header("location")),
        (json!({"username": "jdoe", "sessions": 2}), "/security")
    );
    browser.get("/security").await.says("All other browsers are signed out.");
    for other in &mut others {
        other.get("/security").await.leads_to("/sign-in?next=/security");
    }
    let mut other = elsewhere(&server, PHONE).await;
    browser.submit("/security/sessions/everywhere", &[]).await.leads_to("/sign-in");
    browser.get("/sign-in").await.says("You are signed out everywhere.");
    assert!(!browser.jar.contains_key("nameplate"));
    other.get("/profile").await.leads_to("/sign-in?next=/profile");
}

#[tokio::test]
async fn sign_out_of_another_account_or_from_another_site_is_refused() {
    let server = TestServer::new().await;
    let mut jdoe = server.signed_in("jdoe", "me@domain.com").await;
    let other = elsewhere(&server, PHONE).await;
    let page = jdoe.get("/security").await.text();
    let mut john = server.signed_in("john", "john@domain.com").await;
    for name in names_in(&page) {
        john.submit("/security/sessions/end", &[("session", &name)]).await.leads_to("/security");
    }
    john.submit("/security/sessions/others", &[]).await.leads_to("/security");
    let mut forged = jdoe.clone().saying("sec-fetch-site", "cross-site");
    for path in ["/security/sessions/others", "/security/sessions/everywhere", "/security/password"] {
        assert_eq!(forged.submit(path, &[]).await.status, 403, "{path}");
        assert_eq!(server.browser().json(path, &[]).await.status, 401, "{path}");
    }
    for mut browser in [jdoe, other] {
        browser.get("/profile").await.says("jdoe");
    }
}

#[tokio::test]
async fn session_with_a_hostile_user_agent_is_an_unknown_browser() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    elsewhere(&server, "<script>alert(1)</script> Call +1 900 555 0100").await;
    let page = browser.get("/security").await;
    page.says("Unknown browser");
    page.never_says("alert(1)");
    page.never_says("900 555");
}

#[tokio::test]
async fn activity_page_shows_what_happened_when_and_where() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await.saying("user-agent", LAPTOP);
    server.wait(24 * 60 * 60);
    let changes = [
        ("attributes[family_name]", "Lastname"),
        ("attributes[email]", "me@anotherdomain.com"),
        ("current_password", PASSWORD),
    ];
    browser.json("/profile", &changes).await;
    browser.json("/profile", &[("attributes[website]", &"x".repeat(2049))]).await;
    browser.json("/security/password", &change("a guess", NEW)).await;
    let mut stranger = server.browser().saying("user-agent", PHONE);
    stranger.json("/sign-in", &[("username", "jdoe"), ("password", "a guess")]).await;
    elsewhere(&server, PHONE).await;
    browser.get("/security").await.says("href=\"/activity\"");
    let page = browser.get("/activity").await;
    for words in [
        "Today",
        "Sunday, 22 November",
        "datetime=\"2026-11-23T14:02:00Z\"",
        "Account created",
        "Account confirmed",
        "Profile changed: Family Name. Email: a change was asked for, and a code sent to m***@a***",
        "Changing the profile. Website: Use at most 2048 characters.",
        "Changing the password without the current one",
        "Sign-in with a wrong password",
        "Safari on iPhone",
        "<bdi>127.0.0.1</bdi>",
        "Firefox on Linux",
        "in the last 400 days",
    ] {
        page.says(words);
    }
    page.never_says("anotherdomain");
    page.never_says("a guess");
    page.never_says(">Older<");
}

#[tokio::test]
async fn activity_page_links_older_and_newer_events() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    for number in 0..30 {
        browser.json("/profile", &[("attributes[nickname]", &format!("J{number}"))]).await;
    }
    let newest = browser.get("/activity").await;
    newest.never_says(">Newer<");
    newest.never_says("Account created");
    let text = newest.text();
    let older = text
        .split("href=\"")
        .find(|rest| rest.starts_with("/activity?before="))
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    let page = browser.get(older).await;
    page.says("Account created");
    page.says(">Newer<");
    page.never_says(">Older<");
    for crafted in [
        "?before=x",
        "?before=0",
        "?after=99999999999999999999",
        "?before=-9223372036854775808",
        "?after=9223372036854775807",
    ] {
        let page = browser.get(&format!("/activity{crafted}")).await;
        assert_eq!(page.status, 200, "{crafted}");
        page.never_says(">Newer<");
    }
    server.browser().get("/activity").await.leads_to("/sign-in?next=/activity");
}

#[tokio::test]
async fn update_email_with_a_stale_sign_in_asks_for_the_password() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let new = ("attributes[email]", "new@domain.com");
    browser.get("/profile/email").await.says("data-again=\"\" hidden");
    server.wait(15 * 60);
    let page = browser.get("/profile/email").await;
    page.never_says("data-again=\"\" hidden");
    page.says("You signed in a while ago.");

    let refused = browser.submit("/profile/email", &[new]).await;
    refused.refuses(422, "Confirm that it’s you to go on.");
    refused.says("value=\"new@domain.com\"");
    let answer = browser.json("/profile/email", &[new]).await;
    assert_eq!(answer.refusal(), json!({"form": null, "fields": [["current_password", "PasswordAgain"]]}));
    browser.submit("/profile", &[new]).await.refuses(422, "Confirm that it’s you to go on.");
    browser
        .submit("/profile/email", &[new, ("current_password", "a guess")])
        .await
        .refuses(422, "not your current password");
    assert!(server.letters_to("new@domain.com").await.is_empty());

    let before = browser.jar["nameplate"].clone();
    browser.submit("/profile/email", &[new, ("current_password", PASSWORD)]).await.leads_to("/profile/email");
    assert_ne!(browser.jar["nameplate"], before, "the session has a new id");
    browser.get("/profile/email").await.says("new@domain.com");
    let mut thief = server.browser();
    thief.jar.insert("nameplate".into(), before);
    thief.get("/profile").await.leads_to("/sign-in?next=/profile");
}

#[tokio::test]
async fn password_given_again_counts_even_if_the_form_is_refused() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    server.wait(15 * 60);
    let refused = browser
        .submit("/profile/email", &[("attributes[email]", "nope"), ("current_password", PASSWORD)])
        .await;
    refused.refuses(422, "Enter an email address");
    refused.says("data-again=\"\" hidden");
    browser
        .submit("/profile/email", &[("attributes[email]", "new@domain.com")])
        .await
        .leads_to("/profile/email");
}

#[tokio::test]
async fn delete_contact_with_a_stale_sign_in_asks_for_the_password() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser
        .submit("/profile/phone", &[("country_code", "+1"), ("attributes[phone_number]", "2128601234")])
        .await
        .leads_to("/profile/phone");
    let code = server.code_for("+12128601234").await;
    browser.submit("/profile/phone/verify", &[("code", &code)]).await.leads_to("/profile");
    server.wait(15 * 60);
    browser.get("/profile").await.says("id=\"current_password-phone_number\"");
    let refused = browser.submit("/profile/delete", &[("names", "phone_number")]).await;
    refused.refuses(422, "Confirm that it’s you to go on.");
    refused.says("id=\"current_password\"");
    browser
        .submit("/profile/delete", &[("names", "phone_number"), ("current_password", PASSWORD)])
        .await
        .leads_to("/profile");
    browser.get("/profile").await.never_says("+12128601234");
}

/// Somebody who signed in a while ago, and whose account has no password any more.
async fn without_password(server: &TestServer, seconds: u64) -> Browser {
    let browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut tx = server.pool.store().begin().await.unwrap();
    let name = server.pool.settings().identifier("jdoe").unwrap();
    let found = users::by_identifier(&mut tx, &name).await.unwrap().unwrap();
    users::forget_password(&mut tx, found.id).await.unwrap();
    tx.commit().await.unwrap();
    server.wait(seconds);
    browser
}

#[tokio::test]
async fn confirm_page_with_the_password_leads_back_to_where_somebody_was_going() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    server.wait(STALE);
    let page = browser.get("/security/confirm?next=/profile/email").await;
    page.says("name=\"next\" value=\"/profile/email\"");
    page.never_says("Confirm with a passkey");
    let form = |password| [("current_password", password), ("next", "/profile/email")];
    let wrong = browser.submit("/security/confirm", &form("a guess")).await;
    wrong.refuses(422, "not your current password");
    wrong.says("name=\"next\" value=\"/profile/email\"");
    browser.submit("/security/confirm", &form("")).await.refuses(422, "Please fill this in.");
    browser.submit("/security/confirm", &form(PASSWORD)).await.leads_to("/profile/email");
    let new = [("attributes[email]", "me@anotherdomain.com")];
    browser.submit("/profile/email", &new).await.leads_to("/profile/email");
    // It leads to pages of ours alone.
    let astray = [("current_password", PASSWORD), ("next", "https://evil.example")];
    browser.submit("/security/confirm", &astray).await.leads_to("/security");
}

#[tokio::test]
async fn account_without_password_confirms_with_a_code_and_every_form_says_so() {
    let server = TestServer::new().await;
    let mut browser = without_password(&server, 4 * 24 * 60 * 60).await;
    for path in [
        "/profile/email",
        "/profile/phone",
        "/security/password",
        "/security/app",
        "/account",
        "/account/delete",
    ] {
        let page = browser.get(path).await;
        page.says("Before you change this, <a href=\"/security/confirm?next=");
        page.never_says("type=\"password\" required autocomplete=\"current-password\"");
    }
    let refused = browser.submit("/profile/email", &[("attributes[email]", "me@anotherdomain.com")]).await;
    refused.refuses(422, "Confirm that it’s you to go on.");
    browser.get("/security/confirm?next=/account/delete").await.says("me@domain.com");
    let next = ("next", "/account/delete");
    let sent = browser.submit("/security/confirm/send", &[next]).await;
    sent.leads_to("/security/confirm?next=/account/delete");
    let code = server.code_for("me@domain.com").await;
    let refused = browser.submit("/security/confirm/code", &[("code", &another(&code)), next]).await;
    refused.refuses(422, "4 tries left");
    refused.says("name=\"next\" value=\"/account/delete\"");
    browser.submit("/security/confirm/code", &[("code", &code), next]).await.leads_to("/account/delete");
    browser.get("/account/delete").await.says("You confirmed a moment ago");
    browser.submit("/account/delete", &[("confirmation", "delete")]).await.leads_to("/sign-in");
}

#[tokio::test]
async fn account_with_nothing_to_confirm_with_is_told_so_in_words() {
    let server = TestServer::new().await;
    let mut browser = without_password(&server, 2 * 24 * 60 * 60).await;
    let page = browser.get("/security/confirm").await;
    page.says("there is nothing to confirm with");
    page.says("href=\"/forgot-password\"");
    browser.submit("/security/confirm/send", &[]).await.refuses(422, "there is nothing to confirm with");
    browser
        .submit("/account/delete", &[("confirmation", "delete")])
        .await
        .refuses(422, "Confirm that it’s you");
}
