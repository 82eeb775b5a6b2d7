//! `[[clients]]`: the applications, and which attributes each may read and write.

use super::attributes::known;
use super::faults::Faults;
use model::{AccessLists, AttributeName, Schema, Standard};
use pool::settings::{AppClient, ClientId, TokenTimes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An application and its access. The first one is the pages' own. An attribute outside of a client's read list is never
/// shown or returned to it; one outside of its write list is never written by it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientSection {
    /// What requests call it: 1 to 128 letters, digits, `_`, `+` or `-`. Don't change it later.
    pub id: String,
    /// What people call it. Without one they see its id.
    #[serde(default)]
    pub name: Option<String>,
    /// The attributes that it may read; `"standard"` stands for all the standard ones and the verified flags, and that is
    /// the list where there is none.
    #[serde(default)]
    pub read: Option<Vec<String>>,
    /// The attributes that it may write; `"standard"` stands for all the standard ones that people write, and that is the
    /// list where there is none.
    #[serde(default)]
    pub write: Option<Vec<String>>,
}

impl ClientSection {
    /// The pages' client where none is configured.
    pub(super) fn pages() -> Self {
        Self { id: "web".into(), name: None, read: None, write: None }
    }
}

/// As long as a Cognito client id may be (`ClientIdType`).
const ID_MAX: usize = 128;

/// The clients, the pages' own first.
pub(super) fn clients(sections: &[ClientSection], schema: &Schema, faults: &mut Faults<'_>) -> Vec<AppClient> {
    if sections.is_empty() {
        faults.add("clients", "the pages have no client", "at least one [[clients]] with an id, or none of them at all");
    }
    let mut clients: Vec<AppClient> = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        let key = format!("clients[{index}]");
        let shaped = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-');
        if !(1..=ID_MAX).contains(&section.id.len()) || !section.id.chars().all(shaped) {
            faults.add(&format!("{key}.id"), "this can't be the id of a client", "1 to 128 letters, digits, _, + or -, such as \"web\"");
        }
        if clients.iter().any(|it| it.id.0 == section.id) {
            faults.add(&format!("{key}.id"), "another client has this id", "an id of its own");
        }
        let read = list(section.read.as_ref(), &format!("{key}.read"), schema, faults);
        let mut write = list(section.write.as_ref(), &format!("{key}.write"), schema, faults);
        write.retain(|name| !is_set_by_service(name));
        let access = AccessLists::resolve(schema, Some(&read), Some(&write));
        let name = section.name.clone().unwrap_or_else(|| section.id.clone());
        clients.push(AppClient { id: ClientId(section.id.clone()), name, access, tokens: TokenTimes::default() });
    }
    if let Some(pages) = clients.first() {
        required_must_be_writable(pages, schema, faults);
    }
    clients
}

/// The word for all the standard attributes in a list.
const STANDARD: &str = "standard";

fn list(names: Option<&Vec<String>>, key: &str, schema: &Schema, faults: &mut Faults<'_>) -> Vec<AttributeName> {
    let standard = || schema.definitions().filter(|it| it.name.standard().is_some()).map(|it| it.name.clone());
    let Some(names) = names else { return standard().collect() };
    let (all, rest): (Vec<_>, Vec<_>) = names.iter().cloned().partition(|name| name == STANDARD);
    let mut found = known(&rest, key, schema, faults);
    if !all.is_empty() {
        found.extend(standard());
    }
    found
}

/// What no client ever writes. An immutable attribute is not among it: it is written once, at sign-up.
fn is_set_by_service(name: &AttributeName) -> bool {
    name.standard().is_some_and(|it| it.is_set_by_service() || it == Standard::UpdatedAt)
}

/// Nobody could sign up: the pages would have to ask for what they may not write.
fn required_must_be_writable(pages: &AppClient, schema: &Schema, faults: &mut Faults<'_>) {
    for definition in schema.definitions().filter(|it| it.required && it.name != Standard::Sub) {
        let name = &definition.name;
        // Whichever of the two keys somebody wrote: the other one is only there by default.
        let key = if faults.is_default("clients[0].write") { "attributes.required" } else { "clients[0].write" };
        if is_set_by_service(name) {
            faults.add("attributes.required", format!("\"{name}\" is set by the service itself"), "a list without it");
        } else if !pages.access.may_write(name) {
            faults.add(
                key,
                format!("the pages' client \"{}\" can't write \"{name}\", which is required at sign-up", pages.name),
                format!("\"{name}\" in the write list of that client in [[clients]], or an attribute that is not required"),
            );
        }
    }
}
