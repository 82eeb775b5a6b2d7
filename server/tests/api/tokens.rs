//! Signing in and out, and the tokens of it.

use crate::support::{PASSWORD, TestServer};
use crate::{confirmed, signed_in, tokens, with_password};
use accounts::sign_in::srp::Challenge;
use accounts::testing::SrpClient;
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

#[tokio::test]
async fn sign_in_by_a_verified_address_returns_tokens() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    assert!(tokens(&server, "me@domain.com").await["AccessToken"].is_string());
}

#[tokio::test]
async fn refresh_token_is_kept_exchanged_and_revoked() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    let entered = tokens(&server, "jdoe").await;
    let keep = |token: &Value| json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": "web", "AuthParameters": { "REFRESH_TOKEN": token } });
    let kept = server.wire("InitiateAuth", keep(&entered["RefreshToken"])).await.ok();
    assert!(kept["AuthenticationResult"]["AccessToken"].is_string());
    assert!(kept["AuthenticationResult"].get("RefreshToken").is_none());
    let exchange = |token: &Value| json!({ "ClientId": "web", "RefreshToken": token });
    let exchanged = server.wire("GetTokensFromRefreshToken", exchange(&entered["RefreshToken"])).await.ok();
    let next = exchanged["AuthenticationResult"]["RefreshToken"].clone();
    assert!(next.is_string() && next != entered["RefreshToken"]);
    let revoke = |token: &Value| json!({ "ClientId": "web", "Token": token });
    server
        .wire("RevokeToken", revoke(&entered["AccessToken"]))
        .await
        .refuses_with("UnsupportedTokenTypeException", "Unsupported token type");
    assert_eq!(server.wire("RevokeToken", revoke(&next)).await.ok(), json!({}));
    server
        .wire("GetTokensFromRefreshToken", exchange(&next))
        .await
        .refuses_with("NotAuthorizedException", "Refresh Token has been revoked");
    let request = json!({ "AccessToken": entered["AccessToken"] });
    server
        .wire("GetUser", request)
        .await
        .refuses_with("NotAuthorizedException", "Access Token has been revoked");
    server
        .wire("InitiateAuth", keep(&json!("nonsense")))
        .await
        .refuses_with("NotAuthorizedException", "Invalid Refresh Token");
}

#[tokio::test]
async fn auth_parameter_that_is_null_counts_as_absent() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    let entered = tokens(&server, "jdoe").await;
    // As the clients of before Amplify v6 refresh in a browser.
    let parameters = json!({ "REFRESH_TOKEN": entered["RefreshToken"], "DEVICE_KEY": null });
    let request =
        json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": "web", "AuthParameters": parameters });
    assert!(
        server.wire("InitiateAuth", request).await.ok()["AuthenticationResult"]["AccessToken"].is_string()
    );
    let request = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": "web", "AuthParameters": { "REFRESH_TOKEN": null } });
    server
        .wire("InitiateAuth", request)
        .await
        .refuses_with("InvalidParameterException", "Missing required parameter REFRESH_TOKEN");
}

#[tokio::test]
async fn refresh_token_used_again_after_an_exchange_ends_the_session() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    let stolen = tokens(&server, "jdoe").await["RefreshToken"].clone();
    let exchange = |token: &Value| json!({ "ClientId": "web", "RefreshToken": token });
    let next = server.wire("GetTokensFromRefreshToken", exchange(&stolen)).await.ok();
    server.wait(61);
    server
        .wire("GetTokensFromRefreshToken", exchange(&stolen))
        .await
        .refuses_with("RefreshTokenReuseException", "Refresh Token has been revoked");
    let next = &next["AuthenticationResult"]["RefreshToken"];
    server
        .wire("GetTokensFromRefreshToken", exchange(next))
        .await
        .refuses_with("NotAuthorizedException", "Refresh Token has been revoked");
}

#[tokio::test]
async fn global_sign_out_ends_browser_sessions_too() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let token = tokens(&server, "jdoe").await["AccessToken"].clone();
    assert_eq!(server.wire("GlobalSignOut", json!({ "AccessToken": token })).await.ok(), json!({}));
    let revoked = "Access Token has been revoked";
    server
        .wire("GetUser", json!({ "AccessToken": token }))
        .await
        .refuses_with("NotAuthorizedException", revoked);
    assert_eq!(browser.get("/profile").await.status, 303);
}

#[tokio::test]
async fn access_token_after_an_hour_is_expired() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    server.wait(3600);
    let expired = "Access Token has expired";
    server
        .wire("GetUser", json!({ "AccessToken": token }))
        .await
        .refuses_with("NotAuthorizedException", expired);
}

#[tokio::test]
async fn access_token_without_a_signature_is_refused() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    let (_, rest) = token.as_str().unwrap().split_once('.').unwrap();
    // {"alg":"none"}
    for forged in [
        format!("eyJhbGciOiJub25lIn0.{rest}"),
        format!("eyJhbGciOiJub25lIn0.{}.", rest.split('.').next().unwrap()),
    ] {
        let request = json!({ "AccessToken": forged });
        server.wire("GetUser", request).await.refuses_with("NotAuthorizedException", "Invalid Access Token");
    }
}

#[tokio::test]
async fn sign_in_after_several_failures_has_to_wait() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    for _ in 0..6 {
        server.wire("InitiateAuth", with_password("jdoe", "wrong")).await;
    }
    let waiting = server.wire("InitiateAuth", with_password("jdoe", PASSWORD)).await;
    waiting.refuses_with("NotAuthorizedException", "Password attempts exceeded");
    assert!(!waiting.header("retry-after").is_empty());
}

#[tokio::test]
async fn sign_in_by_srp_succeeds_only_with_the_right_password() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    let client = SrpClient::new(3);
    let begin = |name: &str| {
        json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": "web",
        "AuthParameters": { "USERNAME": name, "SRP_A": client.public() } })
    };
    for (name, password, works) in [
        ("jdoe", PASSWORD, true),
        ("me@domain.com", PASSWORD, true),
        ("jdoe", "wrong", false),
        ("nobody", PASSWORD, false),
    ] {
        let begun = server.wire("InitiateAuth", begin(name)).await.ok();
        assert_eq!(begun["ChallengeName"], "PASSWORD_VERIFIER");
        let told = |name: &str| begun["ChallengeParameters"][name].as_str().unwrap().to_owned();
        let challenge = Challenge {
            user_id: told("USER_ID_FOR_SRP"),
            salt: told("SALT"),
            public: told("SRP_B"),
            secret_block: STANDARD.decode(told("SECRET_BLOCK")).unwrap(),
        };
        let timestamp = "Tue Nov 3 09:05:07 UTC 2026";
        let signature = client.proof(server.pool.id(), &challenge, password, timestamp);
        let answer = json!({ "ClientId": "web", "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": {
            "USERNAME": told("USER_ID_FOR_SRP"), "PASSWORD_CLAIM_SECRET_BLOCK": told("SECRET_BLOCK"), "TIMESTAMP": timestamp,
            "PASSWORD_CLAIM_SIGNATURE": STANDARD.encode(signature) } });
        let done = server.wire("RespondToAuthChallenge", answer.clone()).await;
        if works {
            assert!(done.ok()["AuthenticationResult"]["RefreshToken"].is_string());
        } else {
            done.refuses_with("NotAuthorizedException", "Incorrect username or password.");
        }
        server
            .wire("RespondToAuthChallenge", answer)
            .await
            .refuses_with("NotAuthorizedException", "Invalid session for the user.");
    }
    let zero = json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": "web", "AuthParameters": { "USERNAME": "jdoe", "SRP_A": "0" } });
    server
        .wire("InitiateAuth", zero)
        .await
        .refuses_with("InvalidParameterException", "SRP_A is not a number of the group");
}

#[tokio::test]
async fn srp_id_is_taken_as_username_at_every_operation() {
    let server = TestServer::new().await;
    let sub = confirmed(&server, "jdoe", "me@domain.com").await;
    let begin = json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": "web",
        "AuthParameters": { "USERNAME": "me@domain.com", "SRP_A": SrpClient::new(3).public() } });
    let begun = server.wire("InitiateAuth", begin).await.ok();
    let id = begun["ChallengeParameters"]["USER_ID_FOR_SRP"].as_str().unwrap().to_owned();
    assert!(id != sub && id != "jdoe", "{id}");
    for name in [&id, &sub] {
        assert!(tokens(&server, name).await["AccessToken"].is_string(), "{name}");
        server.wait(24 * 3600);
        let named = json!({ "ClientId": "web", "Username": name });
        let sent = server.wire("ForgotPassword", named.clone()).await.ok();
        assert_eq!(sent["CodeDeliveryDetails"]["Destination"], "***@***");
        let code = server.code_for("me@domain.com").await;
        let form =
            json!({ "ClientId": "web", "Username": name, "ConfirmationCode": code, "Password": PASSWORD });
        server.wire("ConfirmForgotPassword", form).await.ok();
        let resent = server.wire("ResendConfirmationCode", named).await.ok();
        assert_eq!(resent["CodeDeliveryDetails"]["Destination"], "***@***");
        let form = json!({ "ClientId": "web", "Username": name, "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": "stranger@domain.com" }] });
        server.wire("SignUp", form).await.refuses_with("UsernameExistsException", "User already exists");
    }
}

#[tokio::test]
async fn sign_in_retried_while_waiting_does_not_prolong_the_wait() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    for _ in 0..6 {
        server.wire("InitiateAuth", with_password("jdoe", "wrong")).await;
    }
    let mut told = Vec::new();
    for attempt in ["attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3"] {
        let request = Request::post("/")
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth")
            .header("amz-sdk-invocation-id", "7d1c0f4e-3f2b-4f0e-9a43-0c8f8f0a8a11")
            .header("amz-sdk-request", attempt);
        let refused =
            server.browser().send(request, Body::from(with_password("jdoe", PASSWORD).to_string())).await;
        refused.refuses_with("NotAuthorizedException", "Password attempts exceeded");
        told.push(refused.header("retry-after").parse::<u64>().unwrap());
    }
    assert!(told.iter().all(|seconds| *seconds == told[0]), "{told:?}");
    server.wait(told[0]);
    assert!(tokens(&server, "jdoe").await["AccessToken"].is_string());
}
