//! `nameplate user import`.

use super::reading::{Fault, read};
use super::say;
use clap::{Args, ValueEnum};
use pool::Pool;
use pool::admin::import_users::{ImportFault, ImportRules, ImportUsersError, Imported, Unknown, Wrong};
use std::error::Error;
use std::fmt;
use std::io::{IsTerminal, Write, stderr};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
    /// A file that `nameplate user export` wrote, the answer of Cognito's list-users (JSON), or a file with the CSV header
    /// of a Cognito user pool.
    file: PathBuf,
    /// Only say what is wrong with it, and write nothing.
    #[arg(long)]
    check: bool,
    /// Attributes that the configuration doesn't have: refuse the file, or leave them behind.
    #[arg(long, value_enum, default_value_t = UnknownAttributes::Refuse)]
    unknown: UnknownAttributes,
    /// Leave accounts alone whose username or sub is there already, so that what was interrupted can be begun anew.
    #[arg(long)]
    skip_existing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum UnknownAttributes {
    Refuse,
    Drop,
}

/// The file can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{path} can't be read")]
struct Unreadable {
    path: String,
    #[source]
    source: std::io::Error,
}

/// More lines than anybody reads say less.
const MOST_SHOWN: usize = 100;

/// What is wrong with the file, a line for each.
#[derive(Debug)]
struct Faulty(Vec<Fault>);

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in self.0.iter().take(MOST_SHOWN) {
            writeln!(f, "{fault}")?;
        }
        match self.0.len().checked_sub(MOST_SHOWN) {
            Some(more @ 1..) => write!(f, "and {more} more; no account came in"),
            _ => f.write_str("no account came in"),
        }
    }
}

impl Error for Faulty {}

fn in_words(fault: ImportFault) -> Fault {
    let wrong = match fault.wrong {
        Wrong::Told(why) => app::text::sentence(why).replace('\n', "; "),
        other => other.to_string(),
    };
    Fault { place: fault.place, field: fault.field, wrong }
}

impl Import {
    pub(super) async fn run(self, pool: &Pool) -> Result<(), Box<dyn Error>> {
        let text = std::fs::read_to_string(&self.file);
        let text = text.map_err(|source| Unreadable { path: self.file.display().to_string(), source })?;
        let arrivals = read(&text, pool.now()).map_err(Faulty)?;
        let unknown = match self.unknown {
            UnknownAttributes::Refuse => Unknown::Refuse,
            UnknownAttributes::Drop => Unknown::Drop,
        };
        let rules = ImportRules { unknown, skip_existing: self.skip_existing };
        let done = match self.check {
            true => pool.check_import(&arrivals, rules).await,
            false => {
                let mut shown = Shown { at_once: stderr().is_terminal(), all: arrivals.len(), last: 0 };
                pool.import_users(&arrivals, rules, |done| shown.tell(done)).await
            }
        };
        let done = done.map_err(|error| match error {
            ImportUsersError::Faults(faults) => Box::<dyn Error>::from(Faulty(faults.into_iter().map(in_words).collect())),
            other => other.into(),
        })?;
        say(&summary(done, self.check));
        Ok(())
    }
}

fn summary(done: Imported, check: bool) -> String {
    let Imported { accounts, skipped, without_password, unreachable } = done;
    let mut text = match check {
        true => format!("the file is right: {} would come in\n", counted(accounts)),
        false => format!("{} came in\n", counted(accounts)),
    };
    if skipped > 0 {
        text += &format!("{skipped} were there already, and stay as they are\n");
    }
    if without_password > 0 {
        text += &format!("{without_password} of them have no password here: they choose one by \"Forgot your password?\"\n");
    }
    if unreachable > 0 {
        text +=
            &format!("{unreachable} of those have no verified contact for that: set their passwords with nameplate user reset-password\n");
    }
    text
}

fn counted(accounts: usize) -> String {
    if accounts == 1 { "1 account".to_owned() } else { format!("{accounts} accounts") }
}

/// How far it is, for people on a terminal and for logs.
struct Shown {
    at_once: bool,
    all: usize,
    last: usize,
}

impl Shown {
    /// A log needs no line for less.
    const STEP: usize = 10_000;

    fn tell(&mut self, done: usize) {
        if !self.at_once && done - self.last < Self::STEP {
            return;
        }
        self.last = done;
        let (begin, end) = if self.at_once { ("\r", if done >= self.all { "\n" } else { "" }) } else { ("", "\n") };
        // Nobody may be looking.
        _ = stderr().write_all(format!("{begin}{done} of {}{end}", self.all).as_bytes());
    }
}
