//! Accounts as Cognito's ListUsers and AdminGetUser answer them (`UserType`).

use super::arrival::arrival;
use super::error::{LineError, printable};
use super::values::moment;
use accounts::Timestamp;
use accounts::admin::{Arrival, Elsewhere};
use accounts::admin::{Moment, Status};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// `UserType`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CognitoUser {
    username: String,
    /// AdminGetUser calls them `UserAttributes`.
    #[serde(alias = "UserAttributes")]
    attributes: Option<Vec<CognitoAttribute>>,
    user_create_date: Option<Value>,
    user_last_modified_date: Option<Value>,
    enabled: Option<bool>,
    user_status: Option<String>,
    #[serde(rename = "MFAOptions")]
    mfa_options: Option<Vec<Value>>,
    preferred_mfa_setting: Option<String>,
    #[serde(rename = "UserMFASettingList")]
    mfa_settings: Option<Vec<Value>>,
}

/// `AttributeType`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CognitoAttribute {
    name: String,
    /// A text; tools that print it may make a number or a truth value of it.
    #[serde(default)]
    value: Value,
}

/// What a user's status there means here: whether they wait for a code, and whether they may sign in.
enum Standing {
    Confirmed,
    Waits,
    Disabled,
}

/// `UserStatusType`, with all that has been documented.
fn standing(status: &str) -> Option<Standing> {
    match status {
        "UNCONFIRMED" => Some(Standing::Waits),
        "CONFIRMED" | "RESET_REQUIRED" | "FORCE_CHANGE_PASSWORD" | "EXTERNAL_PROVIDER" | "UNKNOWN" => {
            Some(Standing::Confirmed)
        }
        "ARCHIVED" | "COMPROMISED" => Some(Standing::Disabled),
        _ => None,
    }
}

impl CognitoUser {
    pub(super) fn name(&self) -> &str {
        &self.username
    }

    pub(super) fn into_arrival(self, place: String, now: Timestamp) -> Result<Arrival, Vec<LineError>> {
        let mut faults = Vec::new();
        let mut fault = |field: &str, wrong: String| {
            faults.push(LineError { place: place.clone(), field: field.to_owned(), wrong });
        };
        let mut moment = |field: &str, date: Option<Value>| match date {
            None | Some(Value::Null) => None,
            Some(date) => {
                let read = moment(&date);
                if read.is_none() {
                    fault(field, "this is no time".into());
                }
                read
            }
        };
        let created_at = moment("UserCreateDate", self.user_create_date);
        let updated_at = moment("UserLastModifiedDate", self.user_last_modified_date);
        let status = self.user_status.as_deref().unwrap_or("CONFIRMED");
        let standing = standing(status).unwrap_or_else(|| {
            fault("UserStatus", format!("{} is no status of Cognito's", printable(status)));
            Standing::Confirmed
        });
        let mut attributes = BTreeMap::new();
        for CognitoAttribute { name, value } in self.attributes.unwrap_or_default() {
            match text_of(value) {
                None => fault(&printable(&name), "this is no text".into()),
                Some(text) => {
                    if attributes.insert(name.clone(), text).is_some() {
                        fault(&printable(&name), "this attribute is there twice".into());
                    }
                }
            }
        }
        let provider =
            (status == "EXTERNAL_PROVIDER").then(|| provider(&self.username, attributes.get("identities")));
        let some = |list: &Option<Vec<Value>>| list.as_ref().is_some_and(|list| !list.is_empty());
        let second_factor = some(&self.mfa_options)
            || some(&self.mfa_settings)
            || self.preferred_mfa_setting.is_some_and(|it| !it.is_empty());
        let disabled = self.enabled == Some(false) || matches!(standing, Standing::Disabled);
        let arrival = match arrival(place, Some(self.username), attributes) {
            Ok(arrival) if faults.is_empty() => arrival,
            Ok(_) => return Err(faults),
            Err(more) => return Err([faults, more].concat()),
        };
        Ok(Arrival {
            status: if matches!(standing, Standing::Waits) { Status::Unconfirmed } else { Status::Confirmed },
            created_at,
            updated_at: updated_at.or(arrival.updated_at),
            disabled_at: disabled.then_some(Moment(now)),
            elsewhere: Elsewhere { provider, second_factor },
            ..arrival
        })
    }
}

fn text_of(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// What the provider is called that somebody signed in through: `identities` says so, and else the username's
/// first part.
fn provider(username: &str, identities: Option<&String>) -> String {
    let identities = identities.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let named = identities.as_ref().and_then(|it| it.get(0)?.get("providerName")?.as_str());
    let prefix = username.split_once('_').map(|(provider, _)| provider);
    printable(named.or(prefix).unwrap_or("another provider"))
}
