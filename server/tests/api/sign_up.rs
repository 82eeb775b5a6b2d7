//! New accounts over the wire.

use crate::support::{PASSWORD, TestServer, another};
use crate::{confirmed, tokens, with_password};
use serde_json::json;

#[tokio::test]
async fn somebody_signs_up_confirms_signs_in_and_reads_the_account() {
    let server = TestServer::new().await;
    let form = json!({ "ClientId": "web", "Username": "jdoe", "Password": PASSWORD, "UserAttributes": [
        { "Name": "email", "Value": "me@domain.com" }, { "Name": "given_name", "Value": "Jane" }] });
    let answer = server.wire("SignUp", form).await.ok();
    assert_eq!(answer["UserConfirmed"], false);
    let delivery = json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "m***@d***" });
    assert_eq!(answer["CodeDeliveryDetails"], delivery);
    server.wire("InitiateAuth", with_password("jdoe", PASSWORD)).await.refuses_with("UserNotConfirmedException", "User is not confirmed.");
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
async fn a_taken_username_is_said_and_a_taken_address_only_after_its_code() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    let form = |username: &str| {
        json!({ "ClientId": "web", "Username": username, "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": "me@domain.com" }] })
    };
    server.wire("SignUp", form("JDoe")).await.refuses_with("UsernameExistsException", "User already exists");
    server.wire("SignUp", form("mallory")).await.ok();
    let code = server.code_for("me@domain.com").await;
    let confirm = json!({ "ClientId": "web", "Username": "mallory", "ConfirmationCode": code });
    server.wire("ConfirmSignUp", confirm).await.refuses_with("AliasExistsException", "An account with the given email already exists.");
}

#[tokio::test]
async fn a_weak_password_is_refused_with_the_first_rule_that_it_breaks() {
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
async fn where_people_sign_in_by_address_the_username_is_the_address() {
    let server = TestServer::with("[pool]\nsign_in = [\"email\"]\n").await;
    let form = json!({ "ClientId": "web", "Username": "me@domain.com", "Password": PASSWORD });
    let sub = server.wire("SignUp", form).await.ok()["UserSub"].clone();
    let code = server.code_for("me@domain.com").await;
    let form = json!({ "ClientId": "web", "Username": "me@domain.com", "ConfirmationCode": code });
    server.wire("ConfirmSignUp", form).await.ok();
    let token = tokens(&server, "me@domain.com").await["AccessToken"].clone();
    assert_eq!(server.wire("GetUser", json!({ "AccessToken": token })).await.ok()["Username"], sub);
}
