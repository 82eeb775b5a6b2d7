//! What the environment says. The only place that reads it.

use super::keys::{self, ConfigKey, Section};
use super::problems::{ConfigError, Problem, Source, did_you_mean};
use super::values::secret::Secret;
use accounts::Keys;
use std::collections::BTreeMap;
use std::path::PathBuf;

const PREFIX: &str = "NAMEPLATE_";
const CONFIG: &str = "NAMEPLATE_CONFIG";
const KEYS: &str = "NAMEPLATE_KEYS";

/// The variables that start with `NAMEPLATE_`. An empty one counts as absent, as is usual in compose files.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

/// Only the names: values may be secret.
impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Result<Self, ConfigError> {
        let mut variables = BTreeMap::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
            let value = value.into_string().map_err(|_| Problem {
                source: Source::Environment(name.into()),
                key: String::new(),
                wrong: "its value is not UTF-8".into(),
                right: "a text in UTF-8".into(),
            })?;
            variables.insert(name.to_owned(), value);
        }
        Ok(Self::from_iter(variables))
    }

    /// Where `cargo leptos watch` tells open pages to load again; it may be asked to use another port than
    /// its usual one.
    #[expect(clippy::disallowed_methods, reason = "this is the file that reads the environment")]
    pub fn reload_port() -> u32 {
        let told = std::env::var("LEPTOS_RELOAD_PORT").ok().filter(|_| cfg!(debug_assertions));
        told.and_then(|port| port.parse().ok()).unwrap_or(3001)
    }

    pub(super) fn config_file(&self) -> Option<PathBuf> {
        self.variables.get(CONFIG).map(PathBuf::from)
    }

    /// Keys instead of a key file. What is wrong with them is said without them.
    pub(super) fn keys(&self) -> Result<Option<Secret>, ConfigError> {
        let Some(text) = self.variables.get(KEYS) else { return Ok(None) };
        Keys::from_text(text).map_err(|error| Problem {
            source: Source::Environment(KEYS.into()),
            key: String::new(),
            wrong: error.to_string(),
            right: "the text of the file \"keys\" of a data folder".into(),
        })?;
        Ok(Some(Secret::new(text)))
    }

    /// The keys of the file that it overrides: section, key, the variable's name and value.
    pub(super) fn overrides(
        &self,
    ) -> impl Iterator<Item = (&'static Section, &'static ConfigKey, &str, &str)> {
        let named =
            |key: &'static ConfigKey| key.env.as_deref().and_then(|name| self.variables.get_key_value(name));
        let keys =
            keys::sections().iter().flat_map(|section| section.keys.iter().map(move |key| (section, key)));
        keys.filter_map(move |(section, key)| {
            named(key).map(|(name, value)| (section, key, name.as_str(), value.as_str()))
        })
    }

    /// Variables that look like ours and mean nothing. They don't stop the start: the prefix isn't ours
    /// alone.
    pub(super) fn unknown(&self) -> Vec<String> {
        let known = || {
            keys::sections()
                .iter()
                .flat_map(|section| &section.keys)
                .filter_map(|key| key.env.as_deref())
                .chain([CONFIG, KEYS])
        };
        let strange = self.variables.keys().filter(|name| !known().any(|it| it == name.as_str()));
        strange
            .map(|name| {
                let meant = did_you_mean(
                    &name.to_lowercase(),
                    known().map(str::to_lowercase).collect::<Vec<_>>().iter().map(String::as_str),
                );
                let meant = meant
                    .map(|meant| format!(" (did you mean {}?)", meant.trim_matches('"').to_uppercase()))
                    .unwrap_or_default();
                format!("the environment variable {name} is not one of the settings{meant}")
            })
            .collect()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self { variables: variables.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect() }
    }
}

impl<'a, const N: usize> From<[(&'a str, &'a str); N]> for Environment {
    fn from(variables: [(&'a str, &'a str); N]) -> Self {
        variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}
