//! An account as a line of text: what `nameplate user export` writes and `import` reads.

use model::AttributeName;
use nameplate_core::clock::Timestamp;
use nameplate_core::identifiers::ContactKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use store::records::Stored;

/// Whether somebody has proved to be behind the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It waits for the code from its sign-up.
    Unconfirmed,
    /// People can sign in to it, unless it is disabled.
    Confirmed,
}

/// A moment as RFC 3339 writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment(pub Timestamp);

/// A text that is no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no time, such as 2026-11-22T14:02:00Z")]
pub struct NotAMoment;

impl TryFrom<String> for Moment {
    type Error = NotAMoment;

    fn try_from(text: String) -> Result<Self, NotAMoment> {
        let read = text.parse::<jiff::Timestamp>().map_err(|_| NotAMoment)?;
        Ok(Self(Timestamp(read.as_millisecond())))
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.0.to_rfc3339()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An account with what is its own and lasts. Sessions, codes and the trail are not in it, and neither are
/// second factors and passkeys: their secrets are sealed under the key of the store.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// As typed; the `sub`, where people have no username.
    pub username: String,
    /// The id that applications know it by.
    pub sub: String,
    /// Whether it waits for the code from its sign-up.
    pub status: Status,
    /// When it was signed up for, or made by an administrator.
    pub created_at: Moment,
    /// When its attributes last changed.
    pub updated_at: Moment,
    /// `None`: it waits for its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Moment>,
    /// Since when nobody can sign in to it. `None`: people can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Moment>,
    /// All that are stored, but for `sub`, `updated_at` and the verified flags.
    pub attributes: BTreeMap<AttributeName, String>,
    /// The contacts among the attributes that are proven.
    #[serde(default)]
    pub verified: Vec<AttributeName>,
    /// Since when each of them is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub verified_at: BTreeMap<AttributeName, Moment>,
    /// Argon2id, as a PHC string; only where accounts are taken elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// The operator knows the password: its owner chooses another one at the next sign-in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub temporary_password: bool,
    /// It waits for its code, and somebody else has tried the same with another password: it is confirmed
    /// without one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub contested: bool,
}

impl Record {
    /// What an operator reads: without the hash.
    pub(crate) fn shown(stored: &Stored) -> Self {
        Self {
            username: stored.username.clone(),
            sub: stored.sub.clone(),
            status: if stored.confirmed_at.is_some() { Status::Confirmed } else { Status::Unconfirmed },
            created_at: Moment(stored.created_at),
            updated_at: Moment(stored.updated_at),
            confirmed_at: stored.confirmed_at.map(Moment),
            disabled_at: stored.disabled_at.map(Moment),
            attributes: stored.attributes.clone(),
            verified: stored.proven.iter().map(|kind| kind.attribute().into()).collect(),
            verified_at: stored
                .verified_at
                .iter()
                .map(|(kind, at)| (kind.attribute().into(), Moment(*at)))
                .collect(),
            password_hash: None,
            temporary_password: stored.temporary_password,
            contested: stored.contested,
        }
    }

    /// What another store needs to be the same to its people.
    pub(crate) fn whole(stored: &Stored) -> Self {
        let hash = Some(stored.password_hash.clone()).filter(|hash| !hash.is_empty());
        Self { password_hash: hash, ..Self::shown(stored) }
    }

    /// The stored value of a contact, and whether it is proven.
    pub fn contact(&self, kind: ContactKind) -> Option<(&str, bool)> {
        let name = AttributeName::from(kind.attribute());
        self.attributes.get(&name).map(|value| (value.as_str(), self.verified.contains(&name)))
    }
}

/// Records hold what people entrusted to the service; a log doesn't.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("sub", &self.sub).field("status", &self.status).finish_non_exhaustive()
    }
}
