//! `[[clients]]`: the applications, and which attributes each may read and write.

use super::attributes::known;
use crate::config::problems::Problems;
use crate::config::values::duration::Span;
use crate::config::values::secret::Secret;
use model::{AccessLists, AttributeName, Schema, Standard};
use nameplate_core::client::{AppClient, ClientId, ClientSecret, Flow, TokenTimes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use url::Url;

/// An application and its access. The first one is the pages' own. An attribute outside of a client's read
/// list is never shown or returned to it; one outside of its write list is never written by it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientSection {
    /// What requests call it: 1 to 128 letters, digits, `_`, `+` or `-`. Don't change it later.
    pub id: String,
    /// What people call it. Without one they see its id.
    #[serde(default)]
    pub name: Option<String>,
    /// The attributes that it may read; `"standard"` stands for all the standard ones and the verified flags,
    /// and that is the list where there is none.
    #[serde(default)]
    pub read: Option<Vec<String>>,
    /// The attributes that it may write; `"standard"` stands for all the standard ones that people write, and
    /// that is the list where there is none.
    #[serde(default)]
    pub write: Option<Vec<String>>,
    /// A secret that only the application and this service know: its requests then carry a `SecretHash`, and
    /// are refused without. Only for applications that run on a server; 24 to 64 letters, digits, `_` or `+`.
    #[serde(default)]
    pub secret: Option<Secret>,
    /// A file with that secret, for a configuration that others may read.
    #[serde(default)]
    pub secret_file: Option<String>,
    /// The ways in which it may sign people in. `ALLOW_USER_SRP_AUTH` keeps, beside the hash of each
    /// password, what lets applications prove it without telling it. All of them where there is no list.
    #[serde(default)]
    pub flows: Option<Vec<FlowName>>,
    /// How long an access token and an ID token are good for: `5min` to `24h`.
    #[serde(default = "access_time")]
    pub access_token_lifetime: Span,
    /// How long a sign-in lasts, however often its refresh token is exchanged: `1h` to `3650days`. One that
    /// isn't used for `sessions.idle` ends before.
    #[serde(default = "refresh_time")]
    pub refresh_token_lifetime: Span,
    /// The origins whose pages may read what this application is answered, such as
    /// `"https://app.example.com"`. Every origin where there is no list; that is safe, since no cookie is
    /// read there.
    #[serde(default)]
    pub origins: Option<Vec<String>>,
    /// What is dangerous takes a sign-in that is no older than `sessions.fresh`, and not only a valid access
    /// token: changing an address or a second factor, and deleting the account. An application that is
    /// refused so signs its user in again.
    #[serde(default)]
    pub fresh: bool,
}

/// What an application may sign people in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(clippy::enum_variant_names, reason = "they are called so in user pools")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FlowName {
    AllowUserSrpAuth,
    AllowUserPasswordAuth,
    AllowRefreshTokenAuth,
}

impl FlowName {
    const fn flow(self) -> Flow {
        match self {
            Self::AllowUserSrpAuth => Flow::UserSrp,
            Self::AllowUserPasswordAuth => Flow::UserPassword,
            Self::AllowRefreshTokenAuth => Flow::RefreshToken,
        }
    }
}

fn access_time() -> Span {
    Span(TokenTimes::default().access)
}

fn refresh_time() -> Span {
    Span(TokenTimes::default().refresh)
}

impl ClientSection {
    /// The pages' client where none is configured.
    pub fn pages() -> Self {
        Self {
            id: "web".into(),
            name: None,
            read: None,
            write: None,
            secret: None,
            secret_file: None,
            flows: None,
            access_token_lifetime: access_time(),
            refresh_token_lifetime: refresh_time(),
            origins: None,
            fresh: false,
        }
    }

    fn secret(&self, key: &str, problems: &mut Problems<'_>) -> Option<ClientSecret> {
        let text = match (&self.secret, &self.secret_file) {
            (Some(_), Some(_)) => {
                problems.add(&format!("{key}.secret_file"), "there is a secret too", "one of the two");
                return None;
            }
            (Some(secret), None) => secret.reveal().to_owned(),
            (None, Some(path)) => match std::fs::read_to_string(path) {
                Ok(text) => text.trim().to_owned(),
                Err(error) => {
                    problems.add(
                        &format!("{key}.secret_file"),
                        format!("it can't be read ({error})"),
                        "a file with the secret and nothing else",
                    );
                    return None;
                }
            },
            (None, None) => return None,
        };
        let key = format!("{key}.{}", if self.secret.is_some() { "secret" } else { "secret_file" });
        let shaped = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+');
        if !SECRET.contains(&text.len()) || !text.chars().all(shaped) {
            problems.add(
                &key,
                "this is no secret of a client",
                "24 to 64 letters, digits, _ or +, made by chance",
            );
        }
        Some(ClientSecret::new(text))
    }

    fn times(&self, key: &str, problems: &mut Problems<'_>) -> TokenTimes {
        let (access, refresh) = (self.access_token_lifetime, self.refresh_token_lifetime);
        if !(Span::minutes(5)..=Span(TokenTimes::LONGEST_ACCESS)).contains(&access) {
            problems.add(
                &format!("{key}.access_token_lifetime"),
                format!("{access} is no time for it"),
                "\"5min\" to \"24h\"",
            );
        }
        if !(Span::hours(1)..=Span::days(3650)).contains(&refresh) {
            problems.add(
                &format!("{key}.refresh_token_lifetime"),
                format!("{refresh} is no time for it"),
                "\"1h\" to \"3650days\"",
            );
        }
        if refresh < access {
            problems.add(
                &format!("{key}.refresh_token_lifetime"),
                "it is shorter than that of the access token",
                format!("at least {access}"),
            );
        }
        TokenTimes { access: access.0, refresh: refresh.0 }
    }

    fn origins(&self, key: &str, problems: &mut Problems<'_>) -> Vec<String> {
        let origins = self.origins.clone().unwrap_or_default();
        for (index, origin) in origins.iter().enumerate() {
            let parsed = Url::parse(origin).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            // A browser sends no asterisk, so an origin with one would admit nobody.
            if origin.contains('*') || parsed.is_none_or(|url| url.origin().ascii_serialization() != *origin)
            {
                let right = "scheme, host and port as a browser sends them, such as \"https://app.example.com\", without a slash at the end";
                problems.add(&format!("{key}.origins[{index}]"), format!("\"{origin}\" is no origin"), right);
            }
        }
        if self.origins.as_ref().is_some_and(Vec::is_empty) {
            problems.add(
                &format!("{key}.origins"),
                "the list is empty",
                "at least one origin, or no list: then every origin may",
            );
        }
        origins
    }
}

/// As long as a Cognito client id may be (`ClientIdType`).
const ID_MAX: usize = 128;
/// How long a secret may be (`ClientSecretType`).
const SECRET: RangeInclusive<usize> = 24..=64;

/// The clients, the pages' own first.
pub fn clients(sections: &[ClientSection], schema: &Schema, problems: &mut Problems<'_>) -> Vec<AppClient> {
    if sections.is_empty() {
        problems.add(
            "clients",
            "the pages have no client",
            "at least one [[clients]] with an id, or none of them at all",
        );
    }
    let mut clients: Vec<AppClient> = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        let key = format!("clients[{index}]");
        let shaped = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-');
        if !(1..=ID_MAX).contains(&section.id.len()) || !section.id.chars().all(shaped) {
            problems.add(
                &format!("{key}.id"),
                "this can't be the id of a client",
                "1 to 128 letters, digits, _, + or -, such as \"web\"",
            );
        }
        if clients.iter().any(|it| it.id.0 == section.id) {
            problems.add(&format!("{key}.id"), "another client has this id", "an id of its own");
        }
        let read = list(section.read.as_ref(), &format!("{key}.read"), schema, problems);
        let mut write = list(section.write.as_ref(), &format!("{key}.write"), schema, problems);
        write.retain(|name| !is_set_by_service(name));
        let access = AccessLists::resolve(schema, Some(&read), Some(&write));
        let name = section.name.clone().unwrap_or_else(|| section.id.clone());
        if section.flows.as_ref().is_some_and(Vec::is_empty) {
            problems.add(
                &format!("{key}.flows"),
                "the list is empty, so nobody could sign in",
                "at least one flow, or no list: then all of them",
            );
        }
        let flows = section
            .flows
            .as_ref()
            .map_or_else(|| Flow::ALL.to_vec(), |names| names.iter().map(|name| name.flow()).collect());
        clients.push(AppClient {
            id: ClientId(section.id.clone()),
            name,
            access,
            tokens: section.times(&key, problems),
            secret: section.secret(&key, problems),
            flows,
            origins: section.origins(&key, problems),
            fresh: section.fresh,
        });
    }
    if let Some(pages) = clients.first() {
        required_must_be_writable(pages, schema, problems);
    }
    clients
}

/// The word for all the standard attributes in a list.
const STANDARD: &str = "standard";

fn list(
    names: Option<&Vec<String>>,
    key: &str,
    schema: &Schema,
    problems: &mut Problems<'_>,
) -> Vec<AttributeName> {
    let standard =
        || schema.definitions().filter(|it| it.name.standard().is_some()).map(|it| it.name.clone());
    let Some(names) = names else { return standard().collect() };
    let (all, rest): (Vec<_>, Vec<_>) = names.iter().cloned().partition(|name| name == STANDARD);
    let mut found = known(&rest, key, schema, problems);
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
fn required_must_be_writable(pages: &AppClient, schema: &Schema, problems: &mut Problems<'_>) {
    for definition in schema.definitions().filter(|it| it.required && it.name != Standard::Sub) {
        let name = &definition.name;
        // Whichever of the two keys somebody wrote: the other one is only there by default.
        let key =
            if problems.is_default("clients[0].write") { "attributes.required" } else { "clients[0].write" };
        if is_set_by_service(name) {
            problems.add(
                "attributes.required",
                format!("\"{name}\" is set by the service itself"),
                "a list without it",
            );
        } else if !pages.access.may_write(name) {
            problems.add(
                key,
                format!("the pages' client \"{}\" can't write \"{name}\", which is required at sign-up", pages.name),
                format!("\"{name}\" in the write list of that client in [[clients]], or an attribute that is not required"),
            );
        }
    }
}
