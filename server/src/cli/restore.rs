//! `nameplate restore …`

use super::setup::{configuration, store_files};
use crate::lifecycle::store::make_folder;
use crate::output::print;
use accounts::{Clock as _, SystemClock};
use clap::Args;
use std::error::Error;
use std::path::{Path, PathBuf};
use store::transfer::restore::{Restored, restore};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A file that `nameplate backup` wrote.
    file: PathBuf,
}

/// Why there is no place to put it.
#[derive(Debug, thiserror::Error)]
#[error(
    "the data is in PostgreSQL at {0}, and a backup is put into the data folder: take server.store_url out of the configuration,\nrestore, and then move the data with nameplate copy"
)]
struct InPostgres(String);

impl Arguments {
    pub(super) async fn run(&self) -> Result<(), Box<dyn Error>> {
        let server = configuration()?.server;
        if let Some(database) = &server.store_url {
            return Err(InPostgres(database.to_string()).into());
        }
        make_folder(&server.data)?;
        let restored = restore(&self.file, &store_files(&server)?, SystemClock.now()).await?;
        print(&done(&server.data, &restored));
        Ok(())
    }
}

fn done(data: &Path, Restored { manifest, old }: &Restored) -> String {
    let mut text = format!(
        "{}: now holds the user pool {} as it was at {}\n",
        data.display(),
        manifest.pool,
        manifest.at
    );
    if let Some(old) = old {
        text += &format!(
            "what was there before is in {}; remove it when you don't need it any more\n",
            old.display()
        );
    }
    text
}
