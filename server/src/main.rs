//! `nameplate`: no argument serves.

use clap::Parser;
use server::cli::{self, Arguments};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    cli::run(Arguments::parse()).await
}
