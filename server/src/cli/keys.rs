//! `nameplate keys …`

use super::{configuration, say};
use clap::Subcommand;
use pool::keys::KeyError;
use pool::{Keys, SystemEntropy};
use std::error::Error;
use std::path::Path;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Put a new key in front of the others. Those go on opening what was written with them, so nobody notices. A
    /// server that is running takes the new key when it is started again.
    Rotate,
}

/// Why the keys stay as they are.
#[derive(Debug, thiserror::Error)]
enum Unrotated {
    #[error("the keys come from NAMEPLATE_KEYS and have no file here: put a new first line into that variable instead")]
    FromEnvironment,
    #[error("there are no keys yet at {0}: they are made when nameplate first starts with this data folder")]
    Missing(String),
    #[error("the keys can't be rotated")]
    Keys(#[from] KeyError),
}

impl Command {
    pub(super) fn run(&self) -> Result<(), Box<dyn Error>> {
        let Self::Rotate = self;
        let config = configuration()?;
        if config.server.keys.is_some() {
            return Err(Unrotated::FromEnvironment.into());
        }
        say(&rotate(&config.server.key_file())?);
        Ok(())
    }
}

fn rotate(file: &Path) -> Result<String, Unrotated> {
    if Keys::load(file)?.is_none() {
        return Err(Unrotated::Missing(file.display().to_string()));
    }
    let names = Keys::rotate(file, &SystemEntropy)?.fingerprints();
    let (newest, old) = names.split_first().ok_or(KeyError::Empty)?;
    let file = file.display();
    Ok(format!("{file}: the newest key is now {newest}; it still holds {}\nRestart nameplate to use it.\n", old.join(", ")))
}
