//! The wire API as applications speak it: exact answers, through the real router.
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pool::srp_sign_in::Challenge;
use pool::testing::SrpClient;
use serde_json::{Value, json};
use support::{Answer, PASSWORD, TestServer, another};

/// Signs up and confirms over the wire.
async fn confirmed(server: &TestServer, username: &str, email: &str) -> String {
    let form = json!({ "ClientId": "web", "Username": username, "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": email }] });
    let sub = server.wire("SignUp", form).await.ok()["UserSub"].as_str().unwrap().to_owned();
    let code = server.code_for(email).await;
    let form = json!({ "ClientId": "web", "Username": username, "ConfirmationCode": code });
    assert_eq!(server.wire("ConfirmSignUp", form).await.ok(), json!({}));
    sub
}

fn with_password(username: &str, password: &str) -> Value {
    json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "web", "AuthParameters": { "USERNAME": username, "PASSWORD": password } })
}

async fn tokens(server: &TestServer, username: &str) -> Value {
    server.wire("InitiateAuth", with_password(username, PASSWORD)).await.ok()["AuthenticationResult"].clone()
}

/// Somebody who is signed in, by the access token.
async fn signed_in(server: &TestServer) -> Value {
    confirmed(server, "jdoe", "me@domain.com").await;
    tokens(server, "jdoe").await["AccessToken"].clone()
}

async fn update(server: &TestServer, token: &Value, attributes: &[(&str, &str)]) -> Answer {
    let attributes: Vec<_> = attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
    server.wire("UpdateUserAttributes", json!({ "AccessToken": token, "UserAttributes": attributes })).await
}

async fn attributes_of(server: &TestServer, token: &Value) -> Value {
    let user = server.wire("GetUser", json!({ "AccessToken": token })).await.ok();
    let pairs = user["UserAttributes"].as_array().unwrap().iter();
    pairs.map(|it| (it["Name"].as_str().unwrap().to_owned(), it["Value"].clone())).collect::<serde_json::Map<_, _>>().into()
}

async fn verify(server: &TestServer, token: &Value, attribute: &str, code: &str) -> Answer {
    server.wire("VerifyUserAttribute", json!({ "AccessToken": token, "AttributeName": attribute, "Code": code })).await
}

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
async fn a_verified_address_signs_in_too() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    assert!(tokens(&server, "me@domain.com").await["AccessToken"].is_string());
}

#[tokio::test]
async fn a_change_of_address_waits_for_its_code_and_an_unrelated_one_does_not_disturb_it() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    let answer = update(&server, &token, &[("email", "me@anotherdomain.com"), ("family_name", "Lastname")]).await.ok();
    let delivery = json!([{ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "m***@a***" }]);
    assert_eq!(answer["CodeDeliveryDetailsList"], delivery);
    assert_eq!(update(&server, &token, &[("nickname", "Jo")]).await.ok(), json!({ "CodeDeliveryDetailsList": [] }));
    let now = attributes_of(&server, &token).await;
    assert_eq!((&now["email"], &now["email_verified"], &now["family_name"]), (&json!("me@domain.com"), &json!("true"), &json!("Lastname")));
    let code = server.code_for("me@anotherdomain.com").await;
    verify(&server, &token, "email", &another(&code))
        .await
        .refuses_with("CodeMismatchException", "Invalid verification code provided, please try again.");
    // A code for an address says nothing about a number.
    let none = "Invalid code provided, please request a code again.";
    verify(&server, &token, "phone_number", &code).await.refuses_with("ExpiredCodeException", none);
    assert_eq!(verify(&server, &token, "email", &code).await.ok(), json!({}));
    assert_eq!(attributes_of(&server, &token).await["email"], "me@anotherdomain.com");
    verify(&server, &token, "email", &code).await.refuses_with("ExpiredCodeException", none);
}

#[tokio::test]
async fn a_code_can_be_sent_again_and_it_is_said_where_to() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    update(&server, &token, &[("email", "me@anotherdomain.com")]).await.ok();
    let ask = json!({ "AccessToken": token, "AttributeName": "email" });
    let limit = "Attempt limit exceeded, please try after some time.";
    server.wire("GetUserAttributeVerificationCode", ask.clone()).await.refuses_with("LimitExceededException", limit);
    server.wait(30);
    let sent = server.wire("GetUserAttributeVerificationCode", ask).await.ok();
    assert_eq!(sent["CodeDeliveryDetails"], json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "m***@a***" }));
}

#[tokio::test]
async fn what_only_the_service_sets_is_written_by_nobody() {
    let server = TestServer::new().await;
    let unauthorized = "A client attempted to write unauthorized attribute";
    for (name, value) in [("email_verified", "true"), ("sub", "00000000-0000-4000-8000-000000000000"), ("phone_number_verified", "true")] {
        let form = json!({ "ClientId": "web", "Username": "mallory", "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": "mallory@domain.com" }, { "Name": name, "Value": value }] });
        server.wire("SignUp", form).await.refuses_with("NotAuthorizedException", unauthorized);
    }
    let token = signed_in(&server).await;
    for name in ["sub", "email_verified", "phone_number_verified"] {
        update(&server, &token, &[(name, "true"), ("nickname", "Jo")]).await.refuses_with("NotAuthorizedException", unauthorized);
        let request = json!({ "AccessToken": token, "UserAttributeNames": [name] });
        server.wire("DeleteUserAttributes", request).await.refuses_with("NotAuthorizedException", unauthorized);
    }
    assert!(attributes_of(&server, &token).await.get("nickname").is_none(), "all or nothing");
}

#[tokio::test]
async fn what_the_schema_does_not_allow_is_named() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    for (attributes, message) in [
        (vec![("nope", "x")], "user.nope: Attribute does not exist in the schema.\n"),
        (vec![("custom:team", "x")], "user.custom:team: Attribute does not exist in the schema.\n"),
        (
            vec![("nope", "x"), ("other", "y")],
            "Invalid user attributes: user.nope: Attribute does not exist in the schema.\nuser.other: Attribute does not exist in the schema.\n",
        ),
        (vec![("email", "me")], "Invalid email address format."),
        (vec![("phone_number", "12345")], "Invalid phone number format."),
        (vec![("email", "")], "Attributes did not conform to the schema: email: The attribute is required\n"),
        (vec![("birthdate", "not-a-date")], "user.birthdate: Date must be a real day as YYYY-MM-DD.\n"),
        (vec![("birthdate", "2023-02-29")], "user.birthdate: Date must be a real day as YYYY-MM-DD.\n"),
    ] {
        update(&server, &token, &attributes).await.refuses_with("InvalidParameterException", message);
    }
    // What can be read and is not among what clients write.
    update(&server, &token, &[("updated_at", "NaN")])
        .await
        .refuses_with("NotAuthorizedException", "A client attempted to write unauthorized attribute");
}

#[tokio::test]
async fn shapes_are_checked_before_anything_is_looked_up() {
    let server = TestServer::new().await;
    let name = "n".repeat(33);
    let value = "v".repeat(2049);
    let at = "failed to satisfy constraint:";
    let request =
        json!({ "AccessToken": "nobody", "UserAttributes": [{ "Name": name, "Value": "x" }, { "Name": "name", "Value": value }] });
    server.wire("UpdateUserAttributes", request).await.refuses_with(
        "InvalidParameterException",
        &format!(
            "2 validation errors detected: Value '{name}' at 'userAttributes.1.member.name' {at} Member must have length less than or \
             equal to 32; Value at 'userAttributes.2.member.value' {at} Member must have length less than or equal to 2048"
        ),
    );
    server.wire("GetUser", json!({})).await.refuses_with(
        "InvalidParameterException",
        &format!("1 validation error detected: Value null at 'accessToken' {at} Member must not be null"),
    );
    let request = json!({ "ClientId": "web", "Username": "j doe", "Password": "has a space" });
    server.wire("SignUp", request).await.refuses_with(
        "InvalidParameterException",
        &format!(
            "2 validation errors detected: Value at 'username' {at} Member must satisfy regular expression pattern: \
             [\\p{{L}}\\p{{M}}\\p{{S}}\\p{{N}}\\p{{P}}]+; Value at 'password' {at} Member must satisfy regular expression pattern: [\\S]+"
        ),
    );
    let many: Vec<_> = (0..300).map(|n| json!({ "Name": format!("custom:{n}"), "Value": "x" })).collect();
    let token = signed_in(&server).await;
    let refused = server.wire("UpdateUserAttributes", json!({ "AccessToken": token, "UserAttributes": many })).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["__type"]), (400, &json!("InvalidParameterException")));
    update(&server, &token, &[("name", "Jo"), ("name", "Joe")])
        .await
        .refuses_with("InvalidParameterException", "user.name: Attribute is given twice.\n");
}

#[tokio::test]
async fn attributes_are_deleted_and_an_empty_value_does_the_same() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    update(&server, &token, &[("nickname", "Jo"), ("given_name", "Jane")]).await.ok();
    update(&server, &token, &[("nickname", "")]).await.ok();
    let request = json!({ "AccessToken": token, "UserAttributeNames": ["given_name"] });
    assert_eq!(server.wire("DeleteUserAttributes", request).await.ok(), json!({}));
    let now = attributes_of(&server, &token).await;
    assert!(now.get("nickname").is_none() && now.get("given_name").is_none(), "{now}");
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
async fn a_forgotten_password_is_replaced_and_every_session_ends() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    let refresh = tokens(&server, "jdoe").await["RefreshToken"].clone();
    let sent = server.wire("ForgotPassword", json!({ "ClientId": "web", "Username": "jdoe" })).await.ok();
    assert_eq!(sent["CodeDeliveryDetails"], json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "m***@d***" }));
    let code = server.code_for("me@domain.com").await;
    let form = |code: &str| json!({ "ClientId": "web", "Username": "jdoe", "ConfirmationCode": code, "Password": "another-password#1" });
    server
        .wire("ConfirmForgotPassword", form(&another(&code)))
        .await
        .refuses_with("CodeMismatchException", "Invalid verification code provided, please try again.");
    assert_eq!(server.wire("ConfirmForgotPassword", form(&code)).await.ok(), json!({}));
    server.wire("GetUser", json!({ "AccessToken": token })).await.refuses_with("NotAuthorizedException", "Access Token has been revoked");
    let request = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": "web", "AuthParameters": { "REFRESH_TOKEN": refresh } });
    server.wire("InitiateAuth", request).await.refuses_with("NotAuthorizedException", "Refresh Token has been revoked");
    let old = server.wire("InitiateAuth", with_password("jdoe", PASSWORD)).await;
    old.refuses_with("NotAuthorizedException", "Incorrect username or password.");
    server.wire("InitiateAuth", with_password("jdoe", "another-password#1")).await.ok();
}

#[tokio::test]
async fn wrong_codes_are_counted() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    update(&server, &token, &[("email", "me@anotherdomain.com")]).await.ok();
    let code = server.code_for("me@anotherdomain.com").await;
    for _ in 0..4 {
        verify(&server, &token, "email", &another(&code))
            .await
            .refuses_with("CodeMismatchException", "Invalid verification code provided, please try again.");
    }
    for tried in [another(&code), code] {
        let limit = "Attempt limit exceeded, please try after some time.";
        verify(&server, &token, "email", &tried).await.refuses_with("LimitExceededException", limit);
    }
}

#[tokio::test]
async fn refresh_tokens_are_exchanged_kept_and_revoked() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    let entered = tokens(&server, "jdoe").await;
    let keep = |token: &Value| json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": "web", "AuthParameters": { "REFRESH_TOKEN": token } });
    let kept = server.wire("InitiateAuth", keep(&entered["RefreshToken"])).await.ok();
    assert!(kept["AuthenticationResult"]["AccessToken"].is_string());
    assert!(kept["AuthenticationResult"].get("RefreshToken").is_none());
    let exchange = |token: &Value| json!({ "ClientId": "web", "RefreshToken": token });
    let exchanged = server.wire("GetTokensFromRefreshToken", exchange(&entered["RefreshToken"])).await.ok();
    let next = exchanged["AuthenticationResult"]["RefreshToken"].clone();
    assert!(next.is_string() && next != entered["RefreshToken"]);
    let revoke = |token: &Value| json!({ "ClientId": "web", "Token": token });
    server
        .wire("RevokeToken", revoke(&entered["AccessToken"]))
        .await
        .refuses_with("UnsupportedTokenTypeException", "Unsupported token type");
    assert_eq!(server.wire("RevokeToken", revoke(&next)).await.ok(), json!({}));
    server
        .wire("GetTokensFromRefreshToken", exchange(&next))
        .await
        .refuses_with("NotAuthorizedException", "Refresh Token has been revoked");
    let request = json!({ "AccessToken": entered["AccessToken"] });
    server.wire("GetUser", request).await.refuses_with("NotAuthorizedException", "Access Token has been revoked");
    server.wire("InitiateAuth", keep(&json!("nonsense"))).await.refuses_with("NotAuthorizedException", "Invalid Refresh Token");
}

#[tokio::test]
async fn a_stolen_refresh_token_ends_the_session_when_both_have_used_it() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    let stolen = tokens(&server, "jdoe").await["RefreshToken"].clone();
    let exchange = |token: &Value| json!({ "ClientId": "web", "RefreshToken": token });
    let next = server.wire("GetTokensFromRefreshToken", exchange(&stolen)).await.ok();
    server.wait(61);
    server
        .wire("GetTokensFromRefreshToken", exchange(&stolen))
        .await
        .refuses_with("RefreshTokenReuseException", "Refresh Token has been revoked");
    let next = &next["AuthenticationResult"]["RefreshToken"];
    server.wire("GetTokensFromRefreshToken", exchange(next)).await.refuses_with("NotAuthorizedException", "Refresh Token has been revoked");
}

#[tokio::test]
async fn signing_out_everywhere_signs_out_browsers_and_the_other_way_round() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let token = tokens(&server, "jdoe").await["AccessToken"].clone();
    assert_eq!(server.wire("GlobalSignOut", json!({ "AccessToken": token })).await.ok(), json!({}));
    let revoked = "Access Token has been revoked";
    server.wire("GetUser", json!({ "AccessToken": token })).await.refuses_with("NotAuthorizedException", revoked);
    assert_eq!(browser.get("/profile").await.status, 303);
}

#[tokio::test]
async fn an_access_token_expires_and_says_so() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    server.wait(3600);
    let expired = "Access Token has expired";
    server.wire("GetUser", json!({ "AccessToken": token })).await.refuses_with("NotAuthorizedException", expired);
}

#[tokio::test]
async fn a_token_that_nobody_signed_is_refused() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    let (_, rest) = token.as_str().unwrap().split_once('.').unwrap();
    // {"alg":"none"}
    for forged in [format!("eyJhbGciOiJub25lIn0.{rest}"), format!("eyJhbGciOiJub25lIn0.{}.", rest.split('.').next().unwrap())] {
        let request = json!({ "AccessToken": forged });
        server.wire("GetUser", request).await.refuses_with("NotAuthorizedException", "Invalid Access Token");
    }
}

#[tokio::test]
async fn a_stranger_learns_nothing_from_the_wire_either() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    for attempt in 0..7 {
        let known = server.wire("InitiateAuth", with_password("jdoe", "wrong")).await;
        let unknown = server.wire("InitiateAuth", with_password("nobody", "wrong")).await;
        assert_eq!((known.status, known.text()), (unknown.status, unknown.text()), "attempt {attempt}");
    }
    let ask = |username: &str| json!({ "ClientId": "web", "Username": username });
    for operation in ["ForgotPassword", "ResendConfirmationCode"] {
        let (known, unknown) = (server.wire(operation, ask("jdoe")).await.ok(), server.wire(operation, ask("nobody")).await.ok());
        for answer in [&known, &unknown] {
            let details = &answer["CodeDeliveryDetails"];
            assert_eq!((&details["AttributeName"], &details["DeliveryMedium"]), (&json!("email"), &json!("EMAIL")), "{operation}");
            assert!(details["Destination"].as_str().unwrap().contains("***@"), "{operation}");
        }
    }
    // The two operations agree about whoever is nobody, as they do about whoever is somebody.
    server.wait(60);
    for name in ["jdoe", "nobody"] {
        let (one, other) =
            (server.wire("ForgotPassword", ask(name)).await.ok(), server.wire("ResendConfirmationCode", ask(name)).await.ok());
        assert_eq!(one, other, "{name}");
    }
    let code = |username: &str| json!({ "ClientId": "web", "Username": username, "ConfirmationCode": "123456" });
    let (known, unknown) = (server.wire("ConfirmSignUp", code("jdoe")).await, server.wire("ConfirmSignUp", code("nobody")).await);
    assert_eq!((known.status, known.text()), (unknown.status, unknown.text()));
}

#[tokio::test]
async fn after_some_failures_a_sign_in_has_to_wait() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    for _ in 0..6 {
        server.wire("InitiateAuth", with_password("jdoe", "wrong")).await;
    }
    let waiting = server.wire("InitiateAuth", with_password("jdoe", PASSWORD)).await;
    waiting.refuses_with("NotAuthorizedException", "Password attempts exceeded");
    assert!(!waiting.header("retry-after").is_empty());
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

#[tokio::test]
async fn every_error_has_a_name_and_a_number() {
    let server = TestServer::new().await;
    let unknown = server.wire("MakeCoffee", json!({})).await;
    unknown.refuses_with("UnknownOperationException", "There is no such operation.");
    assert!(!unknown.header("x-amzn-requestid").is_empty());
    let nobody = json!({ "ClientId": "nobody", "Username": "jdoe" });
    server.wire("ForgotPassword", nobody).await.refuses_with("ResourceNotFoundException", "User pool client nobody does not exist.");
    for (flow, message) in [
        ("CUSTOM_AUTH", "CUSTOM_AUTH flow not enabled for this client"),
        ("ADMIN_USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH flow not enabled for this client"),
        ("USER_PASSWORD_AUTH", "Missing required parameter USERNAME"),
        ("REFRESH_TOKEN", "Missing required parameter REFRESH_TOKEN"),
    ] {
        let request = json!({ "ClientId": "web", "AuthFlow": flow, "AuthParameters": {} });
        server.wire("InitiateAuth", request).await.refuses_with("InvalidParameterException", message);
    }
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    for (body, name, status) in [
        ("{".to_owned(), "SerializationException", 400),
        (r#"{"ClientId":5}"#.to_owned(), "SerializationException", 400),
        (format!(r#"{{"ClientId":{deep}}}"#), "SerializationException", 400),
        (format!(r#"{{"ClientId":"{}"}}"#, "x".repeat(4 << 20)), "RequestEntityTooLargeException", 413),
        ("\u{0}".to_owned(), "SerializationException", 400),
    ] {
        let answer = server.wire_text("SignUp", body).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-amzn-errortype")), (status, name));
        assert_eq!(answer.json()["__type"], name);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_told_in_the_same_words() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    server.pool.store().close().await;
    let answer = server.wire("GetUser", json!({ "AccessToken": token })).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-amzn-errortype")), (500, "InternalErrorException"));
    assert_eq!(answer.json()["__type"], "InternalErrorException");
}

#[tokio::test]
async fn pages_of_other_origins_may_ask_and_no_cookie_counts() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let request = Request::options("/").header("origin", "https://app.example").header("access-control-request-method", "POST");
    let preflight = browser.send(request, Body::empty()).await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), "*");
    assert_eq!(preflight.header("access-control-allow-methods"), "POST, OPTIONS");
    assert_eq!(preflight.header("access-control-max-age"), "86400");
    let allowed = "content-type, x-amz-target, x-amz-user-agent, cache-control, amz-sdk-invocation-id, amz-sdk-request";
    assert_eq!(preflight.header("access-control-allow-headers"), allowed);
    assert!(preflight.headers.get("access-control-allow-credentials").is_none());
    let request = Request::post("/")
        .header("origin", "https://app.example")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AWSCognitoIdentityProviderService.GetUser");
    let answer = browser.send(request, Body::from(r#"{"AccessToken":"nobody"}"#)).await;
    answer.refuses_with("NotAuthorizedException", "Invalid Access Token");
    assert_eq!(answer.header("access-control-expose-headers"), "x-amzn-errortype, x-amzn-requestid");
    assert!(answer.headers.get("set-cookie").is_none());
    // The pages keep their own rule.
    let request = Request::post("/sign-in").header("sec-fetch-site", "cross-site").header("x-amz-target", "x");
    assert_eq!(browser.send(request, Body::empty()).await.status, 403);
}

#[tokio::test]
async fn the_keys_are_where_applications_look_for_them() {
    let server = TestServer::new().await;
    let id = server.pool.id().to_owned();
    let mut browser = server.browser();
    let keys = browser.get(&format!("/{id}/.well-known/jwks.json")).await;
    let (token, keys) = (signed_in(&server).await, keys.json());
    let header = token.as_str().unwrap().split('.').next().unwrap().to_owned();
    let key = &keys["keys"][0];
    assert_eq!((&key["alg"], &key["kty"], &key["use"], &key["e"]), (&json!("RS256"), &json!("RSA"), &json!("sig"), &json!("AQAB")));
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!(header, json!({ "kid": key["kid"], "alg": "RS256" }));
    let about = browser.get(&format!("/{id}/.well-known/openid-configuration")).await.json();
    assert_eq!(about["issuer"], format!("{}/{id}", server.pool.settings().public_url));
    assert_eq!(about["jwks_uri"], format!("{}/{id}/.well-known/jwks.json", server.pool.settings().public_url));
    let elsewhere = browser.get("/local_nobody/.well-known/jwks.json").await;
    assert_eq!((elsewhere.status.as_u16(), &elsewhere.json()["__type"]), (404, &json!("ResourceNotFoundException")));
}

#[tokio::test]
async fn a_password_signs_in_without_being_told() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    let client = SrpClient::new(3);
    let begin = |name: &str| {
        json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": "web",
        "AuthParameters": { "USERNAME": name, "SRP_A": client.public() } })
    };
    for (name, password, works) in
        [("jdoe", PASSWORD, true), ("me@domain.com", PASSWORD, true), ("jdoe", "wrong", false), ("nobody", PASSWORD, false)]
    {
        let begun = server.wire("InitiateAuth", begin(name)).await.ok();
        assert_eq!(begun["ChallengeName"], "PASSWORD_VERIFIER");
        let told = |name: &str| begun["ChallengeParameters"][name].as_str().unwrap().to_owned();
        let challenge = Challenge {
            user_id: told("USER_ID_FOR_SRP"),
            salt: told("SALT"),
            public: told("SRP_B"),
            secret_block: STANDARD.decode(told("SECRET_BLOCK")).unwrap(),
        };
        let timestamp = "Tue Nov 3 09:05:07 UTC 2026";
        let signature = client.proof(server.pool.id(), &challenge, password, timestamp);
        let answer = json!({ "ClientId": "web", "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": {
            "USERNAME": told("USER_ID_FOR_SRP"), "PASSWORD_CLAIM_SECRET_BLOCK": told("SECRET_BLOCK"), "TIMESTAMP": timestamp,
            "PASSWORD_CLAIM_SIGNATURE": STANDARD.encode(signature) } });
        let done = server.wire("RespondToAuthChallenge", answer.clone()).await;
        if works {
            assert!(done.ok()["AuthenticationResult"]["RefreshToken"].is_string());
        } else {
            done.refuses_with("NotAuthorizedException", "Incorrect username or password.");
        }
        server.wire("RespondToAuthChallenge", answer).await.refuses_with("NotAuthorizedException", "Invalid session for the user.");
    }
    let zero = json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": "web", "AuthParameters": { "USERNAME": "jdoe", "SRP_A": "0" } });
    server.wire("InitiateAuth", zero).await.refuses_with("InvalidParameterException", "SRP_A is not a number of the group");
}
