//! All that an account shows, in one statement: its row, its attributes, its proven contacts, the codes that it waits
//! for and the number of its latest event.

use super::{Conn, Row, StoreError};
use crate::clock::Timestamp;
use crate::identifiers::ContactKind;
use crate::sessions::UserId;
use model::AttributeName;
use std::collections::BTreeMap;

/// An account as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) sub: String,
    /// As typed; the `sub`, where people have no username.
    pub(crate) username: String,
    pub(crate) updated_at: Timestamp,
    /// What is stored, whoever may see it.
    pub(crate) attributes: BTreeMap<AttributeName, String>,
    /// The kinds of contact that are proven. What is proven is the stored value: they change together.
    pub(crate) proven: Vec<ContactKind>,
    /// The codes that wait to be entered, expired and worn-out ones included, used ones not.
    pub(crate) pending: Vec<PendingCode>,
    /// 0: nothing ever happened.
    pub(crate) latest_event: i64,
}

/// A code that waits to be entered: the change that waits for it, or the proof of what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PendingCode {
    pub(crate) kind: ContactKind,
    pub(crate) value: String,
    pub(crate) requested_at: Timestamp,
    pub(crate) sent_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) attempts: u32,
}

impl Account {
    /// The stored value of a contact.
    pub(crate) fn contact(&self, kind: ContactKind) -> Option<&str> {
        self.attributes.get(&kind.attribute().into()).map(String::as_str)
    }

    /// The stored value of a contact, if it is proven.
    pub(crate) fn proven_contact(&self, kind: ContactKind) -> Option<&str> {
        self.contact(kind).filter(|_| self.proven.contains(&kind))
    }

    /// The code that waits for a contact.
    pub(crate) fn pending(&self, kind: ContactKind) -> Option<&PendingCode> {
        self.pending.iter().find(|it| it.kind == kind)
    }

    /// The username, if it was chosen; a `sub` in its place is nothing to show to people.
    pub(crate) fn chosen_username(&self) -> Option<&str> {
        (self.username != self.sub).then_some(self.username.as_str())
    }

    fn read(&mut self, row: &Row) -> Result<(), StoreError> {
        let (first, second): (String, String) = (row.get(1)?, row.get(2)?);
        let time = |column| row.get(column).map(Timestamp);
        match row.get::<i64>(0)? {
            USER => {
                (self.sub, self.username) = (first, second);
                (self.updated_at, self.latest_event) = (time(3)?, row.get(4)?);
            }
            ATTRIBUTE => drop(self.attributes.insert(first.parse().map_err(StoreError::unreadable)?, second)),
            PROVEN => self.proven.push(kind(&first)?),
            _ => self.pending.push(PendingCode {
                kind: kind(&first)?,
                value: second,
                requested_at: time(3)?,
                sent_at: time(4)?,
                expires_at: time(5)?,
                attempts: u32::try_from(row.get::<i64>(6)?).unwrap_or(u32::MAX),
            }),
        }
        Ok(())
    }
}

// What a row is about: the numbers in the statement.
const USER: i64 = 0;
const ATTRIBUTE: i64 = 1;
const PROVEN: i64 = 2;

fn kind(attribute: &str) -> Result<ContactKind, StoreError> {
    let known = [ContactKind::Email, ContactKind::PhoneNumber].into_iter().find(|kind| kind.as_str() == attribute);
    known.ok_or_else(|| StoreError::unreadable("a contact of an unknown kind"))
}

/// The account as it stands. `None`: there is none.
pub(crate) async fn load(conn: &mut Conn, user: UserId) -> Result<Option<Account>, StoreError> {
    let rows = conn
        .query(
            "SELECT CAST(0 AS BIGINT), sub, username, updated_at,
                    COALESCE((SELECT MAX(id) FROM events WHERE user_id = $1), CAST(0 AS BIGINT)), CAST(0 AS BIGINT), CAST(0 AS BIGINT)
             FROM users WHERE id = $1
             UNION ALL SELECT 1, name, value, 0, 0, 0, 0 FROM attributes WHERE user_id = $1
             UNION ALL SELECT 2, kind, key, 0, 0, 0, 0 FROM aliases WHERE user_id = $1
             UNION ALL SELECT 3, attribute, value, requested_at, sent_at, expires_at, attempts
             FROM codes WHERE user_id = $1 AND purpose = 'verify' AND used_at IS NULL",
        )
        .bind(user.0)
        .all()
        .await?;
    let mut account = Account::default();
    for row in &rows {
        account.read(row)?;
    }
    Ok((!account.sub.is_empty()).then_some(account))
}
