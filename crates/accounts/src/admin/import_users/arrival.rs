//! An account that an import brings.

use crate::admin::record::{Moment, Status};
use nameplate_core::identifiers::ContactKind;
use std::collections::BTreeMap;
use std::fmt;

/// An account as it was read.
#[derive(Clone)]
pub struct Arrival {
    /// Where it stands, for whoever has to correct it: `line 7`.
    pub place: String,
    /// As it was there. `None`: people had none.
    pub username: Option<String>,
    /// `None`: it gets a new one.
    pub sub: Option<String>,
    /// Whether it waits for its code here.
    pub status: Status,
    /// `None`: now.
    pub created_at: Option<Moment>,
    /// When its attributes last changed. `None`: when it was created.
    pub updated_at: Option<Moment>,
    /// `None`, though it is confirmed: when it was created.
    pub confirmed_at: Option<Moment>,
    /// Since when nobody can sign in to it. `None`: people can.
    pub disabled_at: Option<Moment>,
    /// Names as they were read, without what the service sets itself.
    pub attributes: BTreeMap<String, String>,
    /// The contacts among them that are proven.
    pub verified: Vec<ContactKind>,
    /// Since when each of them is. One that isn't here: since the account is confirmed.
    pub verified_at: BTreeMap<ContactKind, Moment>,
    /// `None`: its owner chooses a password with a code.
    pub password_hash: Option<String>,
    /// The operator knows the password: its owner chooses another one at the next sign-in.
    pub temporary_password: bool,
    /// It waits for its code, and somebody else had tried the same with another password.
    pub contested: bool,
    /// What stays behind.
    pub elsewhere: Elsewhere,
}

/// What an account had at the service it comes from, and doesn't bring along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// It signed in there through another provider, of this name.
    pub provider: Option<String>,
    /// It was asked for a second step there.
    pub second_factor: bool,
}

/// Whose it is is nothing for a log.
impl fmt::Debug for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrival")
            .field("place", &self.place)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
