//! Live events: what one page does, the account's other pages hear.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a stream that can't be read has failed the test"
)]

mod support;

use axum::body::BodyDataStream;
use futures_util::StreamExt;
use serde_json::Value;
use std::time::Duration;
use support::{Browser, TestServer};
use tokio::time::timeout;
use tower::ServiceExt;

/// An open stream of events.
struct Stream(BodyDataStream, String);

impl Stream {
    async fn open(server: &TestServer, browser: &Browser, after: &str) -> Self {
        let cookies: Vec<_> = browser.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request =
            axum::http::Request::get(format!("/events{after}")).header("cookie", cookies.join("; "));
        let response =
            server.router.clone().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store, no-transform");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Self(response.into_body().into_data_stream(), String::new())
    }

    /// The next event: its lines.
    async fn next(&mut self) -> String {
        loop {
            if let Some((event, rest)) = self.1.clone().split_once("\n\n") {
                self.1 = rest.to_owned();
                if event.contains("data:") {
                    return event.to_owned();
                }
                continue;
            }
            let chunk = timeout(Duration::from_secs(20), self.0.next())
                .await
                .expect("an event comes")
                .expect("the stream goes on")
                .unwrap();
            self.1.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

fn payload(event: &str) -> Value {
    let data = event.lines().find_map(|line| line.strip_prefix("data:")).unwrap();
    serde_json::from_str(data.trim()).unwrap()
}

fn id(event: &str) -> String {
    event.lines().find_map(|line| line.strip_prefix("id:")).unwrap().trim().to_owned()
}

#[tokio::test]
async fn event_stream_begins_with_a_comment_at_once() {
    let server = TestServer::new().await;
    let browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut stream = Stream::open(&server, &browser, "").await;
    let first = timeout(Duration::from_secs(5), stream.0.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(first.as_ref(), b": open\n\n");
}

#[tokio::test]
async fn event_stream_sends_other_pages_the_payload_of_the_guide() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut stream = Stream::open(&server, &browser, "").await;
    let form = [("attributes[email]", "me@anotherdomain.com"), ("attributes[family_name]", "Lastname")];
    let answered = browser.json("/profile", &form).await.json();
    let heard = payload(&stream.next().await);
    assert_eq!((&heard["event"], &heard["data"]), (&"updateUserAttributes".into(), &answered));
    assert!(heard["text"].as_str().unwrap().contains("Family Name"));

    browser.json("/profile", &[("attributes[nope]", "x")]).await;
    let heard = payload(&stream.next().await);
    assert_eq!(heard["event"], "updateUserAttributes_failure");
    assert_eq!(heard["data"]["fields"][0][0], "attributes[nope]");
}

#[tokio::test]
async fn event_stream_passes_over_events_that_can_not_be_read() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut tx = server.pool.store().begin().await.unwrap();
    // More than are read at once.
    for _ in 0..150 {
        let payload = "INSERT INTO events (user_id, payload, at, network, user_agent)
                       SELECT id, '{\"event\":\"fromTheFuture\"}', 1, '', '' FROM users";
        tx.query(payload).run().await.unwrap();
    }
    tx.commit().await.unwrap();
    browser.json("/profile", &[("attributes[nickname]", "J")]).await;
    // An id that is none is as good as no id, and doesn't refuse the stream.
    let mut stream = Stream::open(&server, &browser, "?after=x&after=0&more=%ff").await;
    let mut heard = String::new();
    while heard != "updateUserAttributes" {
        heard = payload(&stream.next().await)["event"].as_str().unwrap().to_owned();
    }
}

#[tokio::test]
async fn event_stream_resumes_after_the_last_id() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut stream = Stream::open(&server, &browser, "?after=0").await;
    let first = stream.next().await;
    assert_eq!(payload(&first)["event"], "signUp");
    drop(stream);
    browser.json("/profile", &[("attributes[nickname]", "J")]).await;
    let mut resumed = Stream::open(&server, &browser, &format!("?after={}", id(&first))).await;
    let mut heard = Vec::new();
    while heard.last().is_none_or(|event| event != "updateUserAttributes") {
        heard.push(payload(&resumed.next().await)["event"].as_str().unwrap().to_owned());
    }
    assert!(
        !heard.contains(&"signUp".to_owned()) && heard.contains(&"confirmSignUp".to_owned()),
        "{heard:?}"
    );
}

#[tokio::test]
async fn event_stream_of_an_ended_session_says_signed_out() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut stream = Stream::open(&server, &browser, "").await;
    browser.submit("/sign-out", &[]).await.leads_to("/sign-in");
    let event = stream.next().await;
    assert!(event.contains("event: signed-out") || event.contains("event:signed-out"), "{event}");
}

#[tokio::test]
async fn event_stream_of_a_session_ended_elsewhere_says_signed_out_at_once() {
    let server = TestServer::new().await;
    let mut owner = server.signed_in("jdoe", "me@domain.com").await;
    for (path, form) in [
        ("/security/sessions/others", vec![]),
        (
            "/security/password",
            vec![
                ("current_password", support::PASSWORD),
                ("password", "another-password"),
                ("confirm_password", "another-password"),
            ],
        ),
    ] {
        let mut lost = server.browser();
        lost.submit("/sign-in", &[("username", "jdoe"), ("password", support::PASSWORD)])
            .await
            .leads_to("/profile");
        let mut stream = Stream::open(&server, &lost, "").await;
        owner.submit(path, &form).await.leads_to("/security");
        let event = stream.next().await;
        assert!(event.contains("signed-out"), "{path}: {event}");
        lost.get("/profile").await.leads_to("/sign-in?next=/profile");
    }
}

#[tokio::test]
async fn event_stream_carries_no_events_of_other_accounts() {
    let server = TestServer::new().await;
    let mut jane = server.signed_in("jane", "jane@domain.com").await;
    let mut john = server.signed_in("john", "john@domain.com").await;
    let mut stream = Stream::open(&server, &jane, "").await;
    john.json("/profile", &[("attributes[nickname]", "Johnny")]).await;
    jane.json("/profile", &[("attributes[nickname]", "Janey")]).await;
    let heard = stream.next().await;
    assert!(heard.contains("nickname") && !heard.contains("Johnny"));
    assert_eq!(jane.get("/profile/attributes.json").await.json()["nickname"], "Janey");
}

#[tokio::test]
async fn event_streams_per_account_are_limited_until_one_closes() {
    let server = TestServer::with("[server]\nevent_streams_per_account = 2\n").await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let first = Stream::open(&server, &browser, "").await;
    let _second = Stream::open(&server, &browser, "").await;
    assert_eq!(browser.get("/events").await.status, 429);
    drop(first);
    // The seat is free once the stream's task has noticed.
    while browser.get_head("/events").await != 200 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn event_stream_sends_what_the_form_was_answered() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let mut stream = Stream::open(&server, &browser, "").await;
    browser.json("/profile/email", &[("attributes[email]", "me@anotherdomain.com")]).await;
    assert_eq!(payload(&stream.next().await)["event"], "updateUserAttributes");
    let code = server.code_for("me@anotherdomain.com").await;
    let wrong = support::another(&code);
    let steps = [
        ("/profile/email/verify", "verifyUserAttribute_failure", ("code", wrong.as_str())),
        ("/profile/email/verify", "verifyUserAttribute", ("code", code.as_str())),
        ("/profile/delete", "deleteUserAttributes", ("names", "nickname,family_name")),
        ("/profile/delete", "deleteUserAttributes_failure", ("names", "email")),
    ];
    for (path, event, field) in steps {
        let answer = browser.json(path, &[field]).await;
        let mut answered = if event.ends_with("_failure") { answer.refusal() } else { answer.json() };
        if event == "verifyUserAttribute_failure" {
            // The others are told of which attribute as well.
            answered["attribute"] = "email".into();
        }
        let heard = payload(&stream.next().await);
        assert_eq!((&heard["event"], &heard["data"]), (&event.into(), &answered));
    }
    browser.json("/profile/email", &[("attributes[email]", "third@domain.com")]).await;
    stream.next().await;
    server.wait(30);
    for (path, event) in [
        ("/profile/email/resend", "resendUserAttributeCode"),
        ("/profile/email/cancel", "cancelUserAttributeUpdate"),
    ] {
        let answered = browser.json(path, &[]).await.json();
        let heard = payload(&stream.next().await);
        assert_eq!((&heard["event"], &heard["data"]), (&event.into(), &answered));
    }
    assert_eq!(browser.json("/sign-out", &[]).await.json()["username"], "jdoe");
}

#[tokio::test]
async fn event_row_has_time_network_and_user_agent() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await.saying("user-agent", "Somebrowser/1.0");
    browser.json("/profile", &[("attributes[nickname]", "J")]).await;
    let mut conn = server.pool.store().read().await.unwrap();
    let query = conn.query("SELECT network, user_agent, at FROM events ORDER BY id DESC LIMIT 1");
    let row = query.optional().await.unwrap().unwrap();
    let (network, agent, at): (String, String, i64) =
        (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
    assert_eq!(
        (network.as_str(), agent.as_str(), at),
        ("127.0.0.1", "Somebrowser/1.0", server.pool.now().millis())
    );
}
