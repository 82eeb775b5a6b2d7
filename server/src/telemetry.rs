//! The log: one documented line per request, and what operators should know.

use crate::config::{LogFormat, ServerConfig};
use tracing_subscriber::EnvFilter;

/// Starts logging to standard error. Called once.
pub fn start(config: &ServerConfig) {
    let filter = EnvFilter::try_new(&config.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Only the first subscriber of a process counts; tests may have one already.
    _ = match config.log_format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}
