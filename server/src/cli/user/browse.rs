//! `nameplate user list`, `show` and `export`.

use super::account::AccountArgument;
use crate::output::{self, print};
use accounts::Context;
use accounts::admin::{Moment, Record, Status};
use accounts::admin::{Page, Shown};
use app::text::label;
use clap::{Args, ValueEnum};
use model::AttributeName;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::UserId;
use serde::Serialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufWriter, ErrorKind, Write, stderr, stdout};

#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Only those in this state.
    #[arg(long)]
    status: Option<AccountState>,
    /// Only those in whose username, email address or phone number this text stands.
    #[arg(long)]
    search: Option<String>,
    /// One line of JSON for each account, for scripts.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AccountState {
    Confirmed,
    Unconfirmed,
    Disabled,
}

impl AccountState {
    fn of(record: &Record) -> Self {
        match (record.status, record.disabled_at) {
            (_, Some(_)) => Self::Disabled,
            (Status::Confirmed, None) => Self::Confirmed,
            (Status::Unconfirmed, None) => Self::Unconfirmed,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Unconfirmed => "unconfirmed",
            Self::Disabled => "disabled",
        }
    }
}

const CONTACTS: [ContactKind; 2] = [ContactKind::Email, ContactKind::PhoneNumber];

impl List {
    pub(super) async fn run(self, pool: &Context) -> Result<(), Box<dyn Error>> {
        let mut out = Lines::new();
        let (mut after, mut unreadable) = (None, Vec::new());
        loop {
            let Page { records, next, unreadable: more, .. } =
                accounts::admin::list_users(pool, after).await?;
            unreadable.extend(more);
            for record in records.iter().filter(|record| self.wants(record)) {
                out.line(&if self.json { serde_json::to_string(record)? } else { in_words(record) })?;
            }
            after = next;
            if after.is_none() || out.closed {
                out.end()?;
                return all_were_read(&unreadable);
            }
        }
    }

    fn wants(&self, record: &Record) -> bool {
        let contacts = CONTACTS.into_iter().filter_map(|kind| record.contact(kind)).map(|(value, _)| value);
        let found = |text: &String| {
            contacts
                .chain([record.username.as_str()])
                .any(|it| it.to_lowercase().contains(&text.to_lowercase()))
        };
        self.status.is_none_or(|state| AccountState::of(record) == state)
            && self.search.as_ref().is_none_or(found)
    }
}

/// One line for people: who, in which state, since when, and how to reach them.
fn in_words(record: &Record) -> String {
    let contacts = CONTACTS.into_iter().filter_map(|kind| record.contact(kind));
    let contacts = contacts
        .map(|(value, proven)| if proven { value.to_owned() } else { format!("{value} (not verified)") });
    let since = record.created_at.to_string();
    let day = since.split('T').next().unwrap_or_default();
    let state = AccountState::of(record).words();
    let contested = if record.contested { " (contested)" } else { "" };
    let contacts = contacts.collect::<Vec<_>>().join(", ");
    format!("{:<24} {state:<12} {day}  {contacts}{contested}", record.username).trim_end().to_owned()
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    #[command(flatten)]
    account: AccountArgument,
    /// As JSON, for scripts.
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) async fn run(self, pool: &Context) -> Result<(), Box<dyn Error>> {
        let shown = accounts::admin::find_user(pool, &self.account).await?;
        print(&if self.json { as_json(&shown)? } else { portrait(pool, &shown) });
        Ok(())
    }
}

/// An account as scripts read it.
#[derive(Serialize)]
struct ShownAsJson<'a> {
    #[serde(flatten)]
    record: &'a Record,
    sessions: i64,
    second_factors: Vec<&'static str>,
    passkeys: usize,
    last_seen_at: Option<Moment>,
    pending: BTreeMap<&'a str, &'a str>,
    hidden: &'a [AttributeName],
    also_waiting: Vec<&'a str>,
}

fn as_json(shown: &Shown) -> Result<String, serde_json::Error> {
    let json = ShownAsJson {
        record: &shown.record,
        sessions: shown.sessions,
        second_factors: shown.second_factors.iter().map(|it| it.as_str()).collect(),
        passkeys: shown.passkeys,
        last_seen_at: shown.last_seen_at,
        pending: shown.pending.iter().map(|(name, (value, _))| (name.as_str(), value.as_str())).collect(),
        hidden: &shown.hidden,
        also_waiting: shown.others.iter().map(|(contact, _)| contact.as_str()).collect(),
    };
    Ok(serde_json::to_string_pretty(&json)? + "\n")
}

fn portrait(pool: &Context, shown: &Shown) -> String {
    let record = &shown.record;
    let mut lines = vec![
        ("username".to_owned(), record.username.clone()),
        ("sub".to_owned(), record.sub.clone()),
        ("state".to_owned(), state_since(record)),
        ("created".to_owned(), record.created_at.to_string()),
        ("updated".to_owned(), record.updated_at.to_string()),
    ];
    let seen = shown.last_seen_at.map(|at| format!(", last used {at}")).unwrap_or_default();
    lines.push(("sessions".to_owned(), format!("{}{seen}", shown.sessions)));
    if !shown.second_factors.is_empty() {
        let names: Vec<_> = shown.second_factors.iter().map(|it| it.as_str()).collect();
        lines.push(("second factors".to_owned(), names.join(", ")));
    }
    if shown.passkeys > 0 {
        lines.push(("passkeys".to_owned(), shown.passkeys.to_string()));
    }
    if record.contested {
        lines.push((
            "contested".to_owned(),
            "others tried the same with another password, so it will be confirmed without one".to_owned(),
        ));
    }
    for (contact, since) in &shown.others {
        lines.push(("also waiting".to_owned(), format!("{contact}, since {since}")));
    }
    if record.temporary_password {
        lines.push(("password".to_owned(), "to be replaced at the next sign-in".to_owned()));
    }
    for (name, value) in &record.attributes {
        let contact = CONTACTS.iter().any(|kind| *name == kind.attribute());
        let mark = match (contact, record.verified.contains(name)) {
            (true, true) => " (verified)",
            (true, false) => " (not verified)",
            (false, _) if shown.hidden.contains(name) => {
                " (no longer in the configuration: hidden, and kept)"
            }
            (false, _) => "",
        };
        lines.push((name.to_string(), format!("{}{mark}", value.replace('\n', " / "))));
    }
    let schema = &pool.settings().schema;
    for (name, (value, since)) in &shown.pending {
        let what = label(name, schema);
        lines.push(("waiting".to_owned(), format!("{what} {value}: for its code, since {since}")));
    }
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    lines.iter().map(|(name, value)| format!("{name:<width$}  {value}\n")).collect()
}

fn state_since(record: &Record) -> String {
    let since = match AccountState::of(record) {
        AccountState::Disabled => record.disabled_at,
        AccountState::Confirmed => record.confirmed_at,
        AccountState::Unconfirmed => None,
    };
    let since = since.map(|at| format!(" since {at}")).unwrap_or_default();
    format!("{}{since}", AccountState::of(record).words())
}

/// `nameplate user export`.
pub(super) async fn export(pool: &Context) -> Result<(), Box<dyn Error>> {
    let mut out = Lines::new();
    let (mut after, mut left_behind, mut missing) = (None, 0, Vec::new());
    loop {
        let Page { records, next, guarded, unreadable } = accounts::admin::export_users(pool, after).await?;
        left_behind += guarded;
        missing.extend(unreadable);
        for record in &records {
            out.line(&serde_json::to_string(record)?)?;
        }
        after = next;
        if after.is_none() || out.closed {
            break;
        }
    }
    out.end()?;
    if left_behind > 0 {
        let whose = if left_behind == 1 {
            "1 account has".to_owned()
        } else {
            format!("{left_behind} accounts have")
        };
        _ = writeln!(
            stderr(),
            "{whose} second factors or passkeys, which are not in this file: from it, they sign in without. \
             `nameplate copy` and `nameplate backup` take them along."
        );
    }
    all_were_read(&missing)
}

/// The accounts that can't be read are missing from what was printed, so it didn't work as a whole.
fn all_were_read(unreadable: &[UserId]) -> Result<(), Box<dyn Error>> {
    if unreadable.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = unreadable.iter().map(|row| row.0.to_string()).collect();
    Err(format!("accounts that can't be read, and are left out: {} (rows {})", rows.len(), rows.join(", "))
        .into())
}

/// Many lines to standard output. That whoever reads them went away (`| head`) is no fault, and the end of
/// the work; that they can't be written (a full disk) is one.
struct Lines {
    out: BufWriter<std::io::Stdout>,
    closed: bool,
}

impl Lines {
    fn new() -> Self {
        Self { out: BufWriter::new(stdout()), closed: false }
    }

    fn line(&mut self, text: &str) -> std::io::Result<()> {
        let written = writeln!(self.out, "{}", output::plain(text));
        self.judge(written)
    }

    fn end(mut self) -> Result<(), Box<dyn Error>> {
        let written = self.out.flush();
        Ok(self.judge(written)?)
    }

    fn judge(&mut self, written: std::io::Result<()>) -> std::io::Result<()> {
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other,
        }
    }
}
