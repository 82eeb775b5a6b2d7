//! New accounts over the wire.

use crate::support::{PASSWORD, TestServer, another};
use crate::{confirmed, tokens, with_password};
use serde_json::json;

#[tokio::test]
async fn sign_up_on_the_wire_is_confirmed_and_signs_in() {
    let server = TestServer::new().await;
    let form = json!({ "ClientId": "web", "Username": "jdoe", "Password": PASSWORD, "UserAttributes": [
        { "Name": "email", "Value": "me@domain.com" }, { "Name": "given_name", "Value": "Jane" }] });
    let answer = server.wire("SignUp", form).await.ok();
    assert_eq!(answer["UserConfirmed"], false);
    let delivery = json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "m***@d***" });
    assert_eq!(answer["CodeDeliveryDetails"], delivery);
    server
        .wire("InitiateAuth", with_password("jdoe", PASSWORD))
        .await
        .refuses_with("UserNotConfirmedException", "User is not confirmed.");
    let code = server.code_for("me@domain.com").await;
    let confirm = |code: &str| json!({ "ClientId": "web", "Username": "jdoe", "ConfirmationCode": code });
    let wrong = "Invalid verification code provided, please try again.";
    server.wire("ConfirmSignUp", confirm(&another(&code))).await.refuses_with("CodeMismatchException", wrong);
    assert_eq!(server.wire("ConfirmSignUp", confirm(&code)).await.ok(), json!({}));
    let used = "Invalid code provided, please request a code again.";
    server.wire("ConfirmSignUp", confirm(&code)).await.refuses_with("ExpiredCodeException", used);
    let entered = tokens(&server, "jdoe").await;
    assert_eq!((&entered["TokenType"], &entered["ExpiresIn"]), (&json!("Bearer"), &json!(3600)));
    let user = server.wire("GetUser", json!({ "AccessToken": entered["AccessToken"] })).await.ok();
    assert_eq!(user["Username"], "jdoe");
    let first = json!([{ "Name": "sub", "Value": answer["UserSub"] }, { "Name": "email", "Value": "me@domain.com" },
        { "Name": "email_verified", "Value": "true" }]);
    assert_eq!(user["UserAttributes"].as_array().unwrap()[..3], first.as_array().unwrap()[..]);
}

#[tokio::test]
async fn sign_up_with_a_taken_username_is_refused_and_an_email_later() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    let form = |username: &str| {
        json!({ "ClientId": "web", "Username": username, "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": "me@domain.com" }] })
    };
    server.wire("SignUp", form("JDoe")).await.refuses_with("UsernameExistsException", "User already exists");
    let sub = accounts::admin::find_user(&server.pool, "jdoe").await.unwrap().record.sub;
    for taken in [sub.clone(), sub.to_uppercase()] {
        server
            .wire("SignUp", form(&taken))
            .await
            .refuses_with("UsernameExistsException", "User already exists");
    }
    server.wire("SignUp", form("mallory")).await.ok();
    let code = server.code_for("me@domain.com").await;
    let confirm = json!({ "ClientId": "web", "Username": "mallory", "ConfirmationCode": code });
    server
        .wire("ConfirmSignUp", confirm)
        .await
        .refuses_with("AliasExistsException", "An account with the given email already exists.");
}

#[tokio::test]
async fn sign_up_with_a_weak_password_names_the_first_broken_rule() {
    let server = TestServer::with("[password]\nrequire_uppercase = true\nrequire_numbers = true\n").await;
    for (password, rule) in [
        ("short1A", "Password not long enough"),
        ("longenough1", "Password must have uppercase characters"),
        ("LongEnough", "Password must have numeric characters"),
    ] {
        let form = json!({ "ClientId": "web", "Username": "jdoe", "Password": password,
            "UserAttributes": [{ "Name": "email", "Value": "me@domain.com" }] });
        let message = format!("Password did not conform with policy: {rule}");
        server.wire("SignUp", form).await.refuses_with("InvalidPasswordException", &message);
    }
}

#[tokio::test]
async fn sign_up_by_email_only_takes_the_address_as_username() {
    let server = TestServer::with("[pool]\nsign_in = [\"email\"]\n").await;
    let form = json!({ "ClientId": "web", "Username": "me@domain.com", "Password": PASSWORD });
    let sub = server.wire("SignUp", form).await.ok()["UserSub"].clone();
    let code = server.code_for("me@domain.com").await;
    let form = json!({ "ClientId": "web", "Username": "me@domain.com", "ConfirmationCode": code });
    server.wire("ConfirmSignUp", form).await.ok();
    let token = tokens(&server, "me@domain.com").await["AccessToken"].clone();
    assert_eq!(server.wire("GetUser", json!({ "AccessToken": token })).await.ok()["Username"], sub);
}

/// A sign-up with this password, which is the postal address as well.
fn attempt(username: &str, password: &str) -> serde_json::Value {
    json!({ "ClientId": "web", "Username": username, "Password": password, "UserAttributes": [
        { "Name": "email", "Value": "v@x.example" }, { "Name": "address", "Value": password }] })
}

const OWNERS: &str = "Victim-Pass-77";
const STRANGERS: &str = "Attacker-Pass-77";
const WRONG: &str = "Incorrect username or password.";

#[tokio::test]
async fn confirm_sign_up_that_was_contested_asks_for_a_reset() {
    for email_only in [false, true] {
        for (first, second) in [(OWNERS, STRANGERS), (STRANGERS, OWNERS)] {
            let server =
                TestServer::with(if email_only { "[pool]\nsign_in = [\"email\"]\n" } else { "" }).await;
            let name = if email_only { "v@x.example" } else { "victim" };
            let one = server.wire("SignUp", attempt(name, first)).await.ok();
            server.wait(31);
            let other = server.wire("SignUp", attempt(name, second)).await.ok();
            assert_ne!(one["UserSub"], other["UserSub"], "one of them is made up");
            assert_eq!(one["CodeDeliveryDetails"], other["CodeDeliveryDetails"]);
            assert_eq!(one["Session"].as_str().unwrap().len(), other["Session"].as_str().unwrap().len());
            let code = server.code_for("v@x.example").await;
            server
                .wire(
                    "ConfirmSignUp",
                    json!({ "ClientId": "web", "Username": name, "ConfirmationCode": code }),
                )
                .await
                .ok();
            let told = server.wire("InitiateAuth", with_password(name, first)).await;
            told.refuses_with("PasswordResetRequiredException", "Password reset required for the user");
            server
                .wire("InitiateAuth", with_password(name, second))
                .await
                .refuses_with("NotAuthorizedException", WRONG);
            server
                .wire("InitiateAuth", with_password(name, "neither"))
                .await
                .refuses_with("NotAuthorizedException", WRONG);
            server.wait(24 * 3600);
            server
                .wire("InitiateAuth", with_password(name, first))
                .await
                .refuses_with("NotAuthorizedException", WRONG);
            // The mailbox's owner sets a password.
            server.wire("ForgotPassword", json!({ "ClientId": "web", "Username": name })).await.ok();
            let code = server.code_for("v@x.example").await;
            let form =
                json!({ "ClientId": "web", "Username": name, "ConfirmationCode": code, "Password": OWNERS });
            server.wire("ConfirmForgotPassword", form).await.ok();
            let entered =
                server.wire("InitiateAuth", with_password(name, OWNERS)).await.ok()["AuthenticationResult"]
                    .clone();
            let attributes = crate::attributes_of(&server, &entered["AccessToken"]).await;
            assert_eq!(
                (&attributes["email"], &attributes["address"]),
                (&json!("v@x.example"), &json!(null)),
                "nobody's address"
            );
            assert_eq!(attributes["email_verified"], "true");
        }
    }
}

#[tokio::test]
async fn confirm_sign_up_with_its_session_takes_its_own_code() {
    let server = TestServer::new().await;
    let done = server.wire("SignUp", attempt("victim", OWNERS)).await.ok();
    let code = server.code_for("v@x.example").await;
    let form = |session: &serde_json::Value, code: &str| json!({ "ClientId": "web", "Username": "victim", "ConfirmationCode": code, "Session": session });
    let wrong = "Invalid verification code provided, please try again.";
    server
        .wire("ConfirmSignUp", form(&done["Session"], &another(&code)))
        .await
        .refuses_with("CodeMismatchException", wrong);
    // A session that isn't one of this sign-up is as good as none: the code is tried by name.
    let strange = json!("x".repeat(43));
    server
        .wire("ConfirmSignUp", form(&strange, &another(&code)))
        .await
        .refuses_with("CodeMismatchException", wrong);
    server.wire("ConfirmSignUp", form(&done["Session"], &code)).await.ok();
    let user = tokens_with(&server, "victim", OWNERS).await;
    assert_eq!(
        crate::attributes_of(&server, &user["AccessToken"]).await["address"],
        OWNERS,
        "as it was signed up"
    );
}

async fn tokens_with(server: &TestServer, username: &str, password: &str) -> serde_json::Value {
    server.wire("InitiateAuth", with_password(username, password)).await.ok()["AuthenticationResult"].clone()
}

#[tokio::test]
async fn confirm_sign_up_of_a_name_taken_meanwhile_says_confirmed() {
    let server = TestServer::new().await;
    server.wire("SignUp", attempt("victim", OWNERS)).await.ok();
    let code = server.code_for("v@x.example").await;
    confirmed(&server, "victim", "other@x.example").await;
    let form = json!({ "ClientId": "web", "Username": "victim", "ConfirmationCode": code });
    server
        .wire("ConfirmSignUp", form)
        .await
        .refuses_with("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED");
}

#[tokio::test]
async fn sign_up_again_with_the_same_password_is_the_same_account() {
    let server = TestServer::new().await;
    let one = server.wire("SignUp", attempt("victim", OWNERS)).await.ok();
    server.wait(31);
    let again = server.wire("SignUp", attempt("victim", OWNERS)).await.ok();
    assert_eq!(one["UserSub"], again["UserSub"]);
    let code = server.code_for("v@x.example").await;
    server
        .wire("ConfirmSignUp", json!({ "ClientId": "web", "Username": "victim", "ConfirmationCode": code }))
        .await
        .ok();
    tokens_with(&server, "victim", OWNERS).await;
}
