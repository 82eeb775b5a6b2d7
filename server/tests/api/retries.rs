//! Clients that ask again by themselves when they were not answered.

use crate::support::{Answer, PASSWORD, TestServer, another};
use crate::{confirmed, signed_in, tokens, update, with_password};
use accounts::sign_in::srp::Challenge;
use accounts::testing::SrpClient;
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A call as the SDKs name it.
async fn ask(server: &TestServer, operation: &str, invocation: &str, request: &Value) -> Answer {
    let call = Request::post("/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .header("amz-sdk-invocation-id", invocation);
    server.browser().send(call, Body::from(request.to_string())).await
}

/// What a store looks like that fails halfway through: it can count, and not do.
const LOSE_SESSIONS: &str = "ALTER TABLE sessions RENAME TO lost";
const FIND_SESSIONS: &str = "ALTER TABLE lost RENAME TO sessions";
const LOSE_OUTBOX: &str = "ALTER TABLE outbox RENAME TO lost";
const FIND_OUTBOX: &str = "ALTER TABLE lost RENAME TO outbox";

async fn change(server: &TestServer, sql: &'static str) {
    let mut tx = server.pool.store().begin().await.unwrap();
    tx.query(sql).run().await.unwrap();
    tx.commit().await.unwrap();
}

#[track_caller]
fn is_not_answered(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.header("x-amzn-errortype")), (500, "InternalErrorException"));
}

const STRICT: &str = "[limits]\nsign_in_failures_free = 1\n";
const WAIT: (&str, &str) = ("NotAuthorizedException", "Password attempts exceeded");
const LIMIT: (&str, &str) = ("LimitExceededException", "Attempt limit exceeded, please try after some time.");

#[tokio::test]
async fn retry_of_a_password_never_judged_is_free() {
    let server = TestServer::with(STRICT).await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    let (right, wrong) = (with_password("jdoe", PASSWORD), with_password("jdoe", "a guess"));
    change(&server, LOSE_SESSIONS).await;
    is_not_answered(&ask(&server, "InitiateAuth", "one", &right).await);
    change(&server, FIND_SESSIONS).await;
    // It is the same call in every byte, or it is another one.
    for (invocation, request) in [("one", &wrong), ("two", &right), ("", &right)] {
        ask(&server, "InitiateAuth", invocation, request).await.refuses_with(WAIT.0, WAIT.1);
    }
    assert!(ask(&server, "InitiateAuth", "one", &right).await.ok()["AuthenticationResult"].is_object());
}

#[tokio::test]
async fn retry_under_one_invocation_with_other_guesses_is_counted() {
    let server = TestServer::with(STRICT).await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    ask(&server, "InitiateAuth", "one", &with_password("jdoe", "a guess"))
        .await
        .refuses_with("NotAuthorizedException", "Incorrect username or password.");
    // What was answered is counted, whoever asks again.
    for guess in ["a guess", "another guess", PASSWORD] {
        ask(&server, "InitiateAuth", "one", &with_password("jdoe", guess)).await.refuses_with(WAIT.0, WAIT.1);
    }
}

#[tokio::test]
async fn retry_of_a_call_never_answered_is_free_only_a_few_times() {
    let server = TestServer::with(STRICT).await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    let right = with_password("jdoe", PASSWORD);
    change(&server, LOSE_SESSIONS).await;
    for _ in 0..3 {
        is_not_answered(&ask(&server, "InitiateAuth", "one", &right).await);
    }
    ask(&server, "InitiateAuth", "one", &right).await.refuses_with(WAIT.0, WAIT.1);
    change(&server, FIND_SESSIONS).await;
    // Nor is it free for ever.
    server.wait(1);
    change(&server, LOSE_SESSIONS).await;
    is_not_answered(&ask(&server, "InitiateAuth", "two", &right).await);
    change(&server, FIND_SESSIONS).await;
    server.wait(60);
    assert!(tokens(&server, "jdoe").await.is_object());
    server.wire("InitiateAuth", with_password("jdoe", "a guess")).await;
    ask(&server, "InitiateAuth", "two", &right).await.refuses_with(WAIT.0, WAIT.1);
}

#[tokio::test]
async fn retry_of_an_srp_proof_never_judged_is_judged() {
    let server = TestServer::with(STRICT).await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    let client = SrpClient::new(3);
    let begin = json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": "web", "AuthParameters": { "USERNAME": "jdoe", "SRP_A": client.public() } });
    let begun = server.wire("InitiateAuth", begin).await.ok();
    let told = |name: &str| begun["ChallengeParameters"][name].as_str().unwrap().to_owned();
    let challenge = Challenge {
        user_id: told("USER_ID_FOR_SRP"),
        salt: told("SALT"),
        public: told("SRP_B"),
        secret_block: STANDARD.decode(told("SECRET_BLOCK")).unwrap(),
    };
    let timestamp = "Tue Nov 3 09:05:07 UTC 2026";
    let signature = client.proof(server.pool.id(), &challenge, PASSWORD, timestamp);
    let answer = json!({ "ClientId": "web", "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": {
        "USERNAME": told("USER_ID_FOR_SRP"), "PASSWORD_CLAIM_SECRET_BLOCK": told("SECRET_BLOCK"), "TIMESTAMP": timestamp,
        "PASSWORD_CLAIM_SIGNATURE": STANDARD.encode(signature) } });
    change(&server, LOSE_SESSIONS).await;
    is_not_answered(&ask(&server, "RespondToAuthChallenge", "one", &answer).await);
    change(&server, FIND_SESSIONS).await;
    let over = "Invalid session for the user.";
    ask(&server, "RespondToAuthChallenge", "two", &answer).await.refuses_with("NotAuthorizedException", over);
    assert!(
        ask(&server, "RespondToAuthChallenge", "one", &answer).await.ok()["AuthenticationResult"].is_object()
    );
    ask(&server, "RespondToAuthChallenge", "one", &answer).await.refuses_with("NotAuthorizedException", over);
}

#[tokio::test]
async fn retry_of_the_last_attempt_at_a_code_is_free() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    update(&server, &token, &[("email", "me@anotherdomain.com")]).await.ok();
    let code = server.code_for("me@anotherdomain.com").await;
    let verify = |code: &str| json!({ "AccessToken": token, "AttributeName": "email", "Code": code });
    for number in 0..4 {
        let refused = ask(&server, "VerifyUserAttribute", "guesses", &verify(&another(&code))).await;
        refused
            .refuses_with("CodeMismatchException", "Invalid verification code provided, please try again.");
        assert_eq!(refused.header("retry-after"), "", "{number}");
    }
    change(&server, LOSE_OUTBOX).await;
    is_not_answered(&ask(&server, "VerifyUserAttribute", "last", &verify(&code)).await);
    change(&server, FIND_OUTBOX).await;
    ask(&server, "VerifyUserAttribute", "last", &verify(&another(&code)))
        .await
        .refuses_with(LIMIT.0, LIMIT.1);
    ask(&server, "VerifyUserAttribute", "other", &verify(&code)).await.refuses_with(LIMIT.0, LIMIT.1);
    assert_eq!(ask(&server, "VerifyUserAttribute", "last", &verify(&code)).await.ok(), json!({}));
}

#[tokio::test]
async fn retry_of_the_last_attempt_at_a_reset_code_is_free() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    server.wire("ForgotPassword", json!({ "ClientId": "web", "Username": "jdoe" })).await.ok();
    let code = server.code_for("me@domain.com").await;
    let form = |code: &str| json!({ "ClientId": "web", "Username": "jdoe", "ConfirmationCode": code, "Password": "another-password#1" });
    for _ in 0..4 {
        ask(&server, "ConfirmForgotPassword", "guesses", &form(&another(&code))).await;
    }
    change(&server, LOSE_OUTBOX).await;
    is_not_answered(&ask(&server, "ConfirmForgotPassword", "last", &form(&code)).await);
    change(&server, FIND_OUTBOX).await;
    ask(&server, "ConfirmForgotPassword", "last", &form(&another(&code)))
        .await
        .refuses_with(LIMIT.0, LIMIT.1);
    assert_eq!(ask(&server, "ConfirmForgotPassword", "last", &form(&code)).await.ok(), json!({}));
    server.wire("InitiateAuth", with_password("jdoe", "another-password#1")).await.ok();
}

#[tokio::test]
async fn retry_of_a_code_never_sent_is_not_counted_or_sent_twice() {
    let server = TestServer::with("[limits]\ncodes_per_destination_a_day = 2\n").await;
    // The first code of the day is that of the sign-up.
    confirmed(&server, "jdoe", "me@domain.com").await;
    let request = json!({ "ClientId": "web", "Username": "jdoe" });
    let before = server.letters_to("me@domain.com").await.len();
    change(&server, LOSE_OUTBOX).await;
    for _ in 0..3 {
        is_not_answered(&ask(&server, "ForgotPassword", "one", &request).await);
    }
    change(&server, FIND_OUTBOX).await;
    ask(&server, "ForgotPassword", "one", &request).await.ok();
    // As if its answer had been lost on the way; a limit that answers costs nothing either.
    for _ in 0..3 {
        let refused = ask(&server, "ForgotPassword", "one", &request).await;
        refused.refuses_with(LIMIT.0, LIMIT.1);
        assert_eq!(refused.header("retry-after"), "30");
    }
    assert_eq!(server.letters_to("me@domain.com").await.len(), before + 1);
}
