//! Where applications look for keys and addresses.

use crate::signed_in;
use crate::support::TestServer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

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
