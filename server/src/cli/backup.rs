//! `nameplate backup …`

use super::setup::{configuration, store_files};
use crate::output::print;
use accounts::{Clock as _, SystemClock};
use clap::Args;
use std::error::Error;
use std::path::{Path, PathBuf};
use store::transfer::Manifest;
use store::transfer::backup::backup;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file to write.
    file: PathBuf,
    /// Replace a file that is there already.
    #[arg(long)]
    force: bool,
}

/// Why another program does this better.
#[derive(Debug, thiserror::Error)]
#[error(
    "the data is in PostgreSQL at {database}: back that up with its own tools (pg_dump --format=custom --file=nameplate.dump …),\nand keep {keys} with it"
)]
struct InPostgres {
    database: String,
    keys: String,
}

impl Arguments {
    pub(super) async fn run(&self) -> Result<(), Box<dyn Error>> {
        let server = configuration()?.server;
        if let Some(database) = &server.store_url {
            let keys = match &server.keys {
                Some(_) => "the text of NAMEPLATE_KEYS".to_owned(),
                None => format!("the key file {}", server.key_file().display()),
            };
            return Err(InPostgres { database: database.to_string(), keys }.into());
        }
        let made = backup(&store_files(&server)?, &self.file, self.force, SystemClock.now()).await?;
        print(&done(&self.file, &made));
        Ok(())
    }
}

fn done(file: &Path, made: &Manifest) -> String {
    let (file, Manifest { pool, key, at, .. }) = (file.display(), made);
    let keys = if made.has_keys {
        format!("with its key {key}; keep it secret")
    } else {
        format!("without keys, because those come from NAMEPLATE_KEYS: keep the text with {key} too")
    };
    format!("{file}: the user pool {pool} as it was at {at}, {keys}\n")
}
