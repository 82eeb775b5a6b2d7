//! The process: what the program `nameplate` is made of, as a library so that tests use the real router.

pub mod cli;
pub mod config;
pub mod connection_limits;
pub mod layers;
pub mod lifecycle;
pub mod live_events;
pub mod log_text;
pub mod mailbox;
pub mod output;
pub mod pages;
pub mod progressive_forms;
mod readiness;
pub mod router;
pub mod site;
pub mod telemetry;
