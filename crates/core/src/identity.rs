//! Who is asking, and from where: users, sessions, browsers, tickets.

use crate::attempts::Tally;
use crate::client::ClientId;
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::closed_set;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// The row of an account. It never leaves the service: the outside knows the `sub`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub i64);

impl UserId {
    /// Nobody in particular.
    pub const NOBODY: Self = Self(-1);

    /// An account that isn't there, in the place of one with this digest.
    pub fn of_nobody(digest: [u8; 32]) -> Self {
        let [first @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = digest;
        Self(i64::from_le_bytes(first) | i64::MIN)
    }

    /// Whether no account ever has this number.
    pub const fn is_nobody(self) -> bool {
        self.0 < 0
    }
}

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The client's address, as far as trusted proxies tell it. The trail keeps it whole; see
    /// [`Origin::household`].
    pub network: IpAddr,
    /// What the client calls itself, at most [`Origin::USER_AGENT_MAX`] characters.
    pub user_agent: String,
    /// Which browser it is, where one asks for pages. Applications have none.
    pub browser: Option<BrowserId>,
    /// What the call was counted for.
    pub tally: Tally,
    /// The application that has proven its secret, where one has.
    pub application: Option<ProvenApplication>,
}

/// An application that has proven its secret: a server of somebody who is trusted with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenApplication {
    /// Which one.
    pub id: ClientId,
    /// Whether it has said who its visitor is ([`Origin::network`] is the visitor's address).
    pub names_visitor: bool,
}

impl Origin {
    /// Longer names are cut.
    pub const USER_AGENT_MAX: usize = 256;

    /// Keeps what is safe to keep of the user agent's name.
    pub fn new(network: IpAddr, user_agent: &str) -> Self {
        let user_agent = user_agent.chars().filter(|c| !c.is_control()).take(Self::USER_AGENT_MAX).collect();
        Self {
            network: network.to_canonical(),
            user_agent,
            browser: None,
            tally: Tally::default(),
            application: None,
        }
    }

    /// The same from this browser.
    #[must_use]
    pub fn in_browser(self, browser: BrowserId) -> Self {
        Self { browser: Some(browser), ..self }
    }

    /// The same asked for by this application, which has proven its secret, for this visitor.
    #[must_use]
    pub fn by_application(self, id: ClientId, visitor: Option<IpAddr>) -> Self {
        let names_visitor = visitor.is_some();
        let network = visitor.map_or(self.network, |visitor| visitor.to_canonical());
        Self { network, application: Some(ProvenApplication { id, names_visitor }), ..self }
    }

    /// What counts as one network for limits: the address, or for IPv6 its /64, which is what one household
    /// has.
    pub fn household(&self) -> IpAddr {
        match self.network.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
            v4 @ IpAddr::V4(_) => v4,
        }
    }

    /// What one site has: the address, or for IPv6 its /48 (RFC 6177).
    pub fn site(&self) -> IpAddr {
        match self.network.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80))),
            v4 @ IpAddr::V4(_) => v4,
        }
    }
}

/// A secret that a browser keeps: 256 random bits as 43 characters. The store knows only its hash.
macro_rules! browser_secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(::zeroize::Zeroizing<String>);

        impl $name {
            /// A new one.
            pub fn generate(entropy: &dyn Entropy) -> Self {
                Self(::zeroize::Zeroizing::new(entropy.token()))
            }

            /// The text for the cookie.
            pub fn reveal(&self) -> &str {
                &self.0
            }

            /// Reads a cookie. `None`: it can't be one of ours.
            pub fn parse(text: &str) -> Option<Self> {
                let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
                (bytes.len() == 32).then(|| Self(::zeroize::Zeroizing::new(text.to_owned())))
            }

            /// What the store knows of it (SHA-256).
            pub fn hash(&self) -> [u8; 32] {
                Sha256::digest(self.0.as_bytes()).into()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

browser_secret! {
    /// Proves a session.
    SessionToken
}

browser_secret! {
    /// Proves a sign-in whose password was right and that waits for its second factor. Applications keep one
    /// too (`Session`).
    ChallengeToken
}

browser_secret! {
    /// Proves "the browser that signed up": it is signed in once the code is right. Applications keep one too
    /// (`Session`).
    BrowserTicket
}

browser_secret! {
    /// Proves that somebody reads an address to which a change was told: it undoes that.
    UndoSecret
}

browser_secret! {
    /// Tells one browser from another, for as long as it keeps the cookie: codes belong to the browser that
    /// asked for them, and accounts know those that they were signed in to from.
    BrowserId
}

impl BrowserId {
    /// A browser that nobody has seen before.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self::generate(entropy)
    }
}

impl BrowserTicket {
    /// How long the browser that signed up is remembered: at least as long as any code works.
    pub const LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);
}

/// What a session is called inside: the hash of its token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId(pub [u8; 32]);

impl SessionId {
    /// What the store finds it by: the first eight bytes. Who asks compares all of them besides.
    pub fn number(self) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        i64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(…)")
    }
}

/// A session that has just begun.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// What the browser or application proves it with. Only this call has it.
    pub token: SessionToken,
    /// When it ends at the latest; the cookie need not live longer.
    pub absolute_expiry: Timestamp,
}

impl NewSession {
    /// What the store knows it by.
    pub fn id(&self) -> SessionId {
        SessionId(self.token.hash())
    }
}

closed_set! {
    /// What a session was begun with, as the store spells it.
    pub enum SessionProof {
        /// A password, with whatever else was asked for.
        Password = "password",
        /// A passkey, at the sign-in or later.
        Passkey = "passkey",
        /// A code that was sent to somebody who was signed in, and had neither.
        Code = "code",
    }
}

/// What proves a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedInBy {
    /// The cookie of a browser.
    Cookie,
    /// The tokens of an application.
    Tokens,
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Whose account it is.
    pub user: UserId,
    /// The session that the request belongs to.
    pub session: SessionId,
    /// The application that they signed in to: its access lists apply.
    pub client: ClientId,
    /// As typed at sign-up; the `sub`, where people have no username.
    pub username: String,
    /// When they signed in, or entered their password once more (`auth_time` of OpenID Connect).
    pub signed_in_at: Timestamp,
    /// A cookie or tokens.
    pub by: SignedInBy,
}
