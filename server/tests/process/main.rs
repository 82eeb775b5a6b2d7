//! The program itself, as an operator has it: started, stopped, killed, started again.
//!
//! `make soak` is the long form of the kill -9 tests.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test's helpers can't do, the test can't"
)]

mod accounts;
mod backup_and_copy;
mod browser;
mod command_line;
#[cfg(target_os = "linux")]
mod connections;
#[cfg(target_os = "linux")]
mod disk;
mod doctor;
mod haproxy;
mod init;
mod keys;
mod killed;
mod log;
mod mailroom;
mod nginx;
mod nodes;
mod pasted;
mod phones;
mod program;
mod proxied;
mod ready;
mod secrets;
mod starting;
mod stopping;
