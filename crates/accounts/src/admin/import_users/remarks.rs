//! What an administrator should hear about accounts that come in.

use crate::admin::import_users::arrival::Arrival;
use crate::admin::record::Status;
use crate::admin::selection::UserLabel;
use crate::sign_up::code;
use model::AttributeName;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::{ContactKind, Identifier, username_key};
use nameplate_core::settings::Settings;
use std::collections::BTreeMap;
use std::fmt;
use store::waiting::Key;

/// What is worth telling about one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remarked {
    /// Which of the arrivals, counted from 0.
    pub number: usize,
    /// Its names here.
    pub user: UserLabel,
    /// What its owner is reached by, verified or not.
    pub contact: Option<String>,
    /// What to tell.
    pub remark: Remark,
}

/// What an administrator should know of an account before it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// It can't sign in, or not yet.
    CanNotSignIn(Obstacle),
    /// It doesn't come in quite as it was.
    Changed(Change),
}

/// Why somebody can't sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// They choose a password with a code to a verified contact.
    NoPassword,
    /// The same, and they may not know: they signed in through this provider.
    OtherProvider(String),
    /// There is no password, and no verified contact that a code could be sent to.
    Unreachable,
    /// They sign in with a contact, and none that counts is verified.
    NoContactToSignInWith,
    /// The sign-up was not finished.
    Unconfirmed,
    /// It is disabled, as it was where it comes from.
    Disabled,
}

/// What becomes different: `attribute` tells where, `from` and `to` what it was and what it is here.
#[expect(missing_docs, reason = "the fields are explained together")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A value was brought into the form that is kept here.
    Value { attribute: String, from: String, to: String },
    /// The username can't be one here, or there was none: the `sub` takes its place, and people sign in with
    /// a contact.
    NewUsername { from: String },
    /// People have no usernames here.
    NoUsername { from: String },
    /// The username was a contact, and the account had none of that kind.
    ContactFromUsername { attribute: &'static str },
    /// The configuration doesn't have the attribute.
    Dropped { attribute: String },
    /// Another account has the same contact, verified: here it is kept and counts as unverified.
    NotVerified { attribute: &'static str },
    /// In lower case and with hyphens, as a `sub` is written here.
    Sub { from: String },
    /// The numbering plan of its country doesn't have this phone number: it is kept, and nothing is sent there.
    OutsidePlan { number: String },
    /// Second steps are set up anew.
    NoSecondFactor,
}

impl Ready<'_> {
    pub(crate) fn remarks(&self, settings: &Settings) -> Vec<Remarked> {
        let obstacles = self.obstacles(settings).into_iter().map(Remark::CanNotSignIn);
        let changes = self.changes.iter().cloned().map(Remark::Changed);
        let contact = [ContactKind::Email, ContactKind::PhoneNumber].into_iter();
        let contact =
            contact.filter_map(|kind| self.attributes.get(&kind.attribute().into())).next().cloned();
        let of_this =
            |remark| Remarked { number: self.number, user: self.label(), contact: contact.clone(), remark };
        obstacles.chain(changes).map(of_this).collect()
    }

    fn obstacles(&self, settings: &Settings) -> Vec<Obstacle> {
        let mut obstacles = Vec::new();
        if self.arrival.disabled_at.is_some() {
            obstacles.push(Obstacle::Disabled);
        }
        if self.arrival.status == Status::Unconfirmed {
            obstacles.push(Obstacle::Unconfirmed);
            return obstacles;
        }
        let reachable = self.proven.iter().any(|(it, _)| settings.reaches_contact(it.kind, &it.value));
        if self.arrival.password_hash.is_none() {
            obstacles.push(match &self.arrival.elsewhere.provider {
                _ if !reachable => Obstacle::Unreachable,
                Some(provider) => Obstacle::OtherProvider(provider.clone()),
                None => Obstacle::NoPassword,
            });
        }
        if !self.has_a_name(settings) {
            obstacles.push(Obstacle::NoContactToSignInWith);
        }
        obstacles
    }

    /// Whether its owner can say who they are.
    fn has_a_name(&self, settings: &Settings) -> bool {
        self.username.is_some()
            || self.proven.iter().any(|(contact, _)| match contact.kind {
                ContactKind::Email => settings.sign_in.email,
                ContactKind::PhoneNumber => settings.sign_in.phone_number,
            })
    }
}

/// An account that passed every rule.
#[derive(Clone)]
pub(crate) struct Ready<'a> {
    pub(crate) number: usize,
    pub(crate) arrival: &'a Arrival,
    /// `None`: the `sub` is the username.
    pub(crate) username: Option<&'a str>,
    pub(crate) sub: String,
    pub(crate) attributes: BTreeMap<AttributeName, String>,
    /// Proven, each with what it is found by.
    pub(crate) proven: Vec<(Contact, String)>,
    pub(crate) changes: Vec<Change>,
}

impl Ready<'_> {
    pub(crate) fn username_key(&self) -> String {
        self.username.map_or_else(|| self.sub.clone(), username_key)
    }

    fn label(&self) -> UserLabel {
        UserLabel { username: self.username.unwrap_or(&self.sub).to_owned(), sub: self.sub.clone() }
    }
}

impl Ready<'_> {
    /// What it waits under until it is confirmed; `None`: it is.
    pub(crate) fn waits(&self, settings: &Settings) -> Option<Key> {
        let target = code::target(settings, &self.attributes).ok();
        let name = match (self.username, &target) {
            (None, Some(target)) => Identifier::Contact(target.kind, target.key.clone()),
            _ => Identifier::Username(self.username_key()),
        };
        (self.arrival.status == Status::Unconfirmed).then(|| Key::new(&name, target.as_ref()))
    }
}

impl fmt::Debug for Ready<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready").field("arrival", self.arrival).finish_non_exhaustive()
    }
}
