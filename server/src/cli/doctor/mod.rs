//! `nameplate doctor`: what is well and what isn't, in words. It changes nothing.

mod around;
mod inside;

use super::{configuration, say};
use clap::Args;
use pool::{Clock as _, SystemClock};
use serde::Serialize;
use std::error::Error;
use std::fmt;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// As JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Mark {
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
struct Finding {
    what: &'static str,
    mark: Mark,
    /// How it is, in words.
    says: String,
    /// What to do about it.
    #[serde(rename = "do", skip_serializing_if = "Option::is_none")]
    todo: Option<String>,
}

impl Finding {
    fn ok(what: &'static str, says: impl Into<String>) -> Self {
        Self { what, mark: Mark::Ok, says: says.into(), todo: None }
    }

    fn look(what: &'static str, says: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { what, mark: Mark::Look, says: says.into(), todo: Some(todo.into()) }
    }

    fn wrong(what: &'static str, says: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { what, mark: Mark::Wrong, says: says.into(), todo: Some(todo.into()) }
    }

    fn line(&self) -> String {
        let todo = self.todo.as_ref().map(|todo| format!(": {todo}")).unwrap_or_default();
        format!("{:<6} {:<15} {}{todo}\n", self.mark.word(), self.what, self.says.replace('\n', "; "))
    }
}

/// So many things are wrong; which, was said.
#[derive(Debug)]
struct Ill(usize);

impl fmt::Display for Ill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("one thing is wrong"),
            more => write!(f, "{more} things are wrong"),
        }
    }
}

impl Error for Ill {}

impl Arguments {
    pub(super) async fn run(&self) -> Result<(), Box<dyn Error>> {
        let config = configuration()?;
        let mut findings = around::configuration(&config);
        findings.extend(around::folder(&config.server));
        let (store, production) = inside::store(&config, SystemClock.now()).await;
        findings.extend(store);
        findings.push(around::mail(&config, production).await);
        findings.extend(around::address(&config.server).await);
        let wrong = findings.iter().filter(|finding| finding.mark == Mark::Wrong).count();
        match self.json {
            true => say(&(serde_json::to_string_pretty(&findings)? + "\n")),
            false => say(&findings.iter().map(Finding::line).collect::<String>()),
        }
        if wrong == 0 { Ok(()) } else { Err(Ill(wrong).into()) }
    }
}

/// An error with its causes, on one line.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
