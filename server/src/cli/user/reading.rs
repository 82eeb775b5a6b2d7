//! Files with accounts: our own, one line of JSON for each; what `aws cognito-idp list-users` prints, in all
//! its forms; the CSV that Cognito's user pools are filled with.

mod cognito;
mod decode;
mod json;
mod table;

pub(super) use decode::decode;
pub(super) use json::left_out as left_out_json;
pub(super) use table::Table;

use pool::Timestamp;
use pool::admin::Status;
use pool::admin::import_users::{Arrival, Elsewhere};
use pool::identifiers::ContactKind;
use std::collections::BTreeMap;
use std::fmt;

/// Where a file of accounts that were left out says why. It is read over.
pub(super) const REASON: &str = "nameplate:reason";

/// What is wrong at one place of the file.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) place: String,
    /// Empty: the place as a whole.
    pub(super) field: String,
    pub(super) wrong: String,
}

impl Fault {
    fn at(place: impl Into<String>, wrong: impl Into<String>) -> Self {
        Self { place: place.into(), field: String::new(), wrong: wrong.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, field, wrong } = self;
        match (place.as_str(), field.as_str()) {
            ("", _) => f.write_str(wrong),
            (_, "") => write!(f, "{place}: {wrong}"),
            _ => write!(f, "{place}, {field}: {wrong}"),
        }
    }
}

/// A file that could be read, though perhaps not every account in it.
#[derive(Debug)]
pub(super) struct Contents<'a> {
    pub(super) form: Form,
    pub(super) entries: Vec<Entry<'a>>,
    /// What is worth telling about the file as a whole.
    pub(super) remarks: Vec<String>,
}

/// How its accounts are written.
#[derive(Debug)]
pub(super) enum Form {
    Table(Table),
    Json,
}

/// One account.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// Its text in the file.
    pub(super) source: &'a str,
    pub(super) read: Result<Arrival, Vec<Fault>>,
}

/// Reads a file of whichever kind it is. The error is about the file as a whole.
pub(super) fn read(text: &str, now: Timestamp) -> Result<Contents<'_>, Fault> {
    if text.trim_start().starts_with(['{', '[']) { json::read(text, now) } else { table::read(text) }
}

/// Text from a file as it can be shown: nothing in it moves a cursor, and it isn't long.
pub(super) fn printable(text: &str) -> String {
    const LONGEST: usize = 80;
    let plain = |c: char| if c.is_control() || model::identifier::is_invisible(c) { '\u{FFFD}' } else { c };
    let mut shown: String = text.chars().take(LONGEST).map(plain).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// A confirmed account without a password. What Cognito sets itself is no attribute: the flags say which
/// contacts are verified, the times have fields of their own, and accounts elsewhere (`identities`) stay
/// there.
fn arrival(
    place: String,
    username: Option<String>,
    mut attributes: BTreeMap<String, String>,
) -> Result<Arrival, Vec<Fault>> {
    let sub = attributes.remove("sub").filter(|sub| !sub.trim().is_empty());
    let (mut verified, mut faults) = (Vec::new(), Vec::new());
    for kind in [ContactKind::Email, ContactKind::PhoneNumber] {
        let name = kind.verified_flag();
        match attributes.remove(name.as_str()).map(|flag| cognito::boolean(&flag)) {
            Some(None) => faults.push(Fault {
                field: name.as_str().to_owned(),
                ..Fault::at(&*place, "this is neither true nor false")
            }),
            Some(Some(true)) => verified.push(kind),
            Some(Some(false)) | None => {}
        }
    }
    let second_factor =
        attributes.get("cognito:mfa_enabled").and_then(|flag| cognito::boolean(flag)) == Some(true);
    let updated_at = attributes.remove("updated_at").and_then(|text| cognito::moment_in(&text));
    attributes.retain(|name, _| !name.starts_with("cognito:") && name != "identities");
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Arrival {
        place,
        username,
        sub,
        status: Status::Confirmed,
        created_at: None,
        updated_at,
        confirmed_at: None,
        disabled_at: None,
        attributes,
        verified,
        password_hash: None,
        temporary_password: false,
        contested: false,
        elsewhere: Elsewhere { provider: None, second_factor },
    })
}

#[cfg(test)]
mod tests;
