//! Text messages through an HTTP gateway, with hyper: Twilio's, or any that takes a small JSON request.

mod refusal;

use crate::parcel::{Parcel, Reason, SendError};
use crate::smtp::is_here;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::TokioExecutor;
use model::code::DeliveryMedium;
use nameplate_core::secretive;
use refusal::{TwilioError, verdict};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use sha2::Sha256;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// Until there is a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// From the first packet to the answer. A gateway only queues the message, so it has no reason to take
/// longer.
const LONGEST: Duration = Duration::from_secs(30);
/// For the reason of a refusal.
const BODY: Duration = Duration::from_secs(5);
const LARGEST_BODY: usize = 64 * 1024;
/// Twilio's own address.
pub const TWILIO: &str = "https://api.twilio.com";
/// The least and the most bytes of a signing secret, by Standard Webhooks.
const SECRET: std::ops::RangeInclusive<usize> = 24..=64;

/// Which gateway, and how it knows us.
#[derive(Clone)]
pub enum SmsProvider {
    /// Twilio's message request, or that of a service which speaks the same.
    Twilio {
        /// Without a path: [`TWILIO`].
        base: String,
        /// The account's SID (`AC…`).
        account: String,
        /// The SID of an API key (`SK…`), whose secret is `token` then.
        api_key: Option<String>,
        /// Twilio's auth token, unless there is an `api_key`.
        token: String,
        /// A number, a sender's name, or the SID of a messaging service (`MG…`).
        from: String,
    },
    /// A JSON request to an address of the operator's own, signed by Standard Webhooks if there is a secret.
    Webhook {
        /// The whole address, with its path.
        url: String,
        /// Sent as `Authorization: Bearer`.
        token: Option<String>,
        /// 24 to 64 bytes as base64, with or without `whsec_` in front.
        secret: Option<String>,
    },
}

/// How to reach the gateway.
#[derive(Clone)]
pub struct SmsSettings {
    /// The service that sends them on.
    pub provider: SmsProvider,
    /// Certificates (PEM) to trust besides those of the system.
    pub extra_roots: Option<Vec<u8>>,
}

secretive!(SmsProvider, SmsSettings);

/// What is wrong with the settings. Shown, it repeats none of them: they are secrets, or may hold some.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SmsFault {
    #[error("it is no address that starts with https:// or http://")]
    Url,
    #[error("the address goes on after the host, or has a name and password in it")]
    NotAnOrigin,
    #[error("the token would travel unencrypted; begin with https://")]
    ClearToken,
    #[error(
        "texts would travel unencrypted, and anybody could make them up; begin with https://, or set a secret"
    )]
    Unsigned,
    #[error("this is no account; Twilio's begin with AC")]
    Account,
    #[error("this is no API key; Twilio's begin with SK")]
    ApiKey,
    #[error("the token is missing, or has characters that no token has")]
    Token,
    #[error(
        "the sender is missing; right would be a number like +12125550123, a name, or a messaging service's id (MG…)"
    )]
    From,
    #[error("a secret is 24 to 64 bytes in base64, with or without whsec_ in front")]
    Secret,
    #[error("encryption can not be set up: {0}")]
    Tls(String),
}

/// What a gateway is told, and how.
enum Way {
    Twilio { authorization: HeaderValue, sender: (&'static str, String) },
    Webhook { authorization: Option<HeaderValue>, secret: Option<Vec<u8>> },
}

struct Gateway {
    way: Way,
    uri: Uri,
    patience: Duration,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// A gateway for text messages. Cheap to clone.
///
/// Each message has a connection of its own: one that the gateway has closed meanwhile would lose an answer,
/// and with a gateway that can't tell a repeated request somebody would get the message twice.
#[derive(Clone)]
pub struct Sms(Arc<Gateway>);

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sms({})", self.0.uri.host().unwrap_or_default())
    }
}

impl Sms {
    /// # Errors
    /// [`SmsFault`] says which setting is wrong and what would be right.
    pub fn new(settings: &SmsSettings) -> Result<Self, SmsFault> {
        let (way, url) = match &settings.provider {
            SmsProvider::Twilio { base, account, api_key, token, from } => {
                twilio(base, TwilioLogin { account, api_key: api_key.as_deref(), token }, from)?
            }
            SmsProvider::Webhook { url, token, secret } => webhook(url, token.as_deref(), secret.as_deref())?,
        };
        let mut http = HttpConnector::new();
        http.set_connect_timeout(Some(CONNECT));
        http.enforce_http(false);
        let link = HttpsConnectorBuilder::new()
            .with_tls_config(tls(settings.extra_roots.as_deref())?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .retry_canceled_requests(false)
            .build(link);
        let uri = url.as_str().parse().map_err(|_| SmsFault::Url)?;
        Ok(Self(Arc::new(Gateway { way, uri, patience: LONGEST, client })))
    }

    /// Hands one text message over.
    ///
    /// # Errors
    /// [`SendError::Never`] where the gateway refused the message itself; everything else may pass, or be
    /// mended.
    pub async fn send(&self, parcel: &Parcel) -> Result<(), SendError> {
        if parcel.written.medium != DeliveryMedium::Sms {
            return Err(SendError::Never(Reason::Address("a gateway for text messages carries no mails")));
        }
        let request =
            self.request(parcel).map_err(|_| SendError::unwritable("no request could be made of it"))?;
        if !parcel.lease.is_held() {
            return Err(SendError::Later(Reason::Lost));
        }
        match timeout(self.0.patience, self.0.client.request(request)).await {
            Ok(Ok(answer)) => self.judge(answer, &parcel.written.to).await,
            Ok(Err(error)) => Err(SendError::Later(unreached(&error))),
            Err(_) => Err(SendError::Later(Reason::Silence)),
        }
    }

    /// The body of an answer is read only where it decides: of a refusal by Twilio, whose 400 says as little
    /// as that something is wrong.
    async fn judge(&self, answer: Response<Incoming>, number: &str) -> Result<(), SendError> {
        let status = answer.status();
        let is_twilio = matches!(self.0.way, Way::Twilio { .. });
        if status.is_success() || !is_twilio {
            return verdict(status, None, number);
        }
        let body = timeout(BODY, Limited::new(answer.into_body(), LARGEST_BODY).collect()).await;
        let body = body.ok().and_then(Result::ok).map(|body| body.to_bytes()).unwrap_or_default();
        verdict(status, Some(&TwilioError::read(&body)), number)
    }

    /// The same with another time for an answer, set before it is shared.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        if let Some(gateway) = Arc::get_mut(&mut self.0) {
            gateway.patience = patience;
        }
        self
    }

    fn request(&self, parcel: &Parcel) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let (id, written) = (&parcel.id, &parcel.written);
        let request = Request::builder().method(Method::POST).uri(self.0.uri.clone());
        match &self.0.way {
            Way::Twilio { authorization, sender: (kind, sender) } => {
                let form = url::form_urlencoded::Serializer::new(String::new())
                    .extend_pairs([
                        ("To", written.to.as_str()),
                        (kind, sender),
                        ("Body", written.text.trim()),
                    ])
                    .finish();
                let request = request
                    .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .header(AUTHORIZATION, authorization.clone());
                request.body(Full::from(form))
            }
            Way::Webhook { authorization, secret } => {
                let body = serde_json::json!({ "id": id, "to": written.to, "text": written.text.trim() })
                    .to_string();
                let mut request =
                    request.header(CONTENT_TYPE, "application/json").header("Idempotency-Key", id);
                let at = parcel.at.secs();
                request = request.header("Webhook-Id", id).header("Webhook-Timestamp", at);
                if let Some(authorization) = authorization {
                    request = request.header(AUTHORIZATION, authorization.clone());
                }
                if let Some(secret) = secret {
                    request =
                        request.header("Webhook-Signature", signature(secret, &format!("{id}.{at}.{body}")));
                }
                request.body(Full::from(body))
            }
        }
    }
}

/// How Twilio knows us.
#[derive(Clone, Copy)]
struct TwilioLogin<'a> {
    account: &'a str,
    api_key: Option<&'a str>,
    token: &'a str,
}

fn twilio(base: &str, login: TwilioLogin<'_>, from: &str) -> Result<(Way, Url), SmsFault> {
    let TwilioLogin { account, api_key, token } = login;
    let plain =
        |sid: &str, kind: &str| sid.starts_with(kind) && sid.bytes().all(|c| c.is_ascii_alphanumeric());
    let mut url = address(base, true)?;
    if url.path() != "/" || url.query().is_some() {
        return Err(SmsFault::NotAnOrigin);
    }
    if !plain(account, "AC") {
        return Err(SmsFault::Account);
    }
    if api_key.is_some_and(|key| !plain(key, "SK")) {
        return Err(SmsFault::ApiKey);
    }
    if token.is_empty() {
        return Err(SmsFault::Token);
    }
    let from = from.trim();
    if from.is_empty() || from.chars().any(char::is_control) {
        return Err(SmsFault::From);
    }
    let service = plain(from, "MG") && from.len() == 34;
    let sender = (if service { "MessagingServiceSid" } else { "From" }, from.to_owned());
    url.set_path(&format!("/2010-04-01/Accounts/{account}/Messages.json"));
    let login = STANDARD.encode(format!("{}:{token}", api_key.unwrap_or(account)));
    Ok((Way::Twilio { authorization: secret_header(&format!("Basic {login}"))?, sender }, url))
}

fn webhook(url: &str, token: Option<&str>, secret: Option<&str>) -> Result<(Way, Url), SmsFault> {
    let url = address(url, token.is_some())?;
    let authorization = token.map(|token| secret_header(&format!("Bearer {token}"))).transpose()?;
    let secret = secret.map(|secret| {
        STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).map_err(|_| SmsFault::Secret)
    });
    let secret = secret.transpose()?;
    if secret.as_ref().is_some_and(|secret| !SECRET.contains(&secret.len())) {
        return Err(SmsFault::Secret);
    }
    if secret.is_none() && url.scheme() == "http" && !is_here(host_of(&url)) {
        return Err(SmsFault::Unsigned);
    }
    Ok((Way::Webhook { authorization, secret }, url))
}

/// Where a request goes; one with a token only over TLS, or no further than this machine.
fn address(url: &str, with_token: bool) -> Result<Url, SmsFault> {
    let url = Url::parse(url).map_err(|_| SmsFault::Url)?;
    let host = host_of(&url);
    if !matches!(url.scheme(), "https" | "http") || host.is_empty() {
        return Err(SmsFault::Url);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(SmsFault::NotAnOrigin);
    }
    if with_token && url.scheme() == "http" && !is_here(host) {
        return Err(SmsFault::ClearToken);
    }
    Ok(url)
}

fn host_of(url: &Url) -> &str {
    url.host_str().unwrap_or_default().trim_matches(['[', ']'])
}

fn secret_header(text: &str) -> Result<HeaderValue, SmsFault> {
    let mut value = HeaderValue::from_str(text).map_err(|_| SmsFault::Token)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Standard Webhooks: `v1,` and the digest in base64.
fn signature(secret: &[u8], content: &str) -> String {
    // A key of any length will do (RFC 2104); without one nothing is signed.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(content.as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// A connection that there never was is told in full: nothing of the message was said yet.
fn unreached(error: &ClientError) -> Reason {
    if !error.is_connect() {
        return Reason::Silence;
    }
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    Reason::Connection(causes.map(ToString::to_string).collect::<Vec<_>>().join(": "))
}

fn tls(extra_roots: Option<&[u8]>) -> Result<ClientConfig, SmsFault> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for root in CertificateDer::pem_slice_iter(extra_roots.unwrap_or_default()) {
        let root = root.map_err(|error| SmsFault::Tls(error.to_string()))?;
        roots.add(root).map_err(|error| SmsFault::Tls(error.to_string()))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(config
        .map_err(|error| SmsFault::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
