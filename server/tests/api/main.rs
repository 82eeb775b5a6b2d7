//! The wire API as applications speak it: exact answers, through the real router. A file for each family of
//! operations.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't be set up has failed")]

mod attributes;
mod clients;
mod cors;
mod discovery;
mod faults;
mod mfa;
mod password;
mod retries;
mod shapes;
mod sign_up;
mod strangers;
#[path = "../support/mod.rs"]
mod support;
mod tokens;

use serde_json::{Value, json};
use support::{Answer, PASSWORD, TestServer};

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
    let attributes: Vec<_> =
        attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
    server.wire("UpdateUserAttributes", json!({ "AccessToken": token, "UserAttributes": attributes })).await
}

async fn attributes_of(server: &TestServer, token: &Value) -> Value {
    let user = server.wire("GetUser", json!({ "AccessToken": token })).await.ok();
    let pairs = user["UserAttributes"].as_array().unwrap().iter();
    pairs
        .map(|it| (it["Name"].as_str().unwrap().to_owned(), it["Value"].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

async fn verify(server: &TestServer, token: &Value, attribute: &str, code: &str) -> Answer {
    server
        .wire(
            "VerifyUserAttribute",
            json!({ "AccessToken": token, "AttributeName": attribute, "Code": code }),
        )
        .await
}
