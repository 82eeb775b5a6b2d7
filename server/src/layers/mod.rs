//! What every request passes, one file each; `router.rs` says in which order and why.

pub mod access_log;
pub mod client_ip;
pub mod cross_site;
pub mod error_pages;
pub mod headers;
pub mod long_target;
pub mod timeout;
