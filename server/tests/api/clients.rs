//! What each application may do, and how it proves which one it is.

use crate::support::{Answer, PASSWORD, TestServer};
use crate::{confirmed, tokens, update, with_password};
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

const SECRET: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
/// `printf 'jdoebackend' | openssl dgst -sha256 -hmac "$SECRET" -binary | base64`
const HASH: &str = "jA56ROtQTZaaBJsKes76Qq56CH02m5Dk5Wnn9c+uSrA=";

async fn with_backend() -> TestServer {
    let server = TestServer::with(&format!(
        "[[clients]]\nid = 'web'\n[[clients]]\nid = 'backend'\nsecret = '{SECRET}'\n"
    ))
    .await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    server
}

fn sign_in(hash: Option<&str>) -> Value {
    let mut request = with_password("jdoe", PASSWORD);
    request["ClientId"] = json!("backend");
    if let Some(hash) = hash {
        request["AuthParameters"]["SECRET_HASH"] = json!(hash);
    }
    request
}

const MISSING: &str = "Client backend is configured with secret but SECRET_HASH was not received";
const WRONG: &str = "Unable to verify secret hash for client backend";

#[tokio::test]
async fn request_of_a_client_with_a_secret_needs_its_hash() {
    let server = with_backend().await;
    let member = |hash: Option<&str>| match hash {
        Some(hash) => {
            json!({ "ClientId": "backend", "Username": "jdoe", "Password": PASSWORD, "ConfirmationCode": "123456", "SecretHash": hash })
        }
        None => {
            json!({ "ClientId": "backend", "Username": "jdoe", "Password": PASSWORD, "ConfirmationCode": "123456" })
        }
    };
    for operation in
        ["SignUp", "ConfirmSignUp", "ResendConfirmationCode", "ForgotPassword", "ConfirmForgotPassword"]
    {
        server.wire(operation, member(None)).await.refuses_with("NotAuthorizedException", MISSING);
        server.wire(operation, member(Some("bm90IGl0"))).await.refuses_with("NotAuthorizedException", WRONG);
    }
    server.wire("InitiateAuth", sign_in(None)).await.refuses_with("NotAuthorizedException", MISSING);
    server
        .wire("InitiateAuth", sign_in(Some("bm90IGl0")))
        .await
        .refuses_with("NotAuthorizedException", WRONG);
    let answer = json!({ "ClientId": "backend", "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": { "USERNAME": "jdoe" } });
    server.wire("RespondToAuthChallenge", answer).await.refuses_with("NotAuthorizedException", MISSING);
    server.wire("ForgotPassword", member(Some(HASH))).await.ok();
}

#[tokio::test]
async fn refresh_of_a_client_with_a_secret_needs_it() {
    let server = with_backend().await;
    let entered = server.wire("InitiateAuth", sign_in(Some(HASH))).await.ok()["AuthenticationResult"].clone();
    let keep = |hash: Option<&str>| {
        json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": "backend",
            "AuthParameters": { "REFRESH_TOKEN": entered["RefreshToken"], "SECRET_HASH": hash.unwrap_or("bm90IGl0") } })
    };
    server.wire("InitiateAuth", keep(None)).await.refuses_with("NotAuthorizedException", WRONG);
    server.wire("InitiateAuth", keep(Some(HASH))).await.ok();
    let exchange = |token: &str, secret: Option<&str>| {
        let mut request = json!({ "ClientId": "backend", token: entered["RefreshToken"] });
        if let Some(secret) = secret {
            request["ClientSecret"] = json!(secret);
        }
        request
    };
    for (operation, token) in [("GetTokensFromRefreshToken", "RefreshToken"), ("RevokeToken", "Token")] {
        for secret in [None, Some("anothersecretanothersecret")] {
            server
                .wire(operation, exchange(token, secret))
                .await
                .refuses_with("NotAuthorizedException", WRONG);
        }
        server.wire(operation, exchange(token, Some(SECRET))).await.ok();
    }
}

#[tokio::test]
async fn secret_hash_for_a_client_without_a_secret_is_refused() {
    let server = with_backend().await;
    let request = json!({ "ClientId": "web", "Username": "jdoe", "SecretHash": HASH });
    server
        .wire("ForgotPassword", request)
        .await
        .refuses_with("NotAuthorizedException", "Unable to verify secret hash for client web");
}

#[tokio::test]
async fn sign_in_by_a_flow_not_enabled_for_the_client_is_refused() {
    let server = TestServer::with("[[clients]]\nid = 'web'\nflows = ['ALLOW_REFRESH_TOKEN_AUTH']\n").await;
    for flow in ["USER_PASSWORD_AUTH", "USER_SRP_AUTH"] {
        let request = json!({ "ClientId": "web", "AuthFlow": flow, "AuthParameters": { "USERNAME": "jdoe", "PASSWORD": PASSWORD, "SRP_A": "5" } });
        let message = format!("{flow} flow not enabled for this client");
        server.wire("InitiateAuth", request).await.refuses_with("InvalidParameterException", &message);
    }
    let request = json!({ "ClientId": "web", "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": { "REFRESH_TOKEN": "nonsense" } });
    server
        .wire("InitiateAuth", request)
        .await
        .refuses_with("NotAuthorizedException", "Invalid Refresh Token");
}

#[tokio::test]
async fn tokens_of_a_client_last_as_long_as_configured() {
    let server = TestServer::with(
        "[[clients]]\nid = 'web'\naccess_token_lifetime = '5min'\nrefresh_token_lifetime = '1h'\n",
    )
    .await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    let entered = tokens(&server, "jdoe").await;
    assert_eq!(entered["ExpiresIn"], 300);
    server.wait(300);
    let expired = "Access Token has expired";
    server
        .wire("GetUser", json!({ "AccessToken": entered["AccessToken"] }))
        .await
        .refuses_with("NotAuthorizedException", expired);
    server.wait(3300);
    let request = json!({ "ClientId": "web", "RefreshToken": entered["RefreshToken"] });
    let expired = "Refresh Token has expired";
    server.wire("GetTokensFromRefreshToken", request).await.refuses_with("NotAuthorizedException", expired);
}

async fn from_page(server: &TestServer, origin: &str, client: &str) -> Answer {
    let request = Request::post("/")
        .header("origin", origin)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AWSCognitoIdentityProviderService.ForgotPassword");
    let body = json!({ "ClientId": client, "Username": "jdoe" }).to_string();
    server.browser().send(request, Body::from(body)).await
}

#[tokio::test]
async fn cors_allows_only_the_origins_of_the_client() {
    let both = "[[clients]]\nid = 'web'\norigins = ['https://app.example']\n[[clients]]\nid = 'other'\norigins = ['https://other.example']\n";
    let server = TestServer::with(both).await;
    for (origin, client, allowed) in [
        ("https://app.example", "web", "https://app.example"),
        ("https://other.example", "web", ""),
        ("https://other.example", "other", "https://other.example"),
        ("https://app.example.evil", "web", ""),
        ("http://app.example", "web", ""),
        // Which application it is about is not known: any that lets the page in will do.
        ("https://other.example", "nobody", "https://other.example"),
        ("https://evil.example", "nobody", ""),
    ] {
        let answer = from_page(&server, origin, client).await;
        assert_eq!(
            (answer.header("access-control-allow-origin"), answer.header("vary")),
            (allowed, "origin"),
            "{origin} {client}"
        );
    }
}

#[tokio::test]
async fn changes_by_a_client_with_fresh_sign_ins_are_refused_later() {
    let server = TestServer::with("[[clients]]\nid = \"web\"\nfresh = true\n").await;
    let token = crate::signed_in(&server).await;
    assert_eq!(update(&server, &token, &[("email", "new@domain.com")]).await.status, 200);
    server.wait(15 * 60);
    let (exception, message) = ("NotAuthorizedException", "User must sign in again to do this");
    assert_eq!(update(&server, &token, &[("family_name", "Doe")]).await.status, 200, "that is harmless");
    update(&server, &token, &[("email", "other@domain.com")]).await.refuses_with(exception, message);
    let factor = json!({ "Enabled": true });
    for (operation, request) in [
        ("DeleteUserAttributes", json!({ "UserAttributeNames": ["phone_number"] })),
        ("SetUserMFAPreference", json!({ "EmailMfaSettings": factor })),
        ("AssociateSoftwareToken", json!({})),
        ("VerifySoftwareToken", json!({ "UserCode": "123456" })),
        ("DeleteUser", json!({})),
    ] {
        let mut request = request;
        request["AccessToken"] = token.clone();
        let answer = server.wire(operation, request).await;
        if operation == "DeleteUserAttributes" {
            assert_eq!(answer.status, 200, "there is no number");
        } else {
            answer.refuses_with(exception, message);
        }
    }
    let token = crate::tokens(&server, "jdoe").await["AccessToken"].clone();
    assert_eq!(server.wire("DeleteUser", json!({ "AccessToken": token })).await.status, 200);
}

/// What a back end sends for a visitor of its own.
fn sign_up_for(client: &str, name: &str, visitor: Option<&str>) -> Value {
    let mut request = json!({ "ClientId": client, "Username": name, "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": format!("{name}@domain.com") }] });
    if client == "backend" {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{name}{client}").as_bytes());
        request["SecretHash"] = json!(STANDARD.encode(mac.finalize().into_bytes()));
    }
    if let Some(address) = visitor {
        request["UserContextData"] = json!({ "IpAddress": address });
    }
    request
}

async fn with_limits(limits: &str) -> TestServer {
    TestServer::with(&format!(
        "[limits]\n{limits}\n[[clients]]\nid = 'web'\n[[clients]]\nid = 'backend'\nsecret = '{SECRET}'\n"
    ))
    .await
}

const TOO_MANY: &str = "Attempt limit exceeded, please try after some time.";

#[tokio::test]
async fn client_with_a_secret_is_counted_by_the_visitor_it_names() {
    let server = with_limits("sign_ups_per_network_an_hour = 2\nmails_per_network_an_hour = 1").await;
    for visitor in 1..=5 {
        let address = format!("203.0.113.{visitor}");
        for n in 0..2 {
            let form = sign_up_for("backend", &format!("of{visitor}-{n}"), Some(&address));
            server.wire("SignUp", form).await.ok();
        }
        let form = sign_up_for("backend", &format!("of{visitor}-2"), Some(&address));
        server.wire("SignUp", form).await.refuses_with("LimitExceededException", TOO_MANY);
    }
    // Whoever names none, or nothing that is an address, stands for all visitors.
    for (n, visitor) in [None, None, None, Some("me"), Some("")].into_iter().enumerate() {
        server.wire("SignUp", sign_up_for("backend", &format!("ofnone{n}"), visitor)).await.ok();
    }
}

#[tokio::test]
async fn client_without_a_secret_names_no_visitor() {
    let server = with_limits("mails_per_network_an_hour = 2").await;
    for n in 0..2 {
        let form = sign_up_for("web", &format!("jdoe{n}"), Some(&format!("203.0.113.{n}")));
        server.wire("SignUp", form).await.ok();
    }
    let form = sign_up_for("web", "jdoe2", Some("203.0.113.9"));
    server.wire("SignUp", form).await.refuses_with("LimitExceededException", TOO_MANY);
}

#[tokio::test]
async fn client_with_a_secret_has_its_own_and_the_installations_ceiling() {
    let limits = "mails_per_network_an_hour = 2\nnetworks_per_application = 2";
    let server = with_limits(limits).await;
    let sign_up = async |n: u8| {
        let visitor = format!("203.0.113.{n}");
        server.wire("SignUp", sign_up_for("backend", &format!("jdoe{n}"), Some(&visitor))).await
    };
    for n in 0..4 {
        sign_up(n).await.ok();
    }
    sign_up(4).await.refuses_with("LimitExceededException", TOO_MANY);
    server.wire("SignUp", sign_up_for("web", "another", None)).await.ok();

    let server = with_limits("mails_for_strangers_an_hour = 1").await;
    server.wire("SignUp", sign_up_for("backend", "jdoe", Some("203.0.113.1"))).await.ok();
    let form = sign_up_for("backend", "other", Some("203.0.113.2"));
    const FULL: &str = "Messages can't be sent right now, please try after some time.";
    server.wire("SignUp", form).await.refuses_with("LimitExceededException", FULL);
}

#[tokio::test]
async fn reset_code_of_a_named_visitor_belongs_to_that_visitor() {
    let server = with_backend().await;
    let of = |visitor: &str| json!({ "IpAddress": visitor });
    let forgot = json!({ "ClientId": "backend", "Username": "jdoe", "SecretHash": HASH, "UserContextData": of("203.0.113.1") });
    server.wire("ForgotPassword", forgot).await.ok();
    let code = server.code_for("me@domain.com").await;
    let tried = |visitor: &str, code: &str| {
        json!({ "ClientId": "backend", "Username": "jdoe", "SecretHash": HASH, "ConfirmationCode": code,
            "Password": "another+Password-1", "UserContextData": of(visitor) })
    };
    for n in 0..40 {
        _ = server.wire("ConfirmForgotPassword", tried(&format!("203.0.113.{}", 2 + n), "1234567")).await;
    }
    server.wire("ConfirmForgotPassword", tried("203.0.113.1", &code)).await.ok();
}
