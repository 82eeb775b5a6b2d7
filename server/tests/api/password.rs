//! Passwords that are forgotten or changed.

use crate::support::{PASSWORD, TestServer, another};
use crate::{signed_in, tokens, with_password};
use serde_json::json;

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
