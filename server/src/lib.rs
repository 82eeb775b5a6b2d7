//! The process: what the program `nameplate` is made of, as a library so that tests use the real router.

pub mod cli;
pub mod config;
pub mod events;
pub mod form_door;
pub mod layers;
pub mod lifecycle;
pub mod mailbox;
pub mod pages;
pub mod router;
pub mod seats;
pub mod site;
pub mod telemetry;
