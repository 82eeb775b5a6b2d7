//! Passwords that are forgotten or changed.

use crate::support::{PASSWORD, TestServer, another};
use crate::{signed_in, tokens, with_password};
use serde_json::json;

#[tokio::test]
async fn forgot_password_sets_a_new_one_and_ends_every_session() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    let refresh = tokens(&server, "jdoe").await["RefreshToken"].clone();
    let sent = server.wire("ForgotPassword", json!({ "ClientId": "web", "Username": "jdoe" })).await.ok();
    assert_eq!(
        sent["CodeDeliveryDetails"],
        json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "***@***" }),
        "the same for everybody"
    );
    let code = server.code_for("me@domain.com").await;
    let form = |code: &str| json!({ "ClientId": "web", "Username": "jdoe", "ConfirmationCode": code, "Password": "another-password#1" });
    server
        .wire("ConfirmForgotPassword", form(&another(&code)))
        .await
        .refuses_with("CodeMismatchException", "Invalid verification code provided, please try again.");
    assert_eq!(server.wire("ConfirmForgotPassword", form(&code)).await.ok(), json!({}));
    server
        .wire("GetUser", json!({ "AccessToken": token }))
        .await
        .refuses_with("NotAuthorizedException", "Access Token has been revoked");
    let request = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": "web", "AuthParameters": { "REFRESH_TOKEN": refresh } });
    server
        .wire("InitiateAuth", request)
        .await
        .refuses_with("NotAuthorizedException", "Refresh Token has been revoked");
    let old = server.wire("InitiateAuth", with_password("jdoe", PASSWORD)).await;
    old.refuses_with("NotAuthorizedException", "Incorrect username or password.");
    server.wire("InitiateAuth", with_password("jdoe", "another-password#1")).await.ok();
}

#[tokio::test]
async fn change_password_on_the_wire_ends_every_other_session() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    let other = tokens(&server, "jdoe").await["AccessToken"].clone();
    let change = |from: &str, to: &str| json!({ "AccessToken": token, "PreviousPassword": from, "ProposedPassword": to });
    let new = "another-password#1";
    let wrong = "Incorrect username or password.";
    server.wire("ChangePassword", change("wrong", new)).await.refuses_with("NotAuthorizedException", wrong);
    let short = "Password did not conform with policy: Password not long enough";
    server
        .wire("ChangePassword", change(PASSWORD, "short"))
        .await
        .refuses_with("InvalidPasswordException", short);
    let null = "1 validation error detected: Value null at 'previousPassword' failed to satisfy constraint: Member must not be null";
    let request = json!({ "AccessToken": token, "ProposedPassword": new });
    server.wire("ChangePassword", request).await.refuses_with("InvalidParameterException", null);
    assert_eq!(server.wire("ChangePassword", change(PASSWORD, new)).await.ok(), json!({}));
    server.wire("GetUser", json!({ "AccessToken": token })).await.ok();
    server
        .wire("GetUser", json!({ "AccessToken": other }))
        .await
        .refuses_with("NotAuthorizedException", "Access Token has been revoked");
    server
        .wire("InitiateAuth", with_password("jdoe", PASSWORD))
        .await
        .refuses_with("NotAuthorizedException", wrong);
    server.wire("InitiateAuth", with_password("jdoe", new)).await.ok();
}

#[tokio::test]
async fn change_password_with_many_wrong_ones_has_to_wait() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    let guess = json!({ "AccessToken": token, "PreviousPassword": "wrong", "ProposedPassword": "another-password#1" });
    for _ in 0..6 {
        server.wire("ChangePassword", guess.clone()).await;
    }
    let limit = "Attempt limit exceeded, please try after some time.";
    server.wire("ChangePassword", guess).await.refuses_with("LimitExceededException", limit);
}
