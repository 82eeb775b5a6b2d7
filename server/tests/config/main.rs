//! A wrong configuration is refused with its place, its key and what would be right; a right one means what
//! it says.

mod accepted;
mod refused;

use server::config::{Config, ConfigError, Environment};

fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let variables = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::from_text(text, &Environment::from_iter(variables))
}
