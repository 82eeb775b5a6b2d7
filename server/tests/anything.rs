//! Whatever strangers send, and whoever is signed in: it is answered, never by a fault of the service, and
//! the service goes on. `PROPTEST_CASES` says how much is tried; `make soak` tries a lot.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't be set up has failed")]

mod support;

use axum::body::Body;
use axum::http::Request;
use leptos::server_fn::axum::server_fn_paths;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{TestCaseError, TestRunner};
use serde_json::{Value, json};
use std::cell::Cell;
use std::sync::LazyLock;
use support::{Answer, Browser, PASSWORD, TestServer};

/// Nothing should be refused for having been asked too often: other things are tried then.
const LIMITS: &str = "[limits]
sign_ins_per_network_an_hour = 10000000
sign_ups_per_network_an_hour = 10000000
changes_per_account_an_hour = 10000000
code_requests_per_network_an_hour = 10000000
";

/// The names in the document that lists the operations.
static OPERATIONS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let rows = include_str!("../../docs/api.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" |"));
    let names: Vec<_> = rows.map(|(name, _)| name).filter(|name| *name != "operation").collect();
    assert!(names.len() > 20, "{names:?}");
    names
});

const MEMBERS: &[&str] = &[
    "AccessToken",
    "AnalyticsMetadata",
    "Answer",
    "AttributeName",
    "AuthFlow",
    "AuthParameters",
    "ChallengeName",
    "ChallengeResponses",
    "ClientId",
    "ClientMetadata",
    "ClientSecret",
    "Code",
    "ConfirmationCode",
    "EMAIL_OTP_CODE",
    "ANSWER",
    "EmailMfaSettings",
    "Enabled",
    "ForceAliasCreation",
    "FriendlyDeviceName",
    "Name",
    "NEW_PASSWORD",
    "PASSWORD",
    "Password",
    "PASSWORD_CLAIM_SECRET_BLOCK",
    "PASSWORD_CLAIM_SIGNATURE",
    "PreferredMfa",
    "PreviousPassword",
    "ProposedPassword",
    "RefreshToken",
    "REFRESH_TOKEN",
    "SECRET_HASH",
    "SecretHash",
    "Session",
    "SMSMfaSettings",
    "SMS_MFA_CODE",
    "SoftwareTokenMfaSettings",
    "SOFTWARE_TOKEN_MFA_CODE",
    "SRP_A",
    "TIMESTAMP",
    "Token",
    "USERNAME",
    "USER_ID_FOR_SRP",
    "UserAttributeNames",
    "UserAttributes",
    "UserCode",
    "Username",
    "Value",
];

const WORDS: &[&str] = &[
    "web",
    "jdoe",
    PASSWORD,
    "123456",
    "me@domain.com",
    "you@domain.com",
    "+12128601234",
    "email",
    "phone_number",
    "nickname",
    "email_verified",
    "sub",
    "address",
    "birthdate",
    "locale",
    "zoneinfo",
    "",
    " ",
    "0",
    "true",
    "null",
    "AA",
    "ff",
    "USER_PASSWORD_AUTH",
    "USER_SRP_AUTH",
    "REFRESH_TOKEN_AUTH",
    "PASSWORD_VERIFIER",
    "SMS_MFA",
    "EMAIL_OTP",
    "SOFTWARE_TOKEN_MFA",
    "SELECT_MFA_TYPE",
    "NEW_PASSWORD_REQUIRED",
    "Thu Nov 26 07:30:03 UTC 2026",
    "../../profile",
    "https://evil.example",
];

/// What only whoever is signed in knows, until it is known.
const OWN: [&str; 3] = ["(access)", "(refresh)", "(id)"];

/// What may stand at the place of a text: the words that are known, or anything.
fn text() -> BoxedStrategy<String> {
    let known = prop_oneof![5 => select(WORDS), 1 => select(OWN.as_slice())].prop_map(str::to_owned);
    prop_oneof![6 => known, 1 => "\\PC{0,40}", 1 => "(?s).{0,20}", 1 => "[a-zA-Z0-9_=-]{20,90}", 1 => "[0-9a-f]{1,800}"].boxed()
}

fn name() -> BoxedStrategy<String> {
    prop_oneof![12 => select(MEMBERS).prop_map(str::to_owned), 1 => "\\PC{0,12}"].boxed()
}

fn value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        8 => text().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        let attribute = (text(), text()).prop_map(|(name, value)| json!({ "Name": name, "Value": value }));
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec(attribute, 0..5).prop_map(Value::from),
            btree_map(name(), inner, 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .boxed()
}

/// A request of the right names, and sometimes one that isn't even JSON.
fn body() -> BoxedStrategy<String> {
    let request = btree_map(name(), value(), 0..9).prop_map(|members| {
        let mut request: serde_json::Map<_, _> = members.into_iter().collect();
        // Most are let in: what is behind the door is tried too.
        for (name, known) in [("ClientId", "web"), ("AccessToken", OWN[0]), ("Username", "jdoe")] {
            if request.len() % 4 != 0 {
                request.insert(name.to_owned(), known.into());
            }
        }
        Value::Object(request).to_string()
    });
    prop_oneof![9 => request, 1 => "(?s).{0,60}"].boxed()
}

fn fields() -> BoxedStrategy<Vec<(String, String)>> {
    const NAMES: &[&str] = &[
        "username",
        "password",
        "confirm_password",
        "new_password",
        "code",
        "next",
        "attributes[email]",
        "attributes[nickname]",
        "attributes[phone_number]",
        "attributes[address]",
        "attributes[nope]",
        "phone_country",
        "remove[]",
        "factor",
        "wish",
        "name",
        "handle",
        "state",
        "answer",
        "session",
        "challenge",
        "confirm",
        "attribute",
    ];
    let name = prop_oneof![8 => select(NAMES).prop_map(str::to_owned), 1 => "\\PC{0,12}"];
    vec((name, text()), 0..7).boxed()
}

fn is_answered(answer: &Answer, asked: &str) -> Result<(), TestCaseError> {
    let said = String::from_utf8_lossy(&answer.body);
    prop_assert!(!answer.status.is_server_error(), "{asked}: {} {said}", answer.status);
    Ok(())
}

/// Somebody who is signed in, in a browser and in an application; somebody else, once that is over.
struct Somebody {
    browser: Browser,
    own: [String; 3],
    number: usize,
}

impl Somebody {
    async fn new(server: &TestServer, number: usize) -> Self {
        let username = format!("jdoe{number}");
        let browser = server.signed_in(&username, &format!("me{number}@domain.com")).await;
        let parameters = json!({ "USERNAME": username, "PASSWORD": PASSWORD });
        let form =
            json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "web", "AuthParameters": parameters });
        let tokens = server.wire("InitiateAuth", form).await.ok()["AuthenticationResult"].clone();
        let own =
            ["AccessToken", "RefreshToken", "IdToken"].map(|name| tokens[name].as_str().unwrap().to_owned());
        Self { browser, own, number }
    }

    async fn renewed(mut self, server: &TestServer) -> Self {
        let page = self.browser.get("/profile/attributes.json").await;
        let wire = server.wire("GetUser", json!({ "AccessToken": self.own[0] })).await;
        if page.status.is_success() && wire.status.is_success() {
            self
        } else {
            Self::new(server, self.number + 1).await
        }
    }

    fn fill_in(&self, text: &str) -> String {
        OWN.iter().zip(&self.own).fold(text.to_owned(), |text, (name, own)| text.replace(name, own))
    }
}

/// Tries many of these, each beside somebody who is signed in.
fn try_all<S: Strategy>(
    asked: S,
    ask: &impl AsyncFn(&TestServer, &Somebody, S::Value) -> Result<(), TestCaseError>,
) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(TestServer::with(LIMITS));
    let somebody = Cell::new(Some(runtime.block_on(Somebody::new(&server, 0))));
    let tried = TestRunner::default().run(&asked, |case| {
        let one = runtime.block_on(somebody.take().unwrap().renewed(&server));
        let done = runtime.block_on(ask(&server, &one, case));
        somebody.set(Some(one));
        done
    });
    tried.unwrap();
}

#[test]
fn every_request_of_the_wire_api_is_answered() {
    try_all((select(OPERATIONS.clone()), body()), &async |server, one, (operation, body)| {
        let body = one.fill_in(&body);
        let answer = server.wire_text(operation, body.clone()).await;
        is_answered(&answer, &format!("{operation} {body}"))?;
        let said = serde_json::from_slice::<Value>(&answer.body)
            .map_err(|error| TestCaseError::fail(format!("{operation} {body}: {error}")))?;
        prop_assert!(answer.status.is_success() || said["__type"].is_string(), "{operation} {body}: {said}");
        Ok(())
    });
}

#[test]
fn every_form_is_answered() {
    let paths: Vec<_> = server_fn_paths().map(|(path, _)| path).collect();
    let forms = (select(paths), fields(), any::<bool>(), any::<bool>());
    try_all(forms, &async |server, one, (path, fields, signed_in, scripted)| {
        let mut browser = if signed_in { one.browser.clone() } else { server.browser() };
        let accept = if scripted { "application/json" } else { "text/html" };
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        is_answered(&browser.post(path, accept, body).await, &format!("{path} {fields:?}"))
    });
}

#[test]
fn every_address_is_answered() {
    let known: Vec<_> =
        model::Page::ALL.into_iter().flat_map(model::Page::addresses).map(str::to_owned).collect();
    let path = prop_oneof![3 => select(known), 1 => "(/[a-z0-9.%_-]{0,12}){1,4}"];
    let query = prop_oneof![1 => Just(String::new()), 2 => "\\?[a-z]{1,8}=[a-zA-Z0-9%/:._-]{0,40}"];
    let asked = (path, query, "[ -~]{0,60}", "[ -~]{0,60}", any::<bool>());
    try_all(asked, &async |server, one, (path, query, cookie, language, signed_in)| {
        let mut browser = if signed_in { one.browser.clone() } else { server.browser() };
        let address = format!("{path}{query}");
        let Ok(uri) = address.parse::<axum::http::Uri>() else { return Ok(()) };
        let request = Request::get(uri)
            .header("accept", "text/html")
            .header("accept-language", language)
            .header("cookie", cookie);
        is_answered(&browser.send(request, Body::empty()).await, &address)
    });
}
