//! What strangers learn from the wire: nothing.

use crate::support::{PASSWORD, TestServer};
use crate::{confirmed, with_password};
use serde_json::json;

#[tokio::test]
async fn stranger_on_the_wire_learns_nothing_about_accounts() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    for attempt in 0..7 {
        let known = server.wire("InitiateAuth", with_password("jdoe", "wrong")).await;
        let unknown = server.wire("InitiateAuth", with_password("nobody", "wrong")).await;
        assert_eq!((known.status, known.text()), (unknown.status, unknown.text()), "attempt {attempt}");
    }
    let ask = |username: &str| json!({ "ClientId": "web", "Username": username });
    for operation in ["ForgotPassword", "ResendConfirmationCode"] {
        let (known, unknown) = (
            server.wire(operation, ask("jdoe")).await.ok(),
            server.wire(operation, ask("nobody")).await.ok(),
        );
        for answer in [&known, &unknown] {
            let details = &answer["CodeDeliveryDetails"];
            assert_eq!(
                (&details["AttributeName"], &details["DeliveryMedium"]),
                (&json!("email"), &json!("EMAIL")),
                "{operation}"
            );
            assert!(details["Destination"].as_str().unwrap().contains("***@"), "{operation}");
        }
    }
    // The two operations agree about whoever is nobody, as they do about whoever is somebody.
    server.wait(60);
    for name in ["jdoe", "nobody"] {
        let (one, other) = (
            server.wire("ForgotPassword", ask(name)).await.ok(),
            server.wire("ResendConfirmationCode", ask(name)).await.ok(),
        );
        assert_eq!(one, other, "{name}");
    }
    let code =
        |username: &str| json!({ "ClientId": "web", "Username": username, "ConfirmationCode": "123456" });
    let (known, unknown) = (
        server.wire("ConfirmSignUp", code("jdoe")).await,
        server.wire("ConfirmSignUp", code("nobody")).await,
    );
    assert_eq!((known.status, known.text()), (unknown.status, unknown.text()));
}

#[tokio::test]
async fn sign_in_tells_disabled_only_after_the_right_password() {
    let server = TestServer::new().await;
    confirmed(&server, "jdoe", "me@domain.com").await;
    accounts::admin::disable_user(&server.pool, "jdoe").await.unwrap();
    server
        .wire("InitiateAuth", with_password("jdoe", PASSWORD))
        .await
        .refuses_with("NotAuthorizedException", "User is disabled.");
    let wrong = server.wire("InitiateAuth", with_password("jdoe", "wrong")).await;
    let nobody = server.wire("InitiateAuth", with_password("nobody", "wrong")).await;
    wrong.refuses_with("NotAuthorizedException", "Incorrect username or password.");
    assert_eq!((wrong.status, wrong.text()), (nobody.status, nobody.text()));
    let mut browser = server.browser();
    let form = |password: &'static str| [("username", "jdoe"), ("password", password)];
    browser
        .submit("/sign-in", &form(PASSWORD))
        .await
        .refuses(403, "Ask whoever runs this service to enable it.");
    browser.submit("/sign-in", &form("wrong")).await.refuses(401, "Incorrect username or password.");
}
