//! Applications that people use their account with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use model::AccessLists;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;
use std::time::Duration;
use subtle::ConstantTimeEq as _;

/// The id of an app client, as tokens and sessions carry it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(pub String);

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How long an app client's tokens are good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenTimes {
    /// Of an access token and an ID token.
    pub access: Duration,
    /// Of a sign-in: however often it is exchanged, a refresh token is worth nothing after this. One that
    /// isn't used for as long as a session may be idle ends before.
    pub refresh: Duration,
}

impl TokenTimes {
    /// No access token and no ID token lasts longer.
    pub const LONGEST_ACCESS: Duration = days(1);
}

impl Default for TokenTimes {
    /// An hour and thirty days, as of a new UserPoolClient.
    fn default() -> Self {
        Self { access: Duration::from_secs(60 * 60), refresh: days(30) }
    }
}

/// An application that people use their account with.
#[derive(Debug, Clone)]
pub struct AppClient {
    /// What requests and tokens name it by (`ClientId`).
    pub id: ClientId,
    /// What people call it; its id, where the config file has no name.
    pub name: String,
    /// What it may read and write.
    pub access: AccessLists,
    /// How long the tokens last that it is given.
    pub tokens: TokenTimes,
    /// What it proves itself with. Without one anybody may say to be this application, as with every one that
    /// runs in a browser.
    pub secret: Option<ClientSecret>,
    /// How it may sign people in.
    pub flows: Vec<Flow>,
    /// The pages that may read what it is answered, by origin; none means all.
    pub origins: Vec<String>,
    /// What is dangerous takes a sign-in of lately, and not only a valid access token.
    pub fresh: bool,
}

impl AppClient {
    /// An application without a secret that may sign people in in every way, called by its id.
    pub fn new(id: &str, access: AccessLists) -> Self {
        Self {
            id: ClientId(id.to_owned()),
            name: id.to_owned(),
            access,
            tokens: TokenTimes::default(),
            secret: None,
            flows: Flow::ALL.to_vec(),
            origins: Vec::new(),
            fresh: false,
        }
    }

    /// Whether it may sign people in so.
    pub fn allows(&self, flow: Flow) -> bool {
        self.flows.contains(&flow)
    }

    /// Whether a page of this origin may read what the application is answered.
    pub fn lets_in(&self, origin: &str) -> bool {
        self.origins.is_empty() || self.origins.iter().any(|it| it == origin)
    }

    /// Judges the `SecretHash` of a request about this username: Base64 of HMAC-SHA256 over username and
    /// client id, under the secret.
    pub fn check_hash(&self, username: &str, hash: Option<&str>) -> Result<(), ClientFault> {
        match (&self.secret, hash) {
            (None, None) => Ok(()),
            (Some(_), None) => Err(ClientFault::HashMissing),
            (None, Some(_)) => Err(ClientFault::Wrong),
            (Some(secret), Some(hash)) => {
                let right = bool::from(secret.hash(username, &self.id).as_bytes().ct_eq(hash.as_bytes()));
                if right { Ok(()) } else { Err(ClientFault::Wrong) }
            }
        }
    }

    /// Judges the secret itself, where a request carries that.
    pub fn check_secret(&self, given: Option<&str>) -> Result<(), ClientFault> {
        match (&self.secret, given) {
            (None, None) => Ok(()),
            (Some(secret), Some(given)) if bool::from(secret.0.as_bytes().ct_eq(given.as_bytes())) => Ok(()),
            _ => Err(ClientFault::Wrong),
        }
    }
}

/// A way to sign in that an application may be allowed or not (`ExplicitAuthFlowsType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Without telling the password.
    UserSrp,
    /// With the password itself.
    UserPassword,
    /// New tokens by InitiateAuth. (GetTokensFromRefreshToken is there for every application.)
    RefreshToken,
}

impl Flow {
    /// Every way, as a new application has it.
    pub const ALL: [Self; 3] = [Self::UserSrp, Self::UserPassword, Self::RefreshToken];
}

/// Why a request can't be that of its application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientFault {
    /// No `SecretHash`, nor `SECRET_HASH` among the `AuthParameters`.
    #[error("the application has a secret, and the request no hash of it")]
    HashMissing,
    /// Also where the application has no secret.
    #[error("that does not come from the application's secret")]
    Wrong,
}

/// What an application proves itself with.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// The secret as the config file has it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    fn hash(&self, username: &str, client: &ClientId) -> String {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("any length is a key");
        mac.update(username.as_bytes());
        mac.update(client.0.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

const fn days(number: u64) -> Duration {
    Duration::from_secs(number * 24 * 60 * 60)
}
