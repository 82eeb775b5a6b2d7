//! A server for tests: the real router on a real database, with a clock moved by hand and the messages at
//! hand.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses its own part of it")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't be set up has failed"
)]

use accounts::testing::TestStore;
use accounts::{Context, Keys, Parts, Role, SeededEntropy, TestClock};
use app::SiteFiles;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use delivery::{Letter, Mailbox, Transport};
use nameplate_core::settings::Hashing;
use server::config::{Config, Environment, Secret};
use server::layers::client_ip::Peer;
use server::mailbox::DevMailbox;
use server::router::{self, AppState};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// The guide's password.
pub const PASSWORD: &str = "mysecurerandompassword#123";

/// What opens the development mailbox.
pub const MAILBOX_TOKEN: &str = "the-token-of-tests";

pub struct TestServer {
    pub router: Router,
    pub pool: Context,
    pub clock: TestClock,
    pub place: Arc<TestStore>,
    mailbox: Mailbox,
    shutdown: CancellationToken,
}

impl TestServer {
    pub async fn new() -> Self {
        Self::with("").await
    }

    /// With this text as its `nameplate.toml`.
    pub async fn with(toml: &str) -> Self {
        let built = || {
            let [js, wasm, css] = ["js", "wasm", "css"].map(|end| format!("/pkg/nameplate.{end}"));
            Some(SiteFiles { js, wasm, css })
        };
        Self::with_files(toml, built).await
    }

    /// The same with these built files, or without any.
    pub async fn with_files(toml: &str, site_files: fn() -> Option<SiteFiles>) -> Self {
        Self::on(Arc::new(TestStore::new()), 1, toml, site_files).await
    }

    /// The same service, started again with another `nameplate.toml`.
    pub async fn again_with(self, toml: &str) -> Self {
        Self::on(self.place, 3, toml, || None).await
    }

    async fn on(place: Arc<TestStore>, seed: u64, toml: &str, site_files: fn() -> Option<SiteFiles>) -> Self {
        let mut config = Config::from_text(toml, &Environment::default()).unwrap();
        config.pool.hashing = Hashing { memory_kib: 32, iterations: 1, ..config.pool.hashing };
        let clock = TestClock::new(1_795_356_120_000);
        let parts = Parts {
            store: place.open().await.unwrap(),
            clock: Arc::new(clock.clone()),
            entropy: Arc::new(SeededEntropy::new(seed)),
            keys: Keys::generate(&SeededEntropy::new(2)),
            role: Role::Serves,
            settings: config.pool.clone(),
        };
        let pool = accounts::maintenance::open(parts).await.unwrap();
        let mailbox = Mailbox::new(|_| {});
        let shutdown = CancellationToken::new();
        let dev_mailbox = DevMailbox { mailbox: mailbox.clone(), token: Secret::new(MAILBOX_TOKEN) };
        let state = AppState {
            pool: pool.clone(),
            config: Arc::new(config),
            mailbox: Some(dev_mailbox),
            site_files,
            stopping: CancellationToken::new(),
            shutdown: shutdown.clone(),
        };
        Self { router: router::build(state), pool, clock, place, mailbox, shutdown }
    }

    pub fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            jar: BTreeMap::new(),
            extra: Vec::new(),
            peer: ([127, 0, 0, 1], 40_000).into(),
        }
    }

    pub fn wait(&self, seconds: u64) {
        self.clock.advance(std::time::Duration::from_secs(seconds));
    }

    /// Everything that was sent by now, newest first.
    pub async fn letters(&self) -> Vec<Letter> {
        delivery::worker::deliver_due(self.pool.delivery(), &Transport::Mailbox(self.mailbox.clone()))
            .await
            .unwrap();
        self.mailbox.letters()
    }

    pub async fn letters_to(&self, address: &str) -> Vec<Letter> {
        self.letters().await.into_iter().filter(|letter| letter.to == address).collect()
    }

    /// The newest code that was sent to an address.
    pub async fn code_for(&self, address: &str) -> String {
        let letters = self.letters_to(address).await;
        letters
            .iter()
            .find_map(|letter| code_in(&letter.text))
            .unwrap_or_else(|| panic!("no code was sent to {address}"))
    }

    /// Calls an operation of the wire API.
    pub async fn wire(&self, operation: &str, request: serde_json::Value) -> Answer {
        self.wire_text(operation, request.to_string()).await
    }

    /// The same with a body that may be anything.
    pub async fn wire_text(&self, operation: &str, body: String) -> Answer {
        let request = Request::post("/")
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"));
        self.browser().send(request, Body::from(body)).await
    }

    /// A browser of somebody who has signed up and confirmed.
    pub async fn signed_in(&self, username: &str, email: &str) -> Browser {
        let mut browser = self.browser();
        let form = [
            ("username", username),
            ("password", PASSWORD),
            ("confirm_password", PASSWORD),
            ("attributes[email]", email),
        ];
        let before = self.letters_to(email).await.len();
        browser.submit("/sign-up", &form).await.leads_to("/confirm");
        // Where others have asked for a code just now, it comes a little later.
        while self.letters_to(email).await.len() == before {
            self.wait(30);
        }
        let code = self.code_for(email).await;
        browser.submit("/confirm", &[("code", &code)]).await.leads_to("/profile");
        browser
    }
}

/// The six or eight digits in a message.
pub fn code_in(text: &str) -> Option<String> {
    text.split(|c: char| !c.is_ascii_digit()).find(|digits| matches!(digits.len(), 6 | 8)).map(str::to_owned)
}

/// A code that isn't this one.
pub fn another(code: &str) -> String {
    format!(
        "{:0digits$}",
        (code.parse::<u32>().unwrap() + 1) % 10_u32.pow(code.len() as u32),
        digits = code.len()
    )
}

/// A browser: cookies, and nothing that tests don't ask for.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub jar: BTreeMap<String, String>,
    extra: Vec<(&'static str, String)>,
    /// Where its connections come from.
    pub peer: SocketAddr,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Browser {
    /// The same browser with another header on every request.
    pub fn saying(mut self, name: &'static str, value: &str) -> Self {
        self.extra.retain(|(known, _)| *known != name);
        self.extra.push((name, value.to_owned()));
        self
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = Request::get(path).header(ACCEPT, "text/html");
        self.send(request, Body::empty()).await
    }

    /// The status of a page that may never end.
    pub async fn get_head(&mut self, path: &str) -> u16 {
        let cookies: Vec<_> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::get(path).header(COOKIE, cookies.join("; ")).body(Body::empty()).unwrap();
        self.router.clone().oneshot(request).await.unwrap().status().as_u16()
    }

    /// Posts a form as a browser without scripts does.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(path, "text/html,application/xhtml+xml", encode(fields)).await
    }

    /// Posts a form as our scripts do.
    pub async fn json(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(path, "application/json", encode(fields)).await
    }

    /// Posts whatever the test made.
    pub async fn post(&mut self, path: &str, accept: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path)
            .header(ACCEPT, accept)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = if self.extra.iter().any(|(name, _)| *name == "sec-fetch-site") {
            request
        } else {
            request.header("sec-fetch-site", "same-origin")
        };
        self.send(request, body.into()).await
    }

    pub async fn send(&mut self, mut request: axum::http::request::Builder, body: Body) -> Answer {
        let cookies =
            self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies);
        }
        for (name, value) in &self.extra {
            request = request.header(*name, value);
        }
        request = request.extension(Peer(self.peer));
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(SET_COOKIE) {
            let cookie = cookie::Cookie::parse(cookie.to_str().unwrap().to_owned()).unwrap();
            match cookie.max_age() {
                Some(age) if age.is_zero() => _ = self.jar.remove(cookie.name()),
                _ => _ = self.jar.insert(cookie.name().to_owned(), cookie.value().to_owned()),
            }
        }
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, 4 << 20).await.unwrap().to_vec(),
        }
    }
}

fn encode(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON ({}): {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    /// What was refused; with each code comes its sentence.
    #[track_caller]
    pub fn refusal(&self) -> serde_json::Value {
        let mut told = self.json();
        let words = told.as_object_mut().and_then(|it| it.remove("words")).unwrap();
        let fields = told["fields"].as_array().into_iter().flatten().map(|it| &it[1]);
        for code in fields.chain([&told["form"]]).filter_map(serde_json::Value::as_str) {
            let has_sentence = code.starts_with("PasswordPolicy") || words[code].is_string();
            assert!(has_sentence, "{code} comes without its sentence: {words}");
        }
        told
    }

    /// The answer of an operation that worked.
    #[track_caller]
    pub fn ok(&self) -> serde_json::Value {
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// A refusal of the wire API, with exactly this exception and message.
    #[track_caller]
    pub fn refuses_with(&self, exception: &str, message: &str) {
        let body = self.json();
        assert_eq!(
            (body["__type"].as_str(), body["message"].as_str()),
            (Some(exception), Some(message)),
            "{}",
            self.status
        );
        assert_eq!((self.status, self.header("x-amzn-errortype")), (StatusCode::BAD_REQUEST, exception));
        assert_eq!(self.header("content-type"), "application/x-amz-json-1.1");
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// A success that sends the browser elsewhere (303).
    #[track_caller]
    pub fn leads_to(&self, path: &str) {
        assert_eq!(
            (self.status, self.header(LOCATION.as_str())),
            (StatusCode::SEE_OTHER, path),
            "{}",
            String::from_utf8_lossy(&self.body)
        );
    }

    /// A refusal with this status whose page or JSON says these words.
    #[track_caller]
    pub fn refuses(&self, status: u16, words: &str) {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status.as_u16(), status, "{text}");
        assert!(text.contains(words), "{words:?} is not in: {text}");
    }

    /// A page that says this.
    #[track_caller]
    pub fn says(&self, words: &str) {
        let text = self.text();
        assert!(text.contains(words), "{words:?} is not in ({}): {text}", self.status);
    }

    #[track_caller]
    pub fn never_says(&self, words: &str) {
        assert!(!String::from_utf8_lossy(&self.body).contains(words), "{words:?} is in the answer");
    }
}
