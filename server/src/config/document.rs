//! The text of a configuration file, and the line of each of its keys.

use super::keys::{self, ValueKind};
use super::problems::{ConfigError, Problem, Source, did_you_mean};
use super::sections::File;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A file that has been read: only keys that exist, and values of their types.
#[derive(Debug, Clone, Default)]
pub(super) struct Document {
    path: PathBuf,
    text: String,
    /// Where each key and its value stand in the text.
    spans: BTreeMap<String, Range<usize>>,
    pub(super) table: toml::Table,
}

impl Document {
    /// Reads the text of the file at `path`.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let mut document = Self { path: path.to_owned(), text: text.to_owned(), ..Self::default() };
        let parsed = DeTable::parse(text).map_err(|error| document.not_toml(&error))?;
        document.walk("", parsed.get_ref());
        document.refuse_unknown_keys()?;
        document.table = toml::from_str(text).map_err(|error| document.not_toml(&error))?;
        File::deserialize(toml::Deserializer::parse(text).map_err(|error| document.not_toml(&error))?)
            .map_err(|error| document.wrong_type(&error))?;
        Ok(document)
    }

    /// Where a key stands, if the file has it (or the table around it).
    pub(super) fn source_of(&self, key: &str) -> Option<Source> {
        let span = self.spans.get(key).or_else(|| {
            key.rsplit_once('.')
                .filter(|(table, _)| table.ends_with(']'))
                .and_then(|(table, _)| self.spans.get(table))
        })?;
        Some(self.at(span.start))
    }

    fn at(&self, offset: usize) -> Source {
        let line = 1 + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
        Source::File { path: self.path.clone(), line: Some(line) }
    }

    fn walk(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table.iter() {
            let key = if prefix.is_empty() {
                name.get_ref().to_string()
            } else {
                format!("{prefix}.{}", name.get_ref())
            };
            self.spans.insert(key.clone(), name.span().start..value.span().end.max(name.span().end));
            self.walk_value(&key, value);
        }
    }

    fn walk_value(&mut self, key: &str, value: &Spanned<DeValue<'_>>) {
        match value.get_ref() {
            DeValue::Table(table) => self.walk(key, table),
            DeValue::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let key = format!("{key}[{index}]");
                    self.spans.insert(key.clone(), item.span());
                    self.walk_value(&key, item);
                }
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
    }

    /// All of them at once: whoever mistyped one has often mistyped two.
    fn refuse_unknown_keys(&self) -> Result<(), ConfigError> {
        let known = |path: &str| {
            let path: String = without_indexes(path);
            keys::section(&path).is_some() || keys::key(&path).is_some()
        };
        let mut problems: Vec<Problem> = Vec::new();
        for (path, span) in &self.spans {
            // What stands below an unknown table is unknown with it.
            let below = |problem: &Problem| {
                path.strip_prefix(&problem.key).is_some_and(|rest| rest.starts_with(['.', '[']))
            };
            if !known(path) && !problems.iter().any(below) {
                let below_value = path
                    .rsplit_once('.')
                    .is_some_and(|(table, _)| keys::key(&without_indexes(table)).is_some());
                if !below_value {
                    let right = meant(path);
                    problems.push(Problem {
                        source: self.at(span.start),
                        key: path.clone(),
                        wrong: "there is no such key".into(),
                        right,
                    });
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(ConfigError { problems }) }
    }

    fn not_toml(&self, error: &toml::de::Error) -> ConfigError {
        let source = error
            .span()
            .map_or_else(|| Source::File { path: self.path.clone(), line: None }, |span| self.at(span.start));
        let wrong = format!("this is not TOML ({})", error.message().trim().replace('\n', "; "));
        Problem {
            source,
            key: String::new(),
            wrong,
            right: "lines such as name = \"Nameplate\" below a [section]".into(),
        }
        .into()
    }

    /// What the key is, is the innermost one around the place that the parser complains about.
    fn wrong_type(&self, error: &toml::de::Error) -> ConfigError {
        let span = error.span().unwrap_or(0..0);
        let around =
            |(_, range): &(&String, &Range<usize>)| range.start <= span.start && span.end <= range.end;
        let key =
            self.spans.iter().filter(around).min_by_key(|(_, range)| range.len()).map_or("", |(key, _)| key);
        wrong_value(self.at(span.start), key, error)
    }
}

/// The refusal of a value that has not the type of its key.
pub(super) fn wrong_value(source: Source, key: &str, error: &toml::de::Error) -> ConfigError {
    let bare = without_indexes(key);
    let known = keys::key(&bare);
    let right = known.map_or_else(
        || format!("see [{bare}] in docs/config.md"),
        |key| match key.default.as_null() {
            None => format!("{}; by default {}", key.kind.words(), key.default),
            Some(()) => key.kind.words(),
        },
    );
    let wrong = match known.map(|key| &key.kind) {
        // The parser's words repeat the value.
        Some(ValueKind::Secret) => "this is no text".to_owned(),
        _ => error.message().trim().replace('\n', "; "),
    };
    Problem { source, key: key.to_owned(), wrong, right }.into()
}

/// `clients[0].id` is a `clients.id`.
fn without_indexes(path: &str) -> String {
    let mut depth = 0;
    path.chars()
        .filter(|c| {
            depth += i32::from(*c == '[');
            let keep = depth == 0;
            depth -= i32::from(*c == ']');
            keep
        })
        .collect()
}

/// What was probably meant by an unknown key: a sister of that name, or the same key in another section.
fn meant(path: &str) -> String {
    let bare = without_indexes(path);
    let (table, name) = bare.rsplit_once('.').unwrap_or(("", &bare));
    let Some(section) = keys::section(table) else {
        let names = || keys::sections().iter().map(|section| section.name.as_str());
        let home = keys::sections().iter().find(|section| section.keys.iter().any(|key| key.name == name));
        return match (did_you_mean(name, names()), home) {
            (_, Some(home)) if table.is_empty() => format!("\"{name}\" below [{}]", home.name),
            (Some(name), _) => name,
            (None, _) => format!("one of {}", names().collect::<Vec<_>>().join(", ")),
        };
    };
    let names = || section.keys.iter().map(|key| key.name.as_str());
    let home = keys::sections().iter().find(|section| section.keys.iter().any(|key| key.name == name));
    match (home, did_you_mean(name, names())) {
        (Some(home), _) => format!("\"{name}\" below [{}]", home.name),
        (None, Some(name)) => name,
        (None, None) => format!("one of {}", names().collect::<Vec<_>>().join(", ")),
    }
}
