//! Second factors over the wire.

use crate::support::{PASSWORD, TestServer, another};
use crate::{confirmed, signed_in, tokens, update, verify, with_password};
use accounts::factors::shown_by;
use serde_json::{Value, json};

fn shown(server: &TestServer, secret: &Value) -> String {
    shown_by(secret.as_str().unwrap_or_default(), server.pool.now()).unwrap()
}

/// Sets an app up and turns it on; its secret.
async fn with_app(server: &TestServer, token: &Value) -> Value {
    let secret =
        server.wire("AssociateSoftwareToken", json!({ "AccessToken": token })).await.ok()["SecretCode"]
            .clone();
    let code = shown(server, &secret);
    let wrong = json!({ "AccessToken": token, "UserCode": another(&code) });
    server
        .wire("VerifySoftwareToken", wrong)
        .await
        .refuses_with("EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA");
    let right = json!({ "AccessToken": token, "UserCode": code, "FriendlyDeviceName": "my phone" });
    assert_eq!(server.wire("VerifySoftwareToken", right).await.ok(), json!({ "Status": "SUCCESS" }));
    server.wait(30);
    secret
}

async fn prefer(server: &TestServer, token: &Value, settings: Value) -> crate::Answer {
    let mut request = settings;
    request["AccessToken"] = token.clone();
    server.wire("SetUserMFAPreference", request).await
}

async fn respond(server: &TestServer, challenge: &Value, name: &str, responses: Value) -> crate::Answer {
    let mut responses = responses;
    responses["USERNAME"] = "jdoe".into();
    let request = json!({ "ClientId": "web", "ChallengeName": name, "Session": challenge["Session"], "ChallengeResponses": responses });
    server.wire("RespondToAuthChallenge", request).await
}

#[tokio::test]
async fn software_token_is_associated_verified_preferred_and_asked_for() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    let refused = prefer(&server, &token, json!({ "SoftwareTokenMfaSettings": { "Enabled": true } })).await;
    refused.refuses_with("InvalidParameterException", "User has not verified software token mfa");
    let secret = with_app(&server, &token).await;
    assert!(tokens(&server, "jdoe").await["AccessToken"].is_string(), "verified is not yet turned on");
    let on = json!({ "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    assert_eq!(prefer(&server, &token, on).await.ok(), json!({}));
    let user = server.wire("GetUser", json!({ "AccessToken": token })).await.ok();
    assert_eq!(
        (&user["UserMFASettingList"], &user["PreferredMfaSetting"]),
        (&json!(["SOFTWARE_TOKEN_MFA"]), &json!("SOFTWARE_TOKEN_MFA"))
    );

    let challenge = server.wire("InitiateAuth", with_password("jdoe", PASSWORD)).await.ok();
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert_eq!(challenge["ChallengeParameters"], json!({ "USER_ID_FOR_SRP": "jdoe" }));
    assert!(challenge.get("AuthenticationResult").is_none());
    let code = shown(&server, &secret);
    let answer = |code: &str| json!({ "SOFTWARE_TOKEN_MFA_CODE": code });
    let mismatch = "Invalid code or auth state for the user.";
    respond(&server, &challenge, "SOFTWARE_TOKEN_MFA", answer(&another(&code)))
        .await
        .refuses_with("CodeMismatchException", mismatch);
    respond(&server, &challenge, "SMS_MFA", json!({ "SMS_MFA_CODE": code }))
        .await
        .refuses_with("NotAuthorizedException", "Invalid session for the user.");
    respond(&server, &challenge, "SOFTWARE_TOKEN_MFA", json!({}))
        .await
        .refuses_with("InvalidParameterException", "Missing required parameter SOFTWARE_TOKEN_MFA_CODE");
    let done = respond(&server, &challenge, "SOFTWARE_TOKEN_MFA", answer(&code)).await.ok();
    assert!(
        done["AuthenticationResult"]["AccessToken"].is_string() && done["ChallengeParameters"] == json!({})
    );
    respond(&server, &challenge, "SOFTWARE_TOKEN_MFA", answer(&code))
        .await
        .refuses_with("NotAuthorizedException", "Invalid session for the user.");
    let off = json!({ "SoftwareTokenMfaSettings": { "Enabled": false } });
    assert_eq!(prefer(&server, &token, off).await.ok(), json!({}));
    assert!(tokens(&server, "jdoe").await["AccessToken"].is_string());
}

#[tokio::test]
async fn sign_in_with_two_factors_asks_which_one() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    assert_eq!(update(&server, &token, &[("phone_number", "+12128601234")]).await.status, 200);
    let code = server.code_for("+12128601234").await;
    assert_eq!(verify(&server, &token, "phone_number", &code).await.ok(), json!({}));
    let both = json!({ "SMSMfaSettings": { "Enabled": true }, "EmailMfaSettings": { "Enabled": true } });
    assert_eq!(prefer(&server, &token, both).await.ok(), json!({}));
    let two =
        json!({ "SMSMfaSettings": { "PreferredMfa": true }, "EmailMfaSettings": { "PreferredMfa": true } });
    prefer(&server, &token, two)
        .await
        .refuses_with("InvalidParameterException", "Only one factor can be set as preferred.");

    let number = json!({ "AccessToken": token, "UserAttributeNames": ["phone_number"] });
    let why = "Attribute cannot be deleted. (the user signs in with codes that are sent to it: turn off that MFA first)";
    server
        .wire("DeleteUserAttributes", number)
        .await
        .refuses_with("InvalidParameterException", &format!("user.phone_number: {why}\n"));

    let challenge = server.wire("InitiateAuth", with_password("jdoe", PASSWORD)).await.ok();
    assert_eq!(challenge["ChallengeName"], "SELECT_MFA_TYPE");
    assert_eq!(challenge["ChallengeParameters"]["MFAS_CAN_CHOOSE"], "[\"SMS_MFA\",\"EMAIL_OTP\"]");
    let chosen = respond(&server, &challenge, "SELECT_MFA_TYPE", json!({ "ANSWER": "SMS_MFA" })).await.ok();
    assert_eq!(chosen["ChallengeName"], "SMS_MFA");
    let expected = json!({
        "USER_ID_FOR_SRP": "jdoe", "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "CODE_DELIVERY_DESTINATION": "+*******1234",
    });
    assert_eq!(chosen["ChallengeParameters"], expected);
    let code = server.code_for("+12128601234").await;
    let done = respond(&server, &chosen, "SMS_MFA", json!({ "SMS_MFA_CODE": code })).await.ok();
    assert!(done["AuthenticationResult"]["RefreshToken"].is_string());
}

#[tokio::test]
async fn challenge_response_with_an_unknown_session_is_refused() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    let nonsense = json!({ "Session": "not a session of this service" });
    respond(&server, &nonsense, "EMAIL_OTP", json!({ "EMAIL_OTP_CODE": "123456" }))
        .await
        .refuses_with("NotAuthorizedException", "Invalid session for the user.");
    let request = json!({ "ClientId": "web", "ChallengeName": "EMAIL_OTP", "ChallengeResponses": { "USERNAME": "jdoe" } });
    server
        .wire("RespondToAuthChallenge", request)
        .await
        .refuses_with("InvalidParameterException", "Missing required parameter Session");
}

#[tokio::test]
async fn new_password_required_replaces_a_temporary_password() {
    use accounts::admin::{FirstPassword, NewUser};
    let server = TestServer::with("[attributes]\nrequired = [\"email\", \"given_name\"]\n").await;
    let new = NewUser {
        username: Some("jdoe".into()),
        password: FirstPassword::Temporary(model::Password::new(PASSWORD)),
        attributes: [("email".to_owned(), "me@domain.com".to_owned())].into(),
        verified: true,
    };
    accounts::admin::create_user(&server.pool, new).await.unwrap();
    let challenge = server.wire("InitiateAuth", with_password("jdoe", PASSWORD)).await.ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let expected = json!({
        "USER_ID_FOR_SRP": "jdoe",
        "requiredAttributes": "[\"userAttributes.given_name\"]",
        "userAttributes": "{\"email\":\"me@domain.com\"}",
    });
    assert_eq!(challenge["ChallengeParameters"], expected);
    let own = "my-own-password-at-last";
    respond(&server, &challenge, "NEW_PASSWORD_REQUIRED", json!({ "NEW_PASSWORD": own })).await.refuses_with(
        "InvalidParameterException",
        "Attributes did not conform to the schema: given_name: The attribute is required\n",
    );
    respond(
        &server,
        &challenge,
        "NEW_PASSWORD_REQUIRED",
        json!({ "NEW_PASSWORD": "short", "userAttributes.given_name": "Jane" }),
    )
    .await
    .refuses_with(
        "InvalidPasswordException",
        "Password did not conform with policy: Password not long enough",
    );
    let done = json!({ "NEW_PASSWORD": own, "userAttributes.given_name": "Jane" });
    let done = respond(&server, &challenge, "NEW_PASSWORD_REQUIRED", done).await.ok();
    assert!(done["AuthenticationResult"]["IdToken"].is_string());
}

#[tokio::test]
async fn sign_in_after_a_reset_by_every_factors_channel_says_until_when() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    assert_eq!(
        prefer(&server, &token, json!({ "EmailMfaSettings": { "Enabled": true } })).await.ok(),
        json!({})
    );
    server.wire("ForgotPassword", json!({ "ClientId": "web", "Username": "jdoe" })).await.ok();
    let new = "another-long-secret#456";
    let form = json!({ "ClientId": "web", "Username": "jdoe", "Password": new,
        "ConfirmationCode": server.code_for("me@domain.com").await });
    server.wire("ConfirmForgotPassword", form).await.ok();
    let at = (server.pool.now().0 + 24 * 60 * 60 * 1000 + 999) / 1000 * 1000;
    let at = accounts::Timestamp(at);
    let words = format!("Sign-in is possible again at {at}");
    for _ in 0..2 {
        let refused = server.wire("InitiateAuth", with_password("jdoe", new)).await;
        refused.refuses_with("NotAuthorizedException", &words);
        server.wait(60);
    }
    server.wait(24 * 60 * 60);
    let challenge = server.wire("InitiateAuth", with_password("jdoe", new)).await.ok();
    assert_eq!(challenge["ChallengeName"], "EMAIL_OTP");
}
