//! `nameplate`: no argument serves.

use mimalloc::MiMalloc;
use server::cli;
use std::process::ExitCode;

// A page is made of many small texts. Measured against the system's allocator: 15 % more reads, 30 % more
// pages.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::arguments() {
        Ok(arguments) => cli::run(arguments).await,
        Err(code) => code,
    }
}
