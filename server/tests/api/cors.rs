//! Pages of other origins.

use crate::support::TestServer;
use axum::body::Body;
use axum::http::Request;

#[tokio::test]
async fn cors_lets_other_origins_ask_without_cookies() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let request = Request::options("/")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST");
    let preflight = browser.send(request, Body::empty()).await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), "*");
    assert_eq!(preflight.header("access-control-allow-methods"), "POST, OPTIONS");
    assert_eq!(preflight.header("access-control-max-age"), "86400");
    let allowed =
        "content-type, x-amz-target, x-amz-user-agent, cache-control, amz-sdk-invocation-id, amz-sdk-request";
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
    let request =
        Request::post("/sign-in").header("sec-fetch-site", "cross-site").header("x-amz-target", "x");
    assert_eq!(browser.send(request, Body::empty()).await.status, 403);
}
