//! The log: one documented line per request, and what operators should know.

use crate::config::{LogFormat, ServerConfig};
use std::io::{IsTerminal as _, stderr};
use tracing_subscriber::EnvFilter;

/// Starts logging to standard error. Called once.
pub fn start(config: &ServerConfig) {
    let filter = EnvFilter::try_new(&config.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
    // A file is read without colours, and so is a terminal whose owner wants none (no-color.org).
    let colours = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).with_ansi(colours);
    // Only the first subscriber of a process counts; tests may have one already.
    _ = match config.log_format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}
