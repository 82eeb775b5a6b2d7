//! What is wrong with a configuration: where it stands, what is wrong, what would be right.

use super::values::duration::Span;
use std::fmt;
use std::path::PathBuf;

/// Where a value of the configuration comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A line of the file.
    File { path: PathBuf, line: Option<usize> },
    /// An environment variable.
    Environment(String),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: Some(line) } => write!(f, "{}, line {line}", path.display()),
            Self::File { path, line: None } => write!(f, "{}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Default => f.write_str("by default"),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub source: Source,
    /// The key with its section, such as `password.min_length`; empty for the file as a whole.
    pub key: String,
    pub wrong: String,
    pub right: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, key, wrong, right } = self;
        write!(f, "{source}: ")?;
        if !key.is_empty() {
            write!(f, "{key}: ")?;
        }
        write!(f, "{wrong}. Right would be: {right}.")
    }
}

/// Why the configuration is refused: everything that is wrong with it, at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            write!(f, "{line_break}{problem}")?;
        }
        Ok(())
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

/// Collects what is wrong while the sections are checked.
pub(super) struct Problems<'a> {
    source: &'a dyn Fn(&str) -> Source,
    found: Vec<Problem>,
}

impl<'a> Problems<'a> {
    /// `source` knows where the value of a key comes from.
    pub(super) fn new(source: &'a dyn Fn(&str) -> Source) -> Self {
        Self { source, found: Vec::new() }
    }

    pub(super) fn add(&mut self, key: &str, wrong: impl Into<String>, right: impl Into<String>) {
        self.found.push(Problem {
            source: (self.source)(key),
            key: key.into(),
            wrong: wrong.into(),
            right: right.into(),
        });
    }

    /// Whether nobody said anything about this key.
    pub(super) fn is_default(&self, key: &str) -> bool {
        (self.source)(key) == Source::Default
    }

    /// Refuses a wait of no time at all.
    pub(super) fn positive(&mut self, key: &str, span: Span) {
        if span.0.is_zero() {
            self.add(key, "this is no time at all", "a duration such as \"30s\", \"15min\" or \"24h\"");
        }
    }

    /// Refuses zero where zero would close a door for everybody.
    pub(super) fn at_least_one(&mut self, key: &str, number: u64) {
        if number == 0 {
            self.add(key, "0 would refuse everybody", "a number from 1 on");
        }
    }

    pub(super) fn into_result(self) -> Result<(), ConfigError> {
        if self.found.is_empty() { Ok(()) } else { Err(ConfigError { problems: self.found }) }
    }
}

/// The name that was probably meant.
pub(super) fn did_you_mean<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let close = |name: &str| strsim::damerau_levenshtein(&typed.to_lowercase(), name);
    let (distance, name) = names.map(|name| (close(name), name)).min()?;
    (distance <= 1 + typed.chars().count() / 4).then(|| format!("\"{name}\""))
}
