//! The shapes of what requests carry.

use crate::support::TestServer;
use crate::{signed_in, update};
use serde_json::json;

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
