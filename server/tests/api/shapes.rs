//! The shapes of what requests carry.

use crate::support::TestServer;
use crate::{signed_in, update};
use serde_json::json;

#[tokio::test]
async fn request_with_wrong_members_is_refused_before_any_look_up() {
    let server = TestServer::new().await;
    let name = "n".repeat(33);
    let value = "v".repeat(2049);
    let at = "failed to satisfy constraint:";
    let request = json!({ "AccessToken": "nobody", "UserAttributes": [{ "Name": name, "Value": "x" }, { "Name": "name", "Value": value }] });
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
    let request = json!({ "ClientId": "web", "Username": "j doe", "Password": "space at an end " });
    server.wire("SignUp", request).await.refuses_with(
        "InvalidParameterException",
        &format!(
            "2 validation errors detected: Value at 'username' {at} Member must satisfy regular expression pattern: \
             [\\p{{L}}\\p{{M}}\\p{{S}}\\p{{N}}\\p{{P}}]+; Value at 'password' {at} Member must satisfy regular expression pattern: [\\S]+"
        ),
    );
    let many: Vec<_> = (0..300).map(|n| json!({ "Name": format!("custom:{n}"), "Value": "x" })).collect();
    let token = signed_in(&server).await;
    let refused =
        server.wire("UpdateUserAttributes", json!({ "AccessToken": token, "UserAttributes": many })).await;
    let most = format!(
        "1 validation error detected: Value at 'userAttributes' {at} Member must have length less than or equal to 100"
    );
    refused.refuses_with("InvalidParameterException", &most);
    let none = format!(
        "1 validation error detected: Value at 'userAttributes' {at} Member must have length greater than or equal to 1"
    );
    update(&server, &token, &[]).await.refuses_with("InvalidParameterException", &none);
    update(&server, &token, &[("name", "Jo"), ("name", "Joe")])
        .await
        .refuses_with("InvalidParameterException", "user.name: Attribute is given twice.\n");
}

#[tokio::test]
async fn request_with_members_of_a_wrong_type_names_the_type() {
    let server = TestServer::new().await;
    for (operation, request, words) in [
        (
            "SignUp",
            json!({ "ClientId": "web", "Username": 5 }),
            "NUMBER_VALUE can not be converted to a String",
        ),
        (
            "ConfirmSignUp",
            json!({ "ForceAliasCreation": "yes" }),
            "STRING_VALUE can not be converted to a Boolean",
        ),
        (
            "InitiateAuth",
            json!({ "AuthParameters": { "USERNAME": true } }),
            "TRUE_VALUE can not be converted to a String",
        ),
        ("InitiateAuth", json!({ "AuthParameters": "jdoe" }), "Expected null"),
        (
            "UpdateUserAttributes",
            json!({ "UserAttributes": { "email": "x" } }),
            "Start of structure or map found where not expected.",
        ),
        ("DeleteUserAttributes", json!({ "UserAttributeNames": "email" }), "Expected list or null"),
        ("GetUser", json!({ "AccessToken": ["x"] }), "Start of list found where not expected."),
        ("GetUser", json!("token"), "Expected null"),
    ] {
        server.wire(operation, request).await.refuses_with("SerializationException", words);
    }
}

#[tokio::test]
async fn request_with_unknown_enum_values_or_unused_members_is_checked() {
    let server = TestServer::new().await;
    let at = "1 validation error detected:";
    let flow = json!({ "ClientId": "web", "AuthFlow": "LET_ME_IN" });
    let flows = "USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, \
                 ADMIN_USER_PASSWORD_AUTH, USER_AUTH";
    server.wire("InitiateAuth", flow).await.refuses_with(
        "InvalidParameterException",
        &format!("{at} Value 'LET_ME_IN' at 'authFlow' failed to satisfy constraint: Member must satisfy enum value set: [{flows}]"),
    );
    let session = json!({ "ClientId": "web", "ChallengeName": "SMS_MFA", "Session": "short" });
    server.wire("RespondToAuthChallenge", session).await.refuses_with(
        "InvalidParameterException",
        &format!("{at} Value at 'session' failed to satisfy constraint: Member must have length greater than or equal to 20"),
    );
    let validation = json!({ "ClientId": "web", "Username": "jdoe", "Password": "longenough1", "ValidationData": [{ "Value": "x" }] });
    server.wire("SignUp", validation).await.refuses_with(
        "InvalidParameterException",
        &format!("{at} Value null at 'validationData.1.member.name' failed to satisfy constraint: Member must not be null"),
    );
}
