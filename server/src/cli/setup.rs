//! What commands work on: the configuration, and the store that it names.

use crate::config::{Config, ConfigError, Environment, ServerConfig};
use accounts::Keys;
use nameplate_core::key_error::KeyError;
use std::path::Path;
use store::transfer::{KeyLocation, StoreFiles};

/// The configuration of this folder and environment.
pub fn configuration() -> Result<Config, ConfigError> {
    Config::load(&Environment::of_process()?, Path::new("."))
}

/// Where the store is, if it is a file, and its keys.
pub fn store_files(config: &ServerConfig) -> Result<StoreFiles, KeyError> {
    let keys = match &config.keys {
        Some(text) => KeyLocation::Given(Keys::from_text(text.reveal())?),
        None => KeyLocation::File(config.key_file()),
    };
    Ok(StoreFiles { database: config.database(), keys })
}

/// Why there is nothing to work on.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no store at {0} yet: it is made when nameplate first starts, or with the first nameplate user create"
)]
pub struct NoStore(String);

/// A store that isn't there is not made by looking into it.
pub fn require_store(config: &Config) -> Result<(), NoStore> {
    let database = config.server.database();
    if config.server.store_url.is_none() && !database.exists() {
        return Err(NoStore(database.display().to_string()));
    }
    Ok(())
}
