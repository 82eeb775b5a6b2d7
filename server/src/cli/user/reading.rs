//! Files with accounts: our own, one line of JSON for each; the answer of Cognito's ListUsers; the CSV that its user
//! pools are filled with.

use pool::Timestamp;
use pool::admin::import_users::Arrival;
use pool::admin::{Moment, Record, Status};
use pool::identifiers::ContactKind;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// What is wrong at one place of the file.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) place: String,
    /// Empty: the place as a whole.
    pub(super) field: String,
    pub(super) wrong: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, field, wrong } = self;
        if field.is_empty() { write!(f, "{place}: {wrong}") } else { write!(f, "{place}, {field}: {wrong}") }
    }
}

/// Reads a file of whichever kind it is; all that is wrong with it, if anything is.
pub(super) fn read(text: &str, now: Timestamp) -> Result<Vec<Arrival>, Vec<Fault>> {
    let text = text.trim_start_matches('\u{FEFF}');
    if !text.trim_start().starts_with('{') {
        return csv(text);
    }
    let first = serde_json::Deserializer::from_str(text).into_iter::<Value>().next();
    match first {
        Some(Ok(value)) if value.get("Users").is_some() => cognito(text, now),
        _ => lines(text),
    }
}

/// The arrivals, or else every fault.
fn sorted(read: impl Iterator<Item = Result<Arrival, Fault>>) -> Result<Vec<Arrival>, Vec<Fault>> {
    let (mut arrivals, mut faults) = (Vec::new(), Vec::new());
    for one in read {
        match one {
            Ok(arrival) => arrivals.push(arrival),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(arrivals) } else { Err(faults) }
}

/// What `nameplate user export` writes.
fn lines(text: &str) -> Result<Vec<Arrival>, Vec<Fault>> {
    let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    sorted(numbered.map(|(number, line)| {
        let place = format!("line {}", number + 1);
        let fault = |field: &str, wrong: String| Fault { place: place.clone(), field: field.to_owned(), wrong };
        let record: Record = serde_json::from_str(line).map_err(|error| fault("", error.to_string()))?;
        let contact = |name| ContactKind::of(name).ok_or_else(|| fault("verified", format!("{name} is no contact")));
        let verified = record.verified.iter().map(contact).collect::<Result<_, _>>()?;
        Ok(Arrival {
            place: place.clone(),
            username: Some(record.username),
            sub: Some(record.sub),
            status: record.status,
            created_at: Some(record.created_at),
            updated_at: Some(record.updated_at),
            confirmed_at: record.confirmed_at,
            disabled_at: record.disabled_at,
            attributes: record.attributes.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
            verified,
            password_hash: record.password_hash,
            temporary_password: record.temporary_password,
        })
    }))
}

/// An answer of ListUsers; a file may hold several, one page after the other.
#[derive(Debug, Deserialize)]
struct UserPage {
    #[serde(rename = "Users")]
    users: Vec<CognitoUser>,
}

/// `UserType`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CognitoUser {
    username: String,
    #[serde(default)]
    attributes: Vec<CognitoAttribute>,
    user_create_date: Option<Value>,
    user_last_modified_date: Option<Value>,
    enabled: Option<bool>,
    user_status: Option<String>,
}

/// `AttributeType`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CognitoAttribute {
    name: String,
    #[serde(default)]
    value: String,
}

fn cognito(text: &str, now: Timestamp) -> Result<Vec<Arrival>, Vec<Fault>> {
    let mut users = Vec::new();
    for page in serde_json::Deserializer::from_str(text).into_iter::<UserPage>() {
        let fault =
            |error: serde_json::Error| Fault { place: format!("line {}", error.line()), field: String::new(), wrong: error.to_string() };
        users.extend(page.map_err(|error| vec![fault(error)])?.users);
    }
    sorted(users.into_iter().enumerate().map(|(number, user)| from_cognito(number, user, now)))
}

fn from_cognito(number: usize, user: CognitoUser, now: Timestamp) -> Result<Arrival, Fault> {
    let place = format!("Users[{number}] ({})", user.username);
    let moment = |field: &str, date: Option<Value>| {
        let wrong = || Fault { place: place.clone(), field: field.to_owned(), wrong: "this is no time".into() };
        date.map(|date| read_date(date).ok_or_else(wrong)).transpose()
    };
    let created_at = moment("UserCreateDate", user.user_create_date)?;
    let updated_at = moment("UserLastModifiedDate", user.user_last_modified_date)?;
    let status = match user.user_status.as_deref() {
        Some("UNCONFIRMED") => Status::Unconfirmed,
        _ => Status::Confirmed,
    };
    let attributes = user.attributes.into_iter().map(|it| (it.name, it.value)).collect();
    let disabled_at = (user.enabled == Some(false)).then_some(Moment(now));
    let arrival = arrival(place, Some(user.username), attributes);
    Ok(Arrival { status, created_at, updated_at, disabled_at, ..arrival })
}

/// RFC 3339, or seconds since 1970 as older tools write them.
fn read_date(date: Value) -> Option<Moment> {
    match date {
        Value::String(text) => text.try_into().ok(),
        Value::Number(seconds) => Some(Moment(Timestamp((seconds.as_f64()? * 1000.0).round() as i64))),
        _ => None,
    }
}

/// The CSV header of a user pool: `cognito:username`, the attributes, and what Cognito sets itself.
fn csv(text: &str) -> Result<Vec<Arrival>, Vec<Fault>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text.as_bytes());
    let whole = |wrong: String| vec![Fault { place: "line 1".into(), field: String::new(), wrong }];
    let header: Vec<String> = reader.headers().map_err(|error| whole(error.to_string()))?.iter().map(ToOwned::to_owned).collect();
    let is_name = |name: &String| matches!(name.as_str(), "cognito:username" | "username");
    if !header.iter().any(|name| is_name(name) || name == "email") {
        return Err(whole("this is none of the files that can be imported: no JSON, and no CSV with a column cognito:username".into()));
    }
    sorted(reader.records().enumerate().map(|(number, row)| {
        let row = row.map_err(|error| {
            let line = error.position().map_or(number as u64 + 2, csv::Position::line);
            Fault { place: format!("line {line}"), field: String::new(), wrong: error.to_string() }
        })?;
        let line = row.position().map_or(number as u64 + 2, csv::Position::line);
        let cells = || header.iter().zip(row.iter()).filter(|(_, value)| !value.trim().is_empty());
        let username = cells().find(|(name, _)| is_name(name)).map(|(_, value)| value.trim().to_owned());
        let attributes = cells().filter(|(name, _)| !is_name(name)).map(|(name, value)| (name.clone(), value.to_owned())).collect();
        Ok(arrival(format!("line {line}"), username, attributes))
    }))
}

/// A confirmed account without a password. What Cognito sets itself is no attribute: the flags say which contacts are
/// proven, the times have fields of their own, and accounts elsewhere (`identities`) stay there.
fn arrival(place: String, username: Option<String>, mut attributes: BTreeMap<String, String>) -> Arrival {
    let sub = attributes.remove("sub");
    let mut verified = Vec::new();
    for kind in [ContactKind::Email, ContactKind::PhoneNumber] {
        let flag = attributes.remove(kind.verified_flag().as_str());
        if flag.is_some_and(|flag| flag.trim().eq_ignore_ascii_case("true")) {
            verified.push(kind);
        }
    }
    attributes.retain(|name, _| !name.starts_with("cognito:") && !matches!(name.as_str(), "updated_at" | "identities"));
    Arrival {
        place,
        username,
        sub,
        status: Status::Confirmed,
        created_at: None,
        updated_at: None,
        confirmed_at: None,
        disabled_at: None,
        attributes,
        verified,
        password_hash: None,
        temporary_password: false,
    }
}
