//! What goes wrong, in words that clients know.

use crate::signed_in;
use crate::support::TestServer;
use serde_json::json;

#[tokio::test]
async fn wire_error_of_every_kind_has_a_name_and_a_status() {
    let server = TestServer::new().await;
    let unknown = server.wire("MakeCoffee", json!({})).await;
    unknown.refuses_with("UnknownOperationException", "There is no such operation.");
    assert!(!unknown.header("x-amzn-requestid").is_empty());
    let nobody = json!({ "ClientId": "nobody", "Username": "jdoe" });
    server
        .wire("ForgotPassword", nobody)
        .await
        .refuses_with("ResourceNotFoundException", "User pool client nobody does not exist.");
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
async fn request_without_a_store_is_an_internal_error() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    server.pool.store().close().await;
    let answer = server.wire("GetUser", json!({ "AccessToken": token })).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-amzn-errortype")), (500, "InternalErrorException"));
    assert_eq!(answer.json()["__type"], "InternalErrorException");
}
