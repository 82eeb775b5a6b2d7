//! `nameplate keys …`

use super::setup::{configuration, require_store};
use crate::config::Config;
use crate::lifecycle::store;
use crate::output::{print, print_line};
use accounts::maintenance::{Progress, retire_keys};
use accounts::{Keys, Role, SystemEntropy};
use clap::Subcommand;
use nameplate_core::key_error::KeyError;
use std::error::Error;
use std::path::Path;

/// One line of progress for so many rows.
const PROGRESS: u64 = 10_000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Put a new key behind the others, where it opens what other nodes will seal with it. With several nodes
    /// that is the first step: copy the file to all of them and restart them, then `rotate`.
    Accept,
    /// Put another key in front: the one that was accepted, or else a new one. The others go on opening what
    /// was written with them, so nobody notices. A server that is running takes it when it is started again.
    Rotate,
    /// Seal everything anew that is sealed with older keys, and say which lines of the key file nothing needs
    /// any more. Every node has to use the newest key by then. Servers may go on running; a command that was
    /// stopped goes on where it was.
    Retire,
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
    #[error("the keys can't be changed")]
    Keys(#[from] KeyError),
}

impl Command {
    pub(super) async fn run(&self) -> Result<(), Box<dyn Error>> {
        let config = configuration()?;
        match self {
            Self::Accept => in_file(&config, accept),
            Self::Rotate => in_file(&config, rotate),
            Self::Retire => retire(&config).await,
            Self::RotateSigning => Self::rotate_signing(&config).await,
        }
    }

    async fn rotate_signing(config: &Config) -> Result<(), Box<dyn Error>> {
        require_store(config)?;
        let pool = store::open(config, Role::Helps).await?;
        let made = accounts::tokens::rotate(&pool).await;
        pool.store().close().await;
        let made = made?;
        print(&format!("the new key is {}; it signs from {} on\n", made.kid, made.signs_from));
        Ok(())
    }
}

/// Changes the key file, and says how.
fn in_file(config: &Config, change: fn(&Path) -> Result<String, Unrotated>) -> Result<(), Box<dyn Error>> {
    if config.server.keys.is_some() {
        return Err(Unrotated::FromEnvironment.into());
    }
    let file = config.server.key_file();
    if Keys::load(&file).map_err(Unrotated::Keys)?.is_none() {
        return Err(Unrotated::Missing(file.display().to_string()).into());
    }
    print(&change(&file)?);
    Ok(())
}

fn accept(file: &Path) -> Result<String, Unrotated> {
    let accepted = Keys::accept(file, &SystemEntropy)?.accepted().ok_or(KeyError::Empty)?;
    let file = file.display();
    Ok(format!(
        "{file}: the key {accepted} is accepted, and nothing is sealed with it yet\nCopy the file to every node \
         and restart them all. Then run nameplate keys rotate, copy the file again, and restart them again.\n"
    ))
}

fn rotate(file: &Path) -> Result<String, Unrotated> {
    let names = Keys::rotate(file, &SystemEntropy)?.fingerprints();
    let (newest, old) = names.split_first().ok_or(KeyError::Empty)?;
    let file = file.display();
    Ok(format!(
        "{file}: the newest key is now {newest}; it still holds {}\nRestart nameplate to use it.\n",
        old.join(", ")
    ))
}

async fn retire(config: &Config) -> Result<(), Box<dyn Error>> {
    require_store(config)?;
    let pool = store::open(config, Role::Helps).await?;
    let mut done = 0;
    let mut told = |Progress { what, seen, resealed }| {
        if seen / PROGRESS > done {
            print_line(&format!("{what}: {seen} looked at, {resealed} sealed anew"));
        }
        done = seen / PROGRESS;
    };
    let retired = retire_keys(&pool, &mut told).await;
    pool.store().close().await;
    let retired = retired?;
    print(&format!(
        "sealed anew with the key {}: {}\nNothing needs {} any more. {}\n",
        retired.newest,
        retired.resealed,
        retired.keys.join(", "),
        match &config.server.keys {
            Some(_) => "Take the old keys out of NAMEPLATE_KEYS on every node, and restart them.".to_owned(),
            None => format!(
                "Remove {} from {} on every node, and restart them.",
                if retired.keys.len() == 1 { "its line" } else { "their lines" },
                config.server.key_file().display()
            ),
        }
    ));
    Ok(())
}
