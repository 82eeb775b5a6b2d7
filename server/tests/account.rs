//! `/account`, raw: taking one's data away, and leaving for good.

mod support;

use model::paths;
use serde_json::json;
use support::{PASSWORD, TestServer};

fn deletion<'a>(password: &'a str, word: &'a str) -> [(&'a str, &'a str); 2] {
    [("current_password", password), ("confirmation", word)]
}

#[tokio::test]
async fn download_data_as_a_file_holds_account_sessions_and_events() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser.get("/profile").await.says("href=\"/account\"");
    browser.get("/account").await.says("Download my data");
    browser.submit("/account/download", &[]).await.leads_to("/account/data.json");
    let file = browser.get("/account/data.json").await;
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"my-data.json\"");
    assert_eq!(file.header("cache-control"), "no-store");
    let data = file.json();
    assert_eq!(data["account"]["attributes"]["email"], "me@domain.com");
    assert_eq!(data["account"]["verified"], json!(["email"]));
    assert_eq!(data["sessions"].as_array().unwrap().len(), 1);
    assert!(data["events"].as_array().unwrap().iter().any(|it| it["event"] == "downloadUserData"));
    browser.get("/activity").await.says("Everything we keep about you was downloaded");
}

#[tokio::test]
async fn download_data_is_recorded_limited_and_refused_across_sites() {
    let server = TestServer::with("[limits]\nchanges_per_account_an_hour = 2\n").await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    for site in ["cross-site", "same-site"] {
        browser.clone().saying("sec-fetch-site", site).get("/account/data.json").await.leads_to("/account");
    }
    browser.get("/activity").await.never_says("was downloaded");
    for _ in 0..2 {
        assert_eq!(
            browser.clone().saying("sec-fetch-site", "none").get("/account/data.json").await.status,
            200
        );
    }
    browser.get("/activity").await.says("Everything we keep about you was downloaded");
    let refused = browser.get("/account/data.json").await;
    refused.refuses(429, "A little slower");
    assert!(!refused.header("retry-after").is_empty());
    browser.submit("/account/download", &[]).await.refuses(429, "wait");
}

#[tokio::test]
async fn download_data_with_a_stale_sign_in_asks_for_the_password() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    server.wait(15 * 60);
    browser.get("/account/data.json").await.leads_to("/account");
    browser.submit("/account/download", &[]).await.refuses(422, "Confirm that it’s you to go on.");
    browser
        .submit("/account/download", &[("current_password", "a guess")])
        .await
        .refuses(422, "not your current password");
    browser
        .submit("/account/download", &[("current_password", PASSWORD)])
        .await
        .leads_to("/account/data.json");
    assert_eq!(browser.get("/account/data.json").await.json()["account"]["username"], "jdoe");
}

#[tokio::test]
async fn download_data_without_a_session_is_refused() {
    let server = TestServer::new().await;
    server.signed_in("jdoe", "me@domain.com").await;
    let mut stranger = server.browser();
    assert_eq!(stranger.get("/account/data.json").await.status, 401);
    stranger.get("/account").await.leads_to("/sign-in?next=/account");
    let answer = stranger.json("/account/delete", &deletion(PASSWORD, "delete")).await;
    assert_eq!((answer.status.as_u16(), answer.json()["form"].as_str()), (401, Some("SignedOut")));
}

#[tokio::test]
async fn delete_account_with_password_and_word_removes_it_everywhere() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut other = server.browser();
    other.submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)]).await.leads_to("/profile");
    let form = json!({ "ClientId": "web", "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": { "USERNAME": "jdoe", "PASSWORD": PASSWORD } });
    let tokens = server.wire("InitiateAuth", form).await.ok()["AuthenticationResult"].clone();
    browser.get("/account").await.says("href=\"/account/delete\"");
    browser.get("/account/delete").await.says("Type “delete” to confirm");

    browser
        .submit("/account/delete", &deletion(PASSWORD, "remove"))
        .await
        .refuses(422, "This is not the word.");
    browser
        .submit("/account/delete", &deletion("a guess", "delete"))
        .await
        .refuses(422, "not your current password");
    browser.submit("/account/delete", &deletion(PASSWORD, "delete")).await.leads_to("/sign-in");
    browser.get("/sign-in").await.says("Your account is deleted");
    browser.get("/profile").await.leads_to("/sign-in?next=/profile");
    other.get("/profile").await.leads_to("/sign-in?next=/profile");
    let request = json!({ "AccessToken": tokens["AccessToken"] });
    server
        .wire("GetUser", request)
        .await
        .refuses_with("NotAuthorizedException", "Access Token has been revoked");
    let told = server.letters_to("me@domain.com").await;
    assert_eq!(told[0].subject, "Your Nameplate account was deleted");
    browser
        .submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)])
        .await
        .refuses(401, "Incorrect");
    server.signed_in("jdoe", "me@domain.com").await.get("/profile").await.says("jdoe");
}

#[tokio::test]
async fn delete_user_with_an_access_token_removes_the_account() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let form = json!({ "ClientId": "web", "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": { "USERNAME": "jdoe", "PASSWORD": PASSWORD } });
    let token = server.wire("InitiateAuth", form).await.ok()["AuthenticationResult"]["AccessToken"].clone();
    server.wire("DeleteUser", json!({})).await.refuses_with(
        "InvalidParameterException",
        "1 validation error detected: Value null at 'accessToken' failed to satisfy constraint: Member must not be null",
    );
    server
        .wire("DeleteUser", json!({ "AccessToken": "nonsense" }))
        .await
        .refuses_with("NotAuthorizedException", "Invalid Access Token");
    assert_eq!(server.wire("DeleteUser", json!({ "AccessToken": token })).await.ok(), json!({}));
    let again = server.wire("DeleteUser", json!({ "AccessToken": token })).await;
    again.refuses_with("NotAuthorizedException", "Access Token has been revoked");
    browser.get("/profile").await.leads_to("/sign-in?next=/profile");
    assert_eq!(server.letters_to("me@domain.com").await[0].subject, "Your Nameplate account was deleted");
}

#[tokio::test]
async fn change_password_with_an_access_token_keeps_its_tokens() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let form = json!({ "ClientId": "web", "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": { "USERNAME": "jdoe", "PASSWORD": PASSWORD } });
    let token = server.wire("InitiateAuth", form).await.ok()["AuthenticationResult"]["AccessToken"].clone();
    let change = |previous: &str, proposed: &str| json!({ "AccessToken": token, "PreviousPassword": previous, "ProposedPassword": proposed });
    let wrong = server.wire("ChangePassword", change("not-the-password", "another-password")).await;
    wrong.refuses_with("NotAuthorizedException", "Incorrect username or password.");
    let short = server.wire("ChangePassword", change(PASSWORD, "short")).await;
    short.refuses_with(
        "InvalidPasswordException",
        "Password did not conform with policy: Password not long enough",
    );
    assert_eq!(server.wire("ChangePassword", change(PASSWORD, "another-password")).await.ok(), json!({}));
    assert_eq!(server.wire("GetUser", json!({ "AccessToken": token })).await.ok()["Username"], "jdoe");
    browser.get("/profile").await.leads_to("/sign-in?next=/profile");
    browser
        .submit("/sign-in", &[("username", "jdoe"), ("password", "another-password")])
        .await
        .leads_to("/profile");
}

/// Puts a row that no version of this program can read beside each kind of row that the account has.
#[expect(clippy::unwrap_used, reason = "a store that can't be written has failed the test")]
async fn spoil(server: &TestServer) {
    let mut tx = server.pool.store().begin().await.unwrap();
    let now = server.pool.now().0;
    let statements = [
        "INSERT INTO sessions (id, hash, user_id, client, created_at, last_seen_at, expires_at, network, user_agent, username)
         SELECT 1, $1, id, 'web', $2, $2, $2 + 1000000, 'nowhere', '', 'jdoe' FROM users",
        "INSERT INTO passkeys (credential, user_id, name, transports, public_key, state, created_at)
         SELECT $1, id, 'Unreadable', 999, $1, $1, $2 FROM users",
        "INSERT INTO codes (user_id, purpose, attribute, value, issue, digest, requested_at, sent_at, expires_at, attempts)
         SELECT id, 'verify', 'pager', '12 é', $1, $1, $2, $2, $2, 0 FROM users",
    ];
    for statement in statements {
        tx.query(statement).bind(vec![1_u8]).bind(now).run().await.unwrap();
    }
    let statements = [
        "INSERT INTO events (user_id, payload, at, network, user_agent)
         SELECT id, '{\"event\":\"fromTheFuture\",\"data\":{}}', $1, 'nowhere', '' FROM users",
        "INSERT INTO factors (user_id, kind, enabled_at, preferred) SELECT id, 'HOLOGRAM_MFA', $1, 0 FROM users",
    ];
    for statement in statements {
        tx.query(statement).bind(now).run().await.unwrap();
    }
    tx.query("UPDATE users SET proven = proven || ' pager'").run().await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn lists_with_an_unreadable_row_show_the_others() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser.submit("/profile/email", &[("attributes[email]", "new@domain.com")]).await;
    for round in 0..30 {
        // What comes after it, and what came before it on older pages.
        if round == 2 {
            spoil(&server).await;
        }
        let nickname = format!("J{round}");
        browser.submit("/profile", &[("attributes[nickname]", &nickname)]).await.leads_to("/profile");
    }
    browser.get("/profile").await.says("new@domain.com");
    browser.get("/profile/email").await.says("new@domain.com");
    browser.get("/security").await.says("This browser");
    let newest = browser.get("/activity").await;
    let older = newest
        .text()
        .split("href=\"/activity?before=")
        .nth(1)
        .map(|it| it.split('"').next().unwrap().to_owned());
    browser.get(&format!("/activity?before={}", older.unwrap())).await.says("confirmed");
    let data = browser.get("/account/data.json").await.json();
    assert_eq!(data["sessions"].as_array().unwrap().len(), 1);
    assert!(data["events"].as_array().unwrap().len() > 30);
    for path in [paths::PROFILE_JSON, "/security/passkeys", "/account"] {
        assert_eq!(browser.get(path).await.status, 200, "{path}");
    }
    browser.json(paths::PROFILE_REFRESH, &[]).await.ok();
    browser.submit(paths::SECURITY_SESSIONS_OTHERS, &[]).await.leads_to("/security");
    assert_eq!(browser.get("/profile").await.status, 200);

    // What can't be read and asks for something more is not passed over.
    let form = [("username", "jdoe"), ("password", PASSWORD)];
    server.browser().submit("/sign-in", &form).await.refuses(503, "");
}
