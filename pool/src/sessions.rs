//! Who is asking: sessions of browsers, and the ticket of a browser that signed up.

use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::settings::{AppClient, ClientId};
use crate::store::{Conn, Row, StoreError, Tx};
use crate::{Inner, Tally};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// The row of an account. It never leaves the service: the outside knows the `sub`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub i64);

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
}

impl Origin {
    /// Longer names are cut.
    pub const USER_AGENT_MAX: usize = 256;

    /// Keeps what is safe to keep of the user agent's name.
    pub fn new(network: IpAddr, user_agent: &str) -> Self {
        let user_agent = user_agent.chars().filter(|c| !c.is_control()).take(Self::USER_AGENT_MAX).collect();
        Self { network: network.to_canonical(), user_agent, browser: None, tally: Tally::default() }
    }

    /// The same from this browser.
    #[must_use]
    pub fn in_browser(self, browser: BrowserId) -> Self {
        Self { browser: Some(browser), ..self }
    }

    /// What counts as one network for limits: the address, or for IPv6 its /64, which is what one household
    /// has.
    pub fn household(&self) -> IpAddr {
        match self.network.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
            v4 @ IpAddr::V4(_) => v4,
        }
    }
}

/// A secret that a browser keeps: 256 random bits as 43 characters. The store knows only its hash.
macro_rules! browser_secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            pub(crate) fn generate(entropy: &dyn Entropy) -> Self {
                Self(entropy.token())
            }

            /// The text for the cookie.
            pub fn reveal(&self) -> &str {
                &self.0
            }

            /// Reads a cookie. `None`: it can't be one of ours.
            pub fn parse(text: &str) -> Option<Self> {
                let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
                (bytes.len() == 32).then(|| Self(text.to_owned()))
            }

            pub(crate) fn hash(&self) -> [u8; 32] {
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
    pub(crate) fn number(self) -> i64 {
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
    pub token: SessionToken,
    /// When it ends at the latest; the cookie need not live longer.
    pub absolute_expiry: Timestamp,
}

impl NewSession {
    pub(crate) fn id(&self) -> SessionId {
        SessionId(self.token.hash())
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
    pub user: UserId,
    pub session: SessionId,
    pub client: ClientId,
    /// As typed at sign-up; the `sub`, where people have no username.
    pub username: String,
    pub signed_in_at: Timestamp,
    pub by: SignedInBy,
}

/// Which sessions are alive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Alive {
    /// Those that end later…
    pub(crate) now: Timestamp,
    /// …and were used since.
    pub(crate) idle_since: Timestamp,
}

/// Begins a session for the account.
pub(crate) async fn begin(
    tx: &mut Tx,
    inner: &Inner,
    user: UserId,
    client: &ClientId,
    origin: &Origin,
) -> Result<NewSession, StoreError> {
    let token = SessionToken::generate(&*inner.entropy);
    let absolute_expiry = inner.clock.now().plus(inner.settings.sessions.absolute);
    insert(tx, inner, (SessionId(token.hash()), absolute_expiry), (user, client), origin).await?;
    Ok(NewSession { token, absolute_expiry })
}

/// Begins a session that no cookie proves, but tokens that carry its id.
pub(crate) async fn begin_for_tokens(
    tx: &mut Tx,
    inner: &Inner,
    user: UserId,
    client: &AppClient,
    origin: &Origin,
) -> Result<SessionId, StoreError> {
    let session = SessionId(inner.entropy.bytes());
    let expires_at = inner.clock.now().plus(client.tokens.refresh);
    insert(tx, inner, (session, expires_at), (user, &client.id), origin).await?;
    Ok(session)
}

async fn insert(
    tx: &mut Tx,
    inner: &Inner,
    (session, expires_at): (SessionId, Timestamp),
    (user, client): (UserId, &ClientId),
    origin: &Origin,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO sessions (id, hash, user_id, client, created_at, last_seen_at, expires_at, network, user_agent, username)
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, (SELECT username FROM users WHERE id = $3))",
    )
    .bind(session.number())
    .bind(session.0.to_vec())
    .bind(user.0)
    .bind(client.0.clone())
    .bind(inner.clock.now().0)
    .bind(expires_at.0)
    .bind(origin.network.to_string())
    .bind(origin.user_agent.clone())
    .run()
    .await?;
    Ok(())
}

/// Notes that the session is used at this moment.
pub(crate) async fn seen(tx: &mut Tx, session: SessionId, now: Timestamp) -> Result<(), StoreError> {
    tx.query("UPDATE sessions SET last_seen_at = $3 WHERE id = $1 AND hash = $2 AND last_seen_at < $3")
        .bind(session.number())
        .bind(session.0.to_vec())
        .bind(now.0)
        .run()
        .await?;
    Ok(())
}

/// Whose session this is.
pub(crate) async fn owner(conn: &mut Conn, session: SessionId) -> Result<Option<UserId>, StoreError> {
    let query = conn.query("SELECT user_id FROM sessions WHERE id = $1 AND hash = $2");
    let row = query.bind(session.number()).bind(session.0.to_vec()).optional().await?;
    row.map(|row| Ok(UserId(row.get(0)?))).transpose()
}

/// Ends the session. `false`: it had ended before.
pub(crate) async fn end(tx: &mut Tx, session: SessionId) -> Result<bool, StoreError> {
    let query = tx.query("DELETE FROM sessions WHERE id = $1 AND hash = $2");
    Ok(query.bind(session.number()).bind(session.0.to_vec()).run().await? == 1)
}

/// Ends every session of the account; how many there were.
pub(crate) async fn end_all(tx: &mut Tx, user: UserId) -> Result<u64, StoreError> {
    tx.query("DELETE FROM sessions WHERE user_id = $1").bind(user.0).run().await
}

/// Ends every session of the account but this one; how many there were.
pub(crate) async fn end_others(tx: &mut Tx, user: UserId, stays: SessionId) -> Result<u64, StoreError> {
    tx.query("DELETE FROM sessions WHERE user_id = $1 AND hash <> $2")
        .bind(user.0)
        .bind(stays.0.to_vec())
        .run()
        .await
}

/// Every live session of the account.
pub(crate) async fn of_user(
    conn: &mut Conn,
    user: UserId,
    alive: Alive,
) -> Result<Vec<SessionId>, StoreError> {
    let query =
        conn.query("SELECT hash FROM sessions WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3");
    let rows = query.bind(user.0).bind(alive.now.0).bind(alive.idle_since.0).all().await?;
    rows.iter().map(|row| read_id(row, 0)).collect()
}

/// What is kept about a live session beside whose it is.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) session: SessionId,
    pub(crate) client: ClientId,
    pub(crate) signed_in_at: Timestamp,
    pub(crate) last_seen_at: Timestamp,
    pub(crate) network: String,
    pub(crate) user_agent: String,
}

/// The live sessions of the viewer's account: this one, then those that were used last; so many at most.
pub(crate) async fn open(
    conn: &mut Conn,
    viewer: &Viewer,
    alive: Alive,
    most: u32,
) -> Result<Vec<Open>, StoreError> {
    let rows = conn
        .query(
            "SELECT hash, created_at, last_seen_at, network, user_agent, client FROM sessions
             WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3
             ORDER BY CASE WHEN hash = $4 THEN 0 ELSE 1 END, last_seen_at DESC, created_at DESC LIMIT $5",
        )
        .bind(viewer.user.0)
        .bind(alive.now.0)
        .bind(alive.idle_since.0)
        .bind(viewer.session.0.to_vec())
        .bind(i64::from(most))
        .all()
        .await?;
    let read = |row: &Row| {
        let (signed_in_at, last_seen_at) = (Timestamp(row.get(1)?), Timestamp(row.get(2)?));
        let (session, client) = (read_id(row, 0)?, ClientId(row.get(5)?));
        Ok(Open {
            session,
            client,
            signed_in_at,
            last_seen_at,
            network: row.get(3)?,
            user_agent: row.get(4)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The addresses from which the account's sessions began, each once, in one order.
pub(crate) async fn networks(conn: &mut Conn, user: UserId) -> Result<Vec<IpAddr>, StoreError> {
    let rows = conn
        .query("SELECT DISTINCT network FROM sessions WHERE user_id = $1 ORDER BY network")
        .bind(user.0)
        .all()
        .await?;
    let texts = rows.iter().map(|row| row.get::<String>(0)).collect::<Result<Vec<_>, _>>()?;
    Ok(texts.iter().filter_map(|text| text.parse().ok()).collect())
}

fn read_id(row: &Row, column: usize) -> Result<SessionId, StoreError> {
    let hash: Vec<u8> = row.get(column)?;
    hash.try_into().map(SessionId).map_err(|_| StoreError::unreadable("a session whose hash is none"))
}

#[cfg(test)]
mod tests;
mod viewer;
