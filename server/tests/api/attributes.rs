//! The account of whoever is signed in.

use crate::support::{PASSWORD, TestServer, another};
use crate::{attributes_of, signed_in, update, verify};
use serde_json::json;

#[tokio::test]
async fn update_email_waits_for_its_code_through_other_updates() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    let answer =
        update(&server, &token, &[("email", "me@anotherdomain.com"), ("family_name", "Lastname")]).await.ok();
    let delivery =
        json!([{ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "m***@a***" }]);
    assert_eq!(answer["CodeDeliveryDetailsList"], delivery);
    assert_eq!(
        update(&server, &token, &[("nickname", "Jo")]).await.ok(),
        json!({ "CodeDeliveryDetailsList": [] })
    );
    let now = attributes_of(&server, &token).await;
    assert_eq!(
        (&now["email"], &now["email_verified"], &now["family_name"]),
        (&json!("me@domain.com"), &json!("true"), &json!("Lastname"))
    );
    let code = server.code_for("me@anotherdomain.com").await;
    verify(&server, &token, "email", &another(&code))
        .await
        .refuses_with("CodeMismatchException", "Invalid verification code provided, please try again.");
    // A code for an address says nothing about a number.
    let none = "Invalid code provided, please request a code again.";
    verify(&server, &token, "phone_number", &code).await.refuses_with("ExpiredCodeException", none);
    assert_eq!(verify(&server, &token, "email", &code).await.ok(), json!({}));
    assert_eq!(attributes_of(&server, &token).await["email"], "me@anotherdomain.com");
    verify(&server, &token, "email", &code).await.refuses_with("ExpiredCodeException", none);
}

#[tokio::test]
async fn update_to_the_address_in_force_cancels_the_pending_one() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    update(&server, &token, &[("email", "me@anotherdomain.con")]).await.ok();
    let code = server.code_for("me@anotherdomain.con").await;
    assert_eq!(
        update(&server, &token, &[("email", "me@domain.com")]).await.ok(),
        json!({ "CodeDeliveryDetailsList": [] })
    );
    verify(&server, &token, "email", &code)
        .await
        .refuses_with("ExpiredCodeException", "Invalid code provided, please request a code again.");
    assert_eq!(attributes_of(&server, &token).await["email"], "me@domain.com");
}

#[tokio::test]
async fn resend_attribute_code_tells_its_destination() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    update(&server, &token, &[("email", "me@anotherdomain.com")]).await.ok();
    let ask = json!({ "AccessToken": token, "AttributeName": "email" });
    let limit = "Attempt limit exceeded, please try after some time.";
    server
        .wire("GetUserAttributeVerificationCode", ask.clone())
        .await
        .refuses_with("LimitExceededException", limit);
    server.wait(30);
    let sent = server.wire("GetUserAttributeVerificationCode", ask).await.ok();
    assert_eq!(
        sent["CodeDeliveryDetails"],
        json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "m***@a***" })
    );
}

#[tokio::test]
async fn write_of_a_service_attribute_is_not_authorized() {
    let server = TestServer::new().await;
    let unauthorized = "A client attempted to write unauthorized attribute";
    for (name, value) in [
        ("email_verified", "true"),
        ("sub", "00000000-0000-4000-8000-000000000000"),
        ("phone_number_verified", "true"),
    ] {
        let form = json!({ "ClientId": "web", "Username": "mallory", "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": "mallory@domain.com" }, { "Name": name, "Value": value }] });
        server.wire("SignUp", form).await.refuses_with("NotAuthorizedException", unauthorized);
    }
    let token = signed_in(&server).await;
    for name in ["sub", "email_verified", "phone_number_verified"] {
        update(&server, &token, &[(name, "true"), ("nickname", "Jo")])
            .await
            .refuses_with("NotAuthorizedException", unauthorized);
        let request = json!({ "AccessToken": token, "UserAttributeNames": [name] });
        server
            .wire("DeleteUserAttributes", request)
            .await
            .refuses_with("NotAuthorizedException", unauthorized);
    }
    assert!(attributes_of(&server, &token).await.get("nickname").is_none(), "all or nothing");
}

#[tokio::test]
async fn update_against_the_schema_names_the_attribute() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    for (attributes, message) in [
        (vec![("nope", "x")], "user.nope: Attribute does not exist in the schema.\n"),
        (vec![("custom:team", "x")], "user.custom:team: Attribute does not exist in the schema.\n"),
        (
            vec![("nope", "x"), ("other", "y")],
            "Invalid user attributes: user.nope: Attribute does not exist in the schema.\nuser.other: Attribute does not exist in the schema.\n",
        ),
        (vec![("email", "me")], "Invalid email address format."),
        (vec![("phone_number", "12345")], "Invalid phone number format."),
        (vec![("email", "")], "Attributes did not conform to the schema: email: The attribute is required\n"),
        (vec![("birthdate", "not-a-date")], "user.birthdate: Date must be a real day as YYYY-MM-DD.\n"),
        (vec![("birthdate", "2023-02-29")], "user.birthdate: Date must be a real day as YYYY-MM-DD.\n"),
    ] {
        update(&server, &token, &attributes).await.refuses_with("InvalidParameterException", message);
    }
    // What can be read and is not among what clients write.
    update(&server, &token, &[("updated_at", "NaN")])
        .await
        .refuses_with("NotAuthorizedException", "A client attempted to write unauthorized attribute");
}

#[tokio::test]
async fn delete_attributes_or_set_them_empty_removes_them() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    update(&server, &token, &[("nickname", "Jo"), ("given_name", "Jane")]).await.ok();
    update(&server, &token, &[("nickname", "")]).await.ok();
    let request = json!({ "AccessToken": token, "UserAttributeNames": ["given_name"] });
    assert_eq!(server.wire("DeleteUserAttributes", request).await.ok(), json!({}));
    let now = attributes_of(&server, &token).await;
    assert!(now.get("nickname").is_none() && now.get("given_name").is_none(), "{now}");
}

#[tokio::test]
async fn verify_with_five_wrong_codes_exceeds_the_limit() {
    let server = TestServer::new().await;
    let token = signed_in(&server).await;
    update(&server, &token, &[("email", "me@anotherdomain.com")]).await.ok();
    let code = server.code_for("me@anotherdomain.com").await;
    for _ in 0..4 {
        verify(&server, &token, "email", &another(&code))
            .await
            .refuses_with("CodeMismatchException", "Invalid verification code provided, please try again.");
    }
    for tried in [another(&code), code] {
        let limit = "Attempt limit exceeded, please try after some time.";
        verify(&server, &token, "email", &tried).await.refuses_with("LimitExceededException", limit);
    }
}
