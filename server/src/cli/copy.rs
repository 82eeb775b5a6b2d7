//! `nameplate copy …`

use crate::output::print;
use clap::Args;
use std::error::Error;
use std::io::{IsTerminal as _, Write as _, stderr};
use store::transfer::copy::{Copied, Progress, copy};
use store::transfer::location::{LocationError, StoreLocation};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The store as it is: `sqlite:` and the data folder, or `postgres://user@host/database`. A password is
    /// better kept in PGPASSWORD or ~/.pgpass than here.
    #[arg(long)]
    from: String,
    /// The store to fill, told in the same way. It has to be empty, or to hold the same user pool from an
    /// earlier copy.
    #[arg(long)]
    to: String,
}

/// An argument that is wrong.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {fault}")]
pub(super) struct WrongPlace {
    name: &'static str,
    fault: LocationError,
}

impl Arguments {
    pub(super) async fn run(&self) -> Result<(), Box<dyn Error>> {
        let place =
            |name, text: &str| text.parse::<StoreLocation>().map_err(|fault| WrongPlace { name, fault });
        let (from, to) = (place("--from", &self.from)?, place("--to", &self.to)?);
        let mut shown = CopyProgress { at_once: stderr().is_terminal(), last: 0 };
        let copied = copy(&from, &to, |progress| shown.tell(progress)).await?;
        print(&done(&to, &copied));
        Ok(())
    }
}

fn done(to: &StoreLocation, Copied { pool, keys, rows }: &Copied) -> String {
    let key = keys.split(',').next().unwrap_or_default();
    format!(
        "{to}: holds the user pool {pool} now, {rows} rows, counted on both sides\n\
         The keys are not in it: whoever serves it needs the key file with {key} in the data folder (or NAMEPLATE_KEYS).\n"
    )
}

/// How far it is, for people on a terminal and for logs.
struct CopyProgress {
    at_once: bool,
    last: i64,
}

impl CopyProgress {
    /// A log needs no line for less.
    const STEP: i64 = 10_000;

    fn tell(&mut self, Progress { table, done, all }: Progress) {
        let ended = done >= all;
        if done < self.last {
            self.last = 0; // another table
        }
        if !(self.at_once || ended || done - self.last >= Self::STEP) {
            return;
        }
        self.last = done;
        let (begin, end) = if self.at_once { ("\r", if ended { "\n" } else { "" }) } else { ("", "\n") };
        // Nobody may be looking.
        _ = stderr().write_all(format!("{begin}{table}: {done} of {all}{end}").as_bytes());
    }
}
