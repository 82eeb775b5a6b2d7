//! JSON: pages of ListUsers one after the other, lists of users, or one user a line; and the lines of our own
//! export.

use super::cognito::CognitoUser;
use super::contents::{Contents, FileEntry, Form};
use super::error::{LineError, REASON, printable};
use accounts::Timestamp;
use accounts::admin::{Arrival, Elsewhere};
use accounts::admin::{Moment, Record};
use model::AttributeName;
use nameplate_core::identifiers::ContactKind;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

/// What kind of object it is.
#[derive(Deserialize)]
struct ObjectKind<'a> {
    #[serde(rename = "Users", borrow)]
    users: Option<Vec<&'a RawValue>>,
    #[serde(rename = "PaginationToken")]
    pagination_token: Option<IgnoredAny>,
    #[serde(rename = "Username")]
    cognito_username: Option<IgnoredAny>,
    #[serde(rename = "Attributes", alias = "UserAttributes")]
    cognito_attributes: Option<IgnoredAny>,
    username: Option<IgnoredAny>,
}

/// Where things are in the text.
struct Places<'a> {
    text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl<'a> Places<'a> {
    fn new(text: &'a str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { text, lines: std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect() }
    }

    /// Line and column of a part of the text, counted from 1.
    fn of(&self, part: &str) -> (usize, usize) {
        let at = part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        let line = self.lines.partition_point(|begins| *begins <= at).max(1);
        (line, at - self.lines.get(line - 1).copied().unwrap_or_default() + 1)
    }

    /// What a parser says about a part, with the place in the whole.
    fn fault(&self, part: &str, error: &serde_json::Error) -> LineError {
        let (line, column) = self.of(part);
        let (down, across) = (error.line().max(1), error.column().max(1));
        let column = if down == 1 { column + across - 1 } else { across };
        // Its own place, at the end of its words, is that in the part.
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default();
        LineError::at(format!("line {}, column {column}", line + down - 1), printable(words))
    }
}

/// Reads on, account by account.
struct Reader<'a> {
    places: Places<'a>,
    now: Timestamp,
    entries: Vec<FileEntry<'a>>,
}

/// In a list of pages there is nothing deeper.
const DEEPEST: usize = 3;

pub fn read(text: &str, now: Timestamp) -> Result<Contents<'_>, LineError> {
    let mut reader = Reader { places: Places::new(text), now, entries: Vec::new() };
    let whole: Result<Vec<&RawValue>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
    match whole {
        Ok(values) => values.into_iter().for_each(|value| reader.take(value.get(), None, 0)),
        // Where each line is one by itself, a broken one spoils no other.
        Err(error) => {
            let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
            let by_lines = lines().nth(1).is_some()
                && lines().next().is_some_and(|line| serde_json::from_str::<&RawValue>(line).is_ok());
            if !by_lines {
                return Err(reader.places.fault(text, &error));
            }
            for line in lines() {
                match serde_json::from_str::<&RawValue>(line) {
                    Ok(value) => reader.take(value.get(), None, 0),
                    Err(error) => reader.refuse(line, reader.places.fault(line, &error)),
                }
            }
        }
    }
    Ok(Contents { form: Form::Json, entries: reader.entries, remarks: Vec::new() })
}

impl<'a> Reader<'a> {
    fn refuse(&mut self, source: &'a str, fault: LineError) {
        self.entries.push(FileEntry { source, read: Err(vec![fault]) });
    }

    /// A page, a list, or an account. `number`: which one of its list, counted from 0.
    fn take(&mut self, source: &'a str, number: Option<usize>, depth: usize) {
        let inner = match source.as_bytes().first() {
            Some(b'[') if depth < DEEPEST => serde_json::from_str(source).map(Some),
            Some(b'{') => match serde_json::from_str::<ObjectKind<'a>>(source) {
                Ok(ObjectKind { users: Some(users), .. }) => Ok(Some(users)),
                // The last page may have no more than this.
                Ok(ObjectKind { pagination_token: Some(_), cognito_username: None, .. }) => {
                    Ok(Some(Vec::new()))
                }
                Ok(kind) => return self.account(source, number, &kind),
                Err(error) => Err(error),
            },
            _ => {
                let (line, column) = self.places.of(source);
                return self.refuse(
                    source,
                    LineError::at(
                        format!("line {line}, column {column}"),
                        "this is no user, but a value of another kind",
                    ),
                );
            }
        };
        match inner {
            Ok(list) => {
                let list: Vec<&'a RawValue> = list.unwrap_or_default();
                for (number, value) in list.into_iter().enumerate() {
                    self.take(value.get(), Some(number), depth + 1);
                }
            }
            Err(error) => self.refuse(source, self.places.fault(source, &error)),
        }
    }

    fn account(&mut self, source: &'a str, number: Option<usize>, kind: &ObjectKind<'a>) {
        let (line, _) = self.places.of(source);
        let of_list = number.map(|number| format!(", Users[{number}]")).unwrap_or_default();
        let fault = |error: &serde_json::Error| vec![self.places.fault(source, error)];
        let read = if kind.cognito_username.is_some() || kind.cognito_attributes.is_some() {
            serde_json::from_str::<CognitoUser>(source).map_err(|error| fault(&error)).and_then(|user| {
                let place = format!("line {line}{of_list} ({})", printable(user.name()));
                user.into_arrival(place, self.now)
            })
        } else if kind.username.is_some() {
            exported(source)
                .map_err(|error| fault(&error))
                .and_then(|record| ours(format!("line {line}{of_list}"), record))
        } else {
            let wrong = "this is neither a user of Cognito's nor a line of nameplate user export";
            Err(vec![LineError::at(format!("line {line}{of_list}"), wrong)])
        };
        self.entries.push(FileEntry { source, read });
    }
}

/// What `nameplate user export` writes; also where it was left out before.
fn exported(source: &str) -> Result<Record, serde_json::Error> {
    if !source.contains(REASON) {
        return serde_json::from_str(source);
    }
    let mut object: serde_json::Map<String, Value> = serde_json::from_str(source)?;
    object.remove(REASON);
    serde_json::from_value(object.into())
}

fn ours(place: String, record: Record) -> Result<Arrival, Vec<LineError>> {
    let contact = |name: &AttributeName| {
        let wrong = || {
            vec![LineError {
                field: "verified".into(),
                ..LineError::at(&*place, format!("{name} is no contact"))
            }]
        };
        ContactKind::of(name).ok_or_else(wrong)
    };
    let verified = record.verified.iter().map(contact).collect::<Result<_, _>>()?;
    let since = |(name, at): (&AttributeName, &Moment)| Ok::<_, Vec<LineError>>((contact(name)?, *at));
    let verified_at = record.verified_at.iter().map(since).collect::<Result<_, _>>()?;
    Ok(Arrival {
        place,
        username: Some(record.username),
        sub: Some(record.sub),
        status: record.status,
        created_at: Some(record.created_at),
        updated_at: Some(record.updated_at),
        confirmed_at: record.confirmed_at,
        disabled_at: record.disabled_at,
        attributes: record.attributes.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
        verified,
        verified_at,
        password_hash: record.password_hash,
        temporary_password: record.temporary_password,
        contested: record.contested,
        elsewhere: Elsewhere::default(),
    })
}

/// An account that was left out, on one line, with the reason.
pub fn left_out(source: &str, reason: &str) -> String {
    let mut object = serde_json::Map::from_iter([(REASON.to_owned(), Value::from(reason))]);
    match serde_json::from_str::<Value>(source) {
        Ok(Value::Object(account)) => object.extend(account.into_iter().filter(|(name, _)| name != REASON)),
        _ => drop(object.insert("nameplate:text".into(), source.into())),
    }
    Value::from(object).to_string() + "\n"
}
