//! Where applications look for keys and addresses.

use crate::signed_in;
use crate::support::TestServer;
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

#[tokio::test]
async fn discovery_publishes_the_keys_and_the_configuration() {
    let server = TestServer::new().await;
    let id = server.pool.id().to_owned();
    let mut browser = server.browser();
    let keys = browser.get(&format!("/{id}/.well-known/jwks.json")).await;
    let (token, keys) = (signed_in(&server).await, keys.json());
    let header = token.as_str().unwrap().split('.').next().unwrap().to_owned();
    let key = &keys["keys"][0];
    assert_eq!(
        (&key["alg"], &key["kty"], &key["use"], &key["e"]),
        (&json!("RS256"), &json!("RSA"), &json!("sig"), &json!("AQAB"))
    );
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!(header, json!({ "kid": key["kid"], "alg": "RS256" }));
    let about = browser.get(&format!("/{id}/.well-known/openid-configuration")).await.json();
    assert_eq!(about["issuer"], format!("{}/{id}", server.pool.settings().public_url));
    assert_eq!(
        about["jwks_uri"],
        format!("{}/{id}/.well-known/jwks.json", server.pool.settings().public_url)
    );
    let elsewhere = browser.get("/local_nobody/.well-known/jwks.json").await;
    assert_eq!(
        (elsewhere.status.as_u16(), &elsewhere.json()["__type"]),
        (404, &json!("ResourceNotFoundException"))
    );
}

#[tokio::test]
async fn user_info_with_an_access_token_returns_its_claims() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    for request in [Request::get("/oauth2/userInfo"), Request::post("/oauth2/userInfo")] {
        let answer = server.browser().send(request.header("authorization", &bearer), Body::empty()).await;
        let claims = answer.ok();
        assert_eq!(
            (&claims["username"], &claims["email"], &claims["email_verified"]),
            (&json!("jdoe"), &json!("me@domain.com"), &json!(true))
        );
        assert!(claims["sub"].is_string());
        assert_eq!(
            (answer.header("access-control-allow-origin"), answer.header("cache-control")),
            ("*", "no-store")
        );
    }
    let factors = server.wire("GetUserAuthFactors", json!({ "AccessToken": token })).await.ok();
    assert_eq!(factors, json!({ "Username": "jdoe", "ConfiguredUserAuthFactors": ["PASSWORD"] }));
    let about =
        server.browser().get(&format!("/{}/.well-known/openid-configuration", server.pool.id())).await.json();
    assert_eq!(about["userinfo_endpoint"], format!("{}/oauth2/userInfo", server.pool.settings().public_url));
    for (shown, challenge) in [
        (None, "Bearer"),
        (Some("Bearer nonsense"), "Bearer error=\"invalid_token\""),
        (Some("Basic x"), "Bearer"),
    ] {
        let mut request = Request::get("/oauth2/userInfo");
        if let Some(shown) = shown {
            request = request.header("authorization", shown);
        }
        let refused = server.browser().send(request, Body::empty()).await;
        assert_eq!((refused.status.as_u16(), refused.header("www-authenticate")), (401, challenge));
    }
    // A page's cookie proves nothing here.
    let mut browser = server.signed_in("jane", "jane@domain.com").await;
    assert_eq!(browser.send(Request::get("/oauth2/userInfo"), Body::empty()).await.status, 401);
    let preflight = Request::options("/oauth2/userInfo").header("origin", "https://app.example");
    let preflight = browser.send(preflight, Body::empty()).await;
    assert_eq!(preflight.header("access-control-allow-headers"), "authorization, content-type");
    let methods = preflight.header("access-control-allow-methods");
    assert!(methods.contains("GET") && methods.contains("POST"), "{methods}");
}
