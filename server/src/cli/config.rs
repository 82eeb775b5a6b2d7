//! `nameplate config …`

use super::setup::configuration;
use crate::config::{Config, reference};
use crate::output::print;
use clap::Subcommand;
use std::error::Error;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say whether the configuration is right, and what is wrong with it. Starts nothing and changes nothing.
    Check,
    /// Print what may be configured, as docs/config.md has it.
    Reference,
}

impl Command {
    pub(super) fn run(&self) -> Result<(), Box<dyn Error>> {
        match self {
            Self::Check => print(&right(&configuration()?)),
            Self::Reference => print(&reference()),
        }
        Ok(())
    }
}

fn right(config: &Config) -> String {
    let source = match &config.file {
        Some(path) => format!("{} is right", path.display()),
        None => "there is no configuration file, and none is needed".to_owned(),
    };
    let warnings = config.warnings.iter().map(|warning| format!("but {warning}\n")).collect::<String>();
    let (name, url) = (&config.pool.name, &config.server.public_url);
    let data = match &config.server.store_url {
        Some(database) => format!("PostgreSQL at {database}"),
        None => config.server.data.display().to_string(),
    };
    format!("{source}: {name} would be at {url}, with its data in {data}\n{warnings}")
}
