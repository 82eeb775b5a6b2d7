//! What the operator does to accounts, whoever they belong to. Each use case has its file, as those of people
//! do.
//!
//! The command line runs these beside a program that serves, in a process of its own. On SQLite that is one
//! more writer: each takes the file's lock when its transaction begins (`BEGIN IMMEDIATE`) and waits for the
//! others', so what a transaction reads stays as it is until it ends.

use crate::account::feed::COMMAND;
use model::{AccessLists, AttributeName, SignInOptions, Standard, typed};
use nameplate_core::identifiers::{ContactKind, Identifier};
use nameplate_core::identity::Origin;
use nameplate_core::settings::Settings;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use store::users::{self, User};
use store::waiting::{self, Waiting};
use store::{Conn, StoreError};

/// Where the operator is: at this machine.
pub(crate) fn operator() -> Origin {
    Origin::new(IpAddr::V4(Ipv4Addr::LOCALHOST), COMMAND)
}

/// Which account a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserSelector<'a> {
    /// What it is called.
    pub text: &'a str,
    /// What that is; `None`: whichever it fits.
    pub by: Option<SelectBy>,
}

/// What an account is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectBy {
    /// The id that applications know it by.
    Sub,
    /// Also of a sign-up that waits.
    Username,
    /// A verified contact, or one that a sign-up waits with.
    Contact,
}

impl<'a> From<&'a str> for UserSelector<'a> {
    fn from(text: &'a str) -> Self {
        Self { text, by: None }
    }
}

impl<'a> From<&'a String> for UserSelector<'a> {
    fn from(text: &'a String) -> Self {
        Self::from(text.as_str())
    }
}

/// An account as administrators tell it from others: in what a command says it did, both names stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserLabel {
    /// As typed; the `sub`, where people have no username.
    pub username: String,
    /// The id that applications know it by.
    pub sub: String,
}

impl UserLabel {
    pub(crate) fn of(user: &User) -> Self {
        Self { username: user.username.clone(), sub: user.sub.clone() }
    }
}

impl fmt::Display for UserLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { username, sub } = self;
        if username == sub { write!(f, "{sub}") } else { write!(f, "{username} (sub {sub})") }
    }
}

/// Why a command has no account to work on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotSelected {
    #[error("there is no account called \"{0}\"")]
    Nobody(String),
    /// Old data: nobody can sign up like that any more.
    #[error(
        "\"{text}\" is the sub of {by_sub} and the username of {by_username}: pick one with --by sub or --by username"
    )]
    Ambiguous { text: String, by_sub: UserLabel, by_username: UserLabel },
}

impl NotSelected {
    pub(crate) fn nobody(selector: UserSelector<'_>) -> Self {
        Self::Nobody(selector.text.to_owned())
    }
}

/// What a command did, and to which account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserChanged {
    /// The account.
    pub user: UserLabel,
    /// `false`: it was so before.
    pub changed: bool,
}

/// The account that the operator means: by its `sub`, by its username or a proven contact, or by what it was
/// signed up with while it waits for its code. Where that is two accounts, neither is taken. A number without a
/// country is one of `country`.
pub(crate) async fn find(
    conn: &mut Conn,
    selector: UserSelector<'_>,
    country: &str,
) -> Result<Result<User, NotSelected>, StoreError> {
    let named = &*typed::identifier(selector.text);
    let by_sub = match selector.by {
        None | Some(SelectBy::Sub) => users::by_sub(conn, named).await?,
        Some(SelectBy::Username | SelectBy::Contact) => None,
    };
    let by_name = match selector.by {
        None => by_name(conn, named, EVERY, country).await?,
        Some(SelectBy::Username) => by_name(conn, named, USERNAMES, country).await?,
        Some(SelectBy::Contact) => by_name(conn, named, CONTACTS, country).await?,
        Some(SelectBy::Sub) => None,
    };
    Ok(match (by_sub, by_name) {
        // What waits under a name that is another account's sub is never confirmed under it.
        (Some(by_sub), Some(by_name)) if by_sub.id != by_name.id && by_name.confirmed => {
            Err(NotSelected::Ambiguous {
                text: named.to_owned(),
                by_sub: UserLabel::of(&by_sub),
                by_username: UserLabel::of(&by_name),
            })
        }
        (Some(user), _) | (None, Some(user)) => Ok(user),
        (None, None) => Err(NotSelected::nobody(selector)),
    })
}

pub(crate) const EVERY: SignInOptions = SignInOptions { username: true, email: true, phone_number: true };

/// What an administrator calls a contact is never a username.
pub(crate) const CONTACTS: SignInOptions = SignInOptions { username: false, ..EVERY };

const USERNAMES: SignInOptions = SignInOptions { username: true, email: false, phone_number: false };

async fn by_name(
    conn: &mut Conn,
    named: &str,
    options: SignInOptions,
    country: &str,
) -> Result<Option<User>, StoreError> {
    let Some(who) = Identifier::parse(named, options, country) else { return Ok(None) };
    let found = match &who {
        // Whom an administrator calls by digits alone is called so first. An id of an account is no username here:
        // an administrator says which one is meant.
        Identifier::Number { username, .. } | Identifier::Username(username) => {
            users::by_username(conn, username).await?
        }
        Identifier::Contact(..) => None,
    };
    let found = match found {
        Some(user) => Some(user),
        None if matches!(who, Identifier::Username(_)) => None,
        None => users::by_identifier(conn, &who).await?,
    };
    match found {
        Some(user) => Ok(Some(user)),
        None => Ok(waiting_as(conn, &who).await?.into_iter().next().map(|it| it.user)),
    }
}

/// The sign-ups that wait under this name, or with this contact, the newest first.
pub(crate) async fn waiting_as(conn: &mut Conn, who: &Identifier) -> Result<Vec<Waiting>, StoreError> {
    let found = waiting::all_by_name(conn, &who.to_waiting_key()).await?;
    if found.is_empty() { waiting::all_with_contact(conn, &who.to_key()).await } else { Ok(found) }
}

/// The operator writes every attribute that the service doesn't set itself.
pub(crate) fn access(settings: &Settings) -> AccessLists {
    let names: Vec<AttributeName> = settings.schema.definitions().map(|it| it.name.clone()).collect();
    let written: Vec<_> = names.iter().filter(|name| **name != Standard::UpdatedAt).cloned().collect();
    AccessLists::resolve(&settings.schema, Some(&names), Some(&written))
}

/// Whether somebody with a username of their own, or without one, can say who they are once these contacts
/// are proven.
pub(crate) fn can_sign_in(settings: &Settings, proven: &[ContactKind]) -> bool {
    let options = settings.sign_in;
    options.username
        || proven.iter().any(|kind| match kind {
            ContactKind::Email => options.email,
            ContactKind::PhoneNumber => options.phone_number,
        })
}
