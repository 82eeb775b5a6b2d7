//! `nameplate user import`.

use super::reading::contents::{Contents, FileEntry, Form};
use super::reading::decode::decode;
use super::reading::error::{LineError, printable};
use super::reading::{json, read};
use super::report::{self, Report};
use crate::output::print;
use accounts::Context;
use accounts::admin::{Arrival, ImportFault, ImportPlan, ImportRules, Unknown, Wrong};
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{IsTerminal, Read as _, Write, stderr, stdin};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
    /// A file that `nameplate user export` wrote, what `aws cognito-idp list-users` prints (JSON, in pages or
    /// one user a line), or a table with the CSV header of a Cognito user pool. "-" is standard input.
    file: PathBuf,
    /// Show everything that would happen, and change nothing.
    #[arg(long)]
    check: bool,
    /// What to do with attributes that the configuration doesn't have: refuse the accounts, or drop the
    /// attributes.
    #[arg(long, value_enum, default_value_t = UnknownAttributes::Refuse)]
    unknown: UnknownAttributes,
    /// Skip accounts whose username or sub already exists, so that an interrupted import can be run again.
    #[arg(long)]
    skip_existing: bool,
    /// Leave out accounts that can't be imported, and write them to this new file with the reasons: correct
    /// it and import it. Without this, nothing is imported if one account can't be.
    #[arg(long, value_name = "FILE")]
    skip_bad: Option<PathBuf>,
    /// Write everything there is to know about single accounts to this new file, one line of JSON each. The
    /// output names only the first of each kind.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum UnknownAttributes {
    Refuse,
    Drop,
}

/// A file can't be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{path} can't be {what}")]
struct Unusable {
    path: String,
    what: &'static str,
    #[source]
    source: std::io::Error,
}

impl Unusable {
    fn of<'a>(path: &'a Path, what: &'static str) -> impl Fn(std::io::Error) -> Self + use<'a> {
        move |source| Self { path: path.display().to_string(), what, source }
    }
}

/// Nothing is written over.
#[derive(Debug, thiserror::Error)]
#[error("{0} exists already: give the name of a new file")]
struct Exists(String);

/// More lines than anybody reads say less.
const MOST_SHOWN: usize = 100;
/// More of the same say less still.
const MOST_ALIKE: usize = 5;

/// What is wrong with the file, a line for each.
#[derive(Debug)]
struct Faulty {
    faults: Vec<LineError>,
    /// How many accounts have them; `None`: it is the file.
    accounts: Option<usize>,
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut alike, mut left) = (BTreeMap::<_, usize>::new(), 0);
        for (number, fault) in self.faults.iter().enumerate() {
            let same = alike.entry((&fault.field, &fault.wrong)).or_default();
            *same += 1;
            if *same > MOST_ALIKE || number >= MOST_SHOWN + left {
                left += 1;
            } else {
                writeln!(f, "{fault}")?;
            }
        }
        if left > 0 {
            writeln!(f, "and {left} more")?;
        }
        match self.accounts {
            Some(accounts) => {
                let accounts = report::counted(accounts);
                write!(
                    f,
                    "{accounts} can't be imported, so nothing was imported. To leave such accounts out, use --skip-bad FILE"
                )
            }
            None => f.write_str("nothing was imported"),
        }
    }
}

impl Error for Faulty {}

fn in_words(fault: &ImportFault) -> LineError {
    let wrong = if let Wrong::Told(why) = fault.wrong {
        app::text::sentence(why).replace('\n', "; ")
    } else {
        fault.wrong.to_string()
    };
    LineError { place: fault.place.clone(), field: printable(&fault.field), wrong }
}

/// An account that can't come in, and why.
struct Bad<'a> {
    source: &'a str,
    faults: Vec<LineError>,
}

impl Import {
    pub(super) async fn run(self, pool: &Context) -> Result<(), Box<dyn Error>> {
        for path in [&self.skip_bad, &self.report].into_iter().flatten() {
            if path.symlink_metadata().is_ok() {
                return Err(Exists(path.display().to_string()).into());
            }
        }
        let whole = |fault| Faulty { faults: vec![fault], accounts: None };
        let (text, encoding) = decode(self.bytes()?).map_err(whole)?;
        let Contents { form, entries, remarks } = read(&text, pool.now()).map_err(whole)?;
        let (sources, arrivals, mut bad) = sorted(entries);
        let plan = accounts::admin::plan_import(pool, &arrivals, self.rules()).await?;
        add_faults(&mut bad, &plan, &sources);

        let report = Report { plan: &plan, arrivals: &arrivals, left_out: bad.len(), check: self.check };
        let refused = !bad.is_empty() && self.skip_bad.is_none();
        if self.check || !refused {
            let remarks = encoding.map(str::to_owned).into_iter().chain(remarks).collect::<Vec<_>>();
            remarks.iter().for_each(|remark| print(&format!("{remark}\n")));
        }
        if refused {
            if self.check {
                self.tell(&report)?;
            }
            let accounts = Some(bad.len());
            return Err(
                Faulty { faults: bad.into_iter().flat_map(|it| it.faults).collect(), accounts }.into()
            );
        }
        if !self.check {
            if let Some(path) = self.skip_bad.as_deref().filter(|_| !bad.is_empty()) {
                write_left_out(path, &form, &bad)?;
            }
            let mut shown = ImportProgress { at_once: stderr().is_terminal(), all: plan.accounts(), last: 0 };
            accounts::admin::import_users(pool, &plan, |done| shown.tell(done)).await?;
        }
        self.tell(&report)?;
        self.tell_left_out(&bad);
        Ok(())
    }

    fn bytes(&self) -> Result<Vec<u8>, Unusable> {
        if self.file.as_os_str() == "-" {
            let mut bytes = Vec::new();
            stdin()
                .lock()
                .read_to_end(&mut bytes)
                .map_err(Unusable::of(Path::new("standard input"), "read"))?;
            return Ok(bytes);
        }
        std::fs::read(&self.file).map_err(Unusable::of(&self.file, "read"))
    }

    const fn rules(&self) -> ImportRules {
        let unknown = match self.unknown {
            UnknownAttributes::Refuse => Unknown::Refuse,
            UnknownAttributes::Drop => Unknown::Drop,
        };
        ImportRules { unknown, skip_existing: self.skip_existing }
    }

    fn tell(&self, report: &Report<'_>) -> Result<(), Unusable> {
        let written = match &self.report {
            Some(path) => {
                let mut file = new_file(path).map_err(Unusable::of(path, "written"))?;
                file.write_all(report.lines().as_bytes())
                    .and_then(|()| file.sync_all())
                    .map_err(Unusable::of(path, "written"))?;
                Some(path.as_path())
            }
            None => None,
        };
        print(&report.in_words(written));
        Ok(())
    }

    fn tell_left_out(&self, bad: &[Bad<'_>]) {
        let Some(path) = self.skip_bad.as_deref().filter(|_| !bad.is_empty()) else { return };
        let words = if self.check { "would be left out and written" } else { "left out and written" };
        print(&format!("{} {words} to {}:\n", report::counted(bad.len()), path.display()));
        for fault in bad.iter().flat_map(|it| &it.faults).take(report::MOST_NAMED) {
            print(&format!("  {fault}\n"));
        }
    }
}

type Sorted<'a> = (Vec<&'a str>, Vec<Arrival>, Vec<Bad<'a>>);

/// Those that could be read, each with its text, and those that couldn't.
fn sorted(entries: Vec<FileEntry<'_>>) -> Sorted<'_> {
    let (mut sources, mut arrivals, mut bad) = (Vec::new(), Vec::new(), Vec::new());
    for FileEntry { source, read } in entries {
        match read {
            Ok(arrival) => {
                sources.push(source);
                arrivals.push(arrival);
            }
            Err(faults) => bad.push(Bad { source, faults }),
        }
    }
    (sources, arrivals, bad)
}

/// Those that could be read and can't come in, in the order of the file again.
fn add_faults<'a>(bad: &mut Vec<Bad<'a>>, plan: &ImportPlan<'_>, sources: &[&'a str]) {
    let mut faulty: BTreeMap<usize, Vec<LineError>> = BTreeMap::new();
    for fault in plan.faults() {
        faulty.entry(fault.number).or_default().push(in_words(fault));
    }
    bad.extend(
        faulty.into_iter().filter_map(|(number, faults)| Some(Bad { source: sources.get(number)?, faults })),
    );
    bad.sort_by_key(|it| it.source.as_ptr().addr());
}

/// Only its owner reads it: it says about people what the import says.
fn new_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// In the form in which they were read, so that they can be corrected and read again.
fn write_left_out(path: &Path, form: &Form, bad: &[Bad<'_>]) -> Result<(), Unusable> {
    let reason = |bad: &Bad<'_>| bad.faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let mut text = match form {
        Form::Csv(table) => table.left_out_header(),
        Form::Json => String::new(),
    };
    for bad in bad {
        text += &match form {
            Form::Csv(table) => table.left_out(bad.source, &reason(bad)),
            Form::Json => json::left_out(bad.source, &reason(bad)),
        };
    }
    let mut file = new_file(path).map_err(Unusable::of(path, "written"))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(Unusable::of(path, "written"))
}

/// How far it is, for people on a terminal and for logs.
struct ImportProgress {
    at_once: bool,
    all: usize,
    last: usize,
}

impl ImportProgress {
    /// A log needs no line for less.
    const STEP: usize = 10_000;

    fn tell(&mut self, done: usize) {
        if !self.at_once && done - self.last < Self::STEP {
            return;
        }
        self.last = done;
        let (begin, end) =
            if self.at_once { ("\r", if done >= self.all { "\n" } else { "" }) } else { ("", "\n") };
        // Nobody may be looking.
        _ = stderr().write_all(format!("{begin}{done} of {}{end}", self.all).as_bytes());
    }
}
