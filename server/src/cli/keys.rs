//! `nameplate keys …`

use super::setup::{configuration, require_store};
use crate::config::Config;
use crate::lifecycle::store;
use crate::output::print;
use accounts::{Keys, SystemEntropy};
use clap::Subcommand;
use nameplate_core::key_error::KeyError;
use std::error::Error;
use std::path::Path;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Put a new key in front of the others. Those go on opening what was written with them, so nobody
    /// notices. A server that is running takes the new key when it is started again.
    Rotate,
    /// Make another key that tokens of applications are signed with. It is published at once and signs ten
    /// minutes later; the one before goes on verifying for a day, as long as a token may last, so nobody is
    /// signed out. Servers that are running take it up by themselves.
    RotateSigning,
}

/// Why the keys stay as they are.
#[derive(Debug, thiserror::Error)]
enum Unrotated {
    #[error(
        "the keys come from NAMEPLATE_KEYS and have no file here: put a new first line into that variable instead"
    )]
    FromEnvironment,
    #[error("there are no keys yet at {0}: they are made when nameplate first starts with this data folder")]
    Missing(String),
    #[error("the keys can't be rotated")]
    Keys(#[from] KeyError),
}

impl Command {
    pub(super) async fn run(&self) -> Result<(), Box<dyn Error>> {
        let config = configuration()?;
        match self {
            Self::Rotate => Self::rotate(&config),
            Self::RotateSigning => Self::rotate_signing(&config).await,
        }
    }

    async fn rotate_signing(config: &Config) -> Result<(), Box<dyn Error>> {
        require_store(config)?;
        let pool = store::open(config).await?;
        let made = accounts::tokens::rotate(&pool).await;
        pool.store().close().await;
        let made = made?;
        print(&format!("the new key is {}; it signs from {} on\n", made.kid, made.signs_from));
        Ok(())
    }

    fn rotate(config: &Config) -> Result<(), Box<dyn Error>> {
        if config.server.keys.is_some() {
            return Err(Unrotated::FromEnvironment.into());
        }
        print(&rotate(&config.server.key_file())?);
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
    Ok(format!(
        "{file}: the newest key is now {newest}; it still holds {}\nRestart nameplate to use it.\n",
        old.join(", ")
    ))
}
