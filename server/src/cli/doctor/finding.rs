//! What doctor says about one thing that it looked at.

use serde::Serialize;
use std::error::Error;

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    Ok,
    /// Nothing is broken, and somebody should know.
    Look,
    Wrong,
}

impl Mark {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Look => "look",
            Self::Wrong => "wrong",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub struct Finding {
    what: &'static str,
    pub mark: Mark,
    /// How it is, in words.
    says: String,
    /// What to do about it.
    #[serde(rename = "do", skip_serializing_if = "Option::is_none")]
    todo: Option<String>,
}

impl Finding {
    pub fn ok(what: &'static str, says: impl Into<String>) -> Self {
        Self { what, mark: Mark::Ok, says: says.into(), todo: None }
    }

    pub fn look(what: &'static str, says: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { what, mark: Mark::Look, says: says.into(), todo: Some(todo.into()) }
    }

    pub fn wrong(what: &'static str, says: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { what, mark: Mark::Wrong, says: says.into(), todo: Some(todo.into()) }
    }

    pub fn line(&self) -> String {
        let todo = self.todo.as_ref().map(|todo| format!(": {todo}")).unwrap_or_default();
        format!("{:<6} {:<15} {}{todo}\n", self.mark.word(), self.what, self.says.replace('\n', "; "))
    }
}

/// An error with its causes, on one line.
pub fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
