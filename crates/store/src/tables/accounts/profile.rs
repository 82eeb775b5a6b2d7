//! All that an account shows, in one statement and one row: its attributes, its proven contacts, the codes
//! that it waits for and the number of its latest event.

use crate::engine::left_out;
use crate::tables::accounts::attributes;
use crate::tables::sign_in::sessions::{self, Alive, Live};
use crate::{Conn, Row, Statement, StoreError};
use model::{AttributeName, Factor};
use nameplate_core::clock::Timestamp;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{SessionId, UserId};
use std::collections::BTreeMap;

/// An account as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// The id that applications know the account by; it never changes.
    pub sub: String,
    /// As typed; the `sub`, where people have no username.
    pub username: String,
    /// When its attributes last changed.
    pub updated_at: Timestamp,
    /// What is stored, whoever may see it.
    pub attributes: BTreeMap<AttributeName, String>,
    /// The kinds of contact that are proven. What is proven is the stored value: they change together.
    pub proven: Vec<ContactKind>,
    /// Since when each of them is.
    pub verified_at: BTreeMap<ContactKind, Timestamp>,
    /// The codes that wait to be entered, expired and worn-out ones included, used ones not.
    pub pending: Vec<PendingCode>,
    /// 0: nothing ever happened.
    pub latest_event: i64,
    /// The second factors that are on, and whether each is asked for first: to be shown, since what can't be read
    /// is not among them.
    pub factors: Vec<(Factor, bool)>,
}

/// A code that waits to be entered: the change that waits for it, or the proof of what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingCode {
    /// Which contact it verifies.
    pub kind: ContactKind,
    /// What the contact becomes once the code is entered.
    pub value: String,
    /// When this value was asked for; sending another code doesn't change it.
    pub requested_at: Timestamp,
    /// When the newest code was made.
    pub sent_at: Timestamp,
    /// From when on that code is refused.
    pub expires_at: Timestamp,
    /// How often that code was tried.
    pub attempts: u32,
}

impl Account {
    /// The stored value of a contact.
    pub fn contact(&self, kind: ContactKind) -> Option<&str> {
        self.attributes.get(&kind.attribute().into()).map(String::as_str)
    }

    /// The stored value of a contact, if it is proven.
    pub fn proven_contact(&self, kind: ContactKind) -> Option<&str> {
        self.contact(kind).filter(|_| self.proven.contains(&kind))
    }

    /// The code that waits for a contact.
    pub fn pending(&self, kind: ContactKind) -> Option<&PendingCode> {
        self.pending.iter().find(|it| it.kind == kind)
    }

    /// The username, if it was chosen; a `sub` in its place is nothing to show to people.
    pub fn chosen_username(&self) -> Option<&str> {
        (self.username != self.sub).then_some(self.username.as_str())
    }

    /// Reads what the statements below tell of it.
    pub(in crate::tables) fn read(row: &Row) -> Result<Self, StoreError> {
        let mut account = Self::read_info(row)?;
        account.latest_event = row.get("latest_event")?;
        let codes: Option<String> = row.get("codes")?;
        let mut codes = Packed(codes.as_deref().unwrap_or_default());
        while let Some(attribute) = codes.word()? {
            let kind = kind(attribute);
            let [requested_at, sent_at, expires_at] =
                [codes.number()?, codes.number()?, codes.number()?].map(Timestamp);
            let attempts = u32::try_from(codes.number()?).unwrap_or(u32::MAX);
            let value = codes.text()?.to_owned();
            match kind {
                Ok(kind) => {
                    let code = PendingCode { kind, value, requested_at, sent_at, expires_at, attempts };
                    account.pending.push(code);
                }
                Err(error) => left_out("codes", &error),
            }
        }
        Ok(account)
    }

    /// The same of what applications are told; everything else is empty.
    fn read_info(row: &Row) -> Result<Self, StoreError> {
        let (proven, factors): (String, Option<String>) = (row.get("proven")?, row.get("factors")?);
        let verified_at = verified_at(&proven);
        let mut account = Self {
            sub: row.get("sub")?,
            username: row.get("username")?,
            updated_at: Timestamp(row.get("updated_at")?),
            attributes: attributes::read(row.get("attributes")?)?,
            proven: kinds(&verified_at),
            verified_at,
            ..Self::default()
        };
        let factors = factors.unwrap_or_default();
        let mut factors = factors.split_whitespace();
        while let (Some(kind), Some(preferred)) = (factors.next(), factors.next()) {
            match kind.parse() {
                Ok(factor) => account.factors.push((factor, preferred == "1")),
                Err(_) => left_out("factors", &StoreError::unreadable("an unknown second factor")),
            }
        }
        account.factors.sort_unstable();
        Ok(account)
    }
}

/// Many rows in one text: every row is a hop between threads, a longer text is none. Words and numbers end
/// with a space; what people wrote has its length in front (`5:Doe 2`), in characters as both databases count
/// them.
struct Packed<'a>(&'a str);

impl<'a> Packed<'a> {
    fn until(&mut self, end: char) -> Result<&'a str, StoreError> {
        let (field, rest) =
            self.0.split_once(end).ok_or_else(|| StoreError::unreadable("a row that ends too soon"))?;
        self.0 = rest;
        Ok(field)
    }

    /// `None`: there is no further row.
    fn word(&mut self) -> Result<Option<&'a str>, StoreError> {
        if self.0.is_empty() { Ok(None) } else { self.until(' ').map(Some) }
    }

    fn number(&mut self) -> Result<i64, StoreError> {
        self.until(' ')?.parse().map_err(StoreError::unreadable)
    }

    fn text(&mut self) -> Result<&'a str, StoreError> {
        let length: usize = self.until(':')?.parse().map_err(StoreError::unreadable)?;
        let end = self.0.char_indices().nth(length).map_or(self.0.len(), |(at, _)| at);
        let (text, rest) = self.0.split_at(end);
        self.0 = rest;
        Ok(text)
    }
}

pub(super) fn kind(attribute: &str) -> Result<ContactKind, StoreError> {
    let known =
        [ContactKind::Email, ContactKind::PhoneNumber].into_iter().find(|kind| kind.as_str() == attribute);
    known.ok_or_else(|| StoreError::unreadable("a contact of an unknown kind"))
}

/// The contacts that an account has proven, and since when: each kind with its time after it.
pub(in crate::tables) fn verified_at(proven: &str) -> BTreeMap<ContactKind, Timestamp> {
    let (mut found, mut latest) = (BTreeMap::new(), None);
    for word in proven.split_whitespace() {
        match (word.parse(), latest) {
            (Ok(at), Some(kind)) => drop(found.insert(kind, Timestamp(at))),
            (Ok(_), None) => {}
            (Err(_), _) => {
                latest = kind(word).map_err(|error| left_out("users", &error)).ok();
                found.extend(latest.map(|kind| (kind, Timestamp(0))));
            }
        }
    }
    found
}

/// Their kinds, in the model's order.
pub(in crate::tables) fn kinds(verified_at: &BTreeMap<ContactKind, Timestamp>) -> Vec<ContactKind> {
    let mut kinds: Vec<_> = verified_at.keys().copied().collect();
    kinds.sort_by_key(|kind| kind.attribute());
    kinds
}

/// The account as it stands. `None`: there is none.
pub async fn load(conn: &mut Conn, user: UserId) -> Result<Option<Account>, StoreError> {
    let row = conn.query(LOAD).bind(user.0).optional().await?;
    row.map(|row| Account::read(&row)).transpose()
}

/// How much of an account a change looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its attributes, which come with the counter of its changes. Everything else of the [`Account`] is
    /// empty.
    Attributes,
    /// The whole [`Account`], for a change that involves a contact.
    All,
}

impl Part {
    /// What a change of these looks at: a contact has its proof and its code besides.
    pub fn needed_for<'a>(names: impl IntoIterator<Item = &'a AttributeName>) -> Self {
        if names.into_iter().any(|name| ContactKind::of(name).is_some()) {
            Self::All
        } else {
            Self::Attributes
        }
    }
}

// What applications are told of an account comes first. For most it is all in one row: among many, each row
// is a page to look for. Then comes what its pages show besides, in the same words each time.

/// What applications are told of an account, of a statement that calls the table `u`.
macro_rules! info {
    () => {
        "u.sub, u.username, u.updated_at, u.attributes, u.proven,
         (SELECT string_agg(kind || ' ' || preferred, ' ') FROM factors WHERE user_id = u.id AND enabled_at IS NOT NULL) AS factors"
    };
}
/// What its pages show besides.
macro_rules! more {
    () => {
        "COALESCE((SELECT MAX(id) FROM events WHERE user_id = u.id), 0) AS latest_event,
         (SELECT string_agg(attribute || ' ' || requested_at || ' ' || sent_at || ' ' || expires_at || ' ' || attempts
                            || ' ' || LENGTH(value) || ':' || value, '')
          FROM codes WHERE user_id = u.id AND purpose = 'verify' AND used_at IS NULL) AS codes"
    };
}

const LOAD: &str = concat!("SELECT ", info!(), ", ", more!(), " FROM users u WHERE u.id = $1");

const OF_SESSION: &str = concat!(
    "SELECT ",
    sessions::columns!(),
    ", ",
    info!(),
    ", ",
    more!(),
    " FROM sessions s JOIN users u ON u.id = s.user_id WHERE ",
    sessions::is_live!()
);

const INFO_OF_SESSION: &str = concat!(
    "SELECT ",
    sessions::columns!(),
    ", ",
    info!(),
    " FROM sessions s JOIN users u ON u.id = s.user_id WHERE ",
    sessions::is_live!()
);

/// Asks for the account as it stands, to be read by [`Account::read`].
pub(in crate::tables) fn statement(user: UserId) -> Statement {
    Statement::new(LOAD).bind(user.0)
}

/// A live session and its account, at one moment and in one statement.
pub async fn of_session(
    conn: &mut Conn,
    session: SessionId,
    alive: Alive,
) -> Result<Option<(Live, Account)>, StoreError> {
    let row = sessions::ask_live(conn, OF_SESSION, session, alive).await?;
    row.map(|row| Ok((Live::read(&row)?, Account::read(&row)?))).transpose()
}

/// The same without what only pages show: of the [`Account`], the latest event and the codes are empty.
pub async fn info_of_session(
    conn: &mut Conn,
    session: SessionId,
    alive: Alive,
) -> Result<Option<(Live, Account)>, StoreError> {
    let row = sessions::ask_live(conn, INFO_OF_SESSION, session, alive).await?;
    row.map(|row| Ok((Live::read(&row)?, Account::read_info(&row)?))).transpose()
}
