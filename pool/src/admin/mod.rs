//! What the operator does to accounts, whoever they belong to. Each use case has its file, as those of people do.
//!
//! The command line runs these beside a program that serves, in a process of its own. On SQLite that is one more
//! writer: each takes the file's lock when its transaction begins (`BEGIN IMMEDIATE`) and waits for the others', so
//! what a transaction reads stays as it is until it ends.

pub mod browse;
pub mod confirm_user;
pub mod create_user;
pub mod delete_user;
pub mod disable_user;
pub mod import_users;
pub mod record;
pub mod reset_mfa;
pub mod reset_user_password;
pub mod update_user;

pub use record::{Moment, Record, Status};

use crate::identifiers::{ContactKind, Identifier};
use crate::sessions::Origin;
use crate::settings::Settings;
use crate::store::users::{self, User};
use crate::store::waiting::{self, Waiting};
use crate::store::{Conn, StoreError};
use model::{AccessLists, AttributeName, SignInOptions, Standard};
use std::net::{IpAddr, Ipv4Addr};

/// Where the operator is: at this machine.
fn operator() -> Origin {
    Origin::new(IpAddr::V4(Ipv4Addr::LOCALHOST), "nameplate user")
}

/// The account that the operator names: by its `sub`, by its username or a proven contact, or by what it was signed up
/// with while it waits for its code. The `sub` goes first: nobody chooses it, and a username may look like one.
async fn find(conn: &mut Conn, named: &str) -> Result<Option<User>, StoreError> {
    let named = named.trim();
    if let Some(user) = users::by_sub(conn, named).await? {
        return Ok(Some(user));
    }
    let every = SignInOptions { username: true, email: true, phone_number: true };
    let Some(who) = Identifier::parse(named, every) else { return Ok(None) };
    match users::by_identifier(conn, &who).await? {
        Some(user) => Ok(Some(user)),
        None => Ok(waiting_as(conn, &who).await?.into_iter().next().map(|it| it.user)),
    }
}

/// The sign-ups that wait under this name, or with this contact, the newest first.
async fn waiting_as(conn: &mut Conn, who: &Identifier) -> Result<Vec<Waiting>, StoreError> {
    let found = waiting::all_by_name(conn, &who.to_key()).await?;
    if found.is_empty() { waiting::all_with_contact(conn, &who.to_key()).await } else { Ok(found) }
}

/// The operator writes every attribute that the service doesn't set itself.
fn access(settings: &Settings) -> AccessLists {
    let names: Vec<AttributeName> = settings.schema.definitions().map(|it| it.name.clone()).collect();
    let written: Vec<_> = names.iter().filter(|name| **name != Standard::UpdatedAt).cloned().collect();
    AccessLists::resolve(&settings.schema, Some(&names), Some(&written))
}

/// Whether somebody with a username of their own, or without one, can say who they are once these contacts are proven.
fn can_sign_in(settings: &Settings, proven: &[ContactKind]) -> bool {
    let options = settings.sign_in;
    options.username
        || proven.iter().any(|kind| match kind {
            ContactKind::Email => options.email,
            ContactKind::PhoneNumber => options.phone_number,
        })
}

#[cfg(test)]
mod tests;
