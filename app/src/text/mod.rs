//! Every sentence that a page shows, in one place. Mails have theirs beside their templates.

mod errors;
pub use errors::{rule, sentence, things_to_put_right, wait_for_code};

#[cfg(feature = "ssr")]
mod activity;
#[cfg(feature = "ssr")]
mod attributes;
#[cfg(feature = "ssr")]
mod contacts;
#[cfg(feature = "ssr")]
mod error_pages;
#[cfg(feature = "ssr")]
mod events;
#[cfg(feature = "ssr")]
mod factors;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod sessions;
#[cfg(feature = "ssr")]
mod titles;
#[cfg(feature = "ssr")]
mod undo;
#[cfg(feature = "ssr")]
pub use {
    activity::{Told, told},
    attributes::{group, label},
    contacts::*,
    error_pages::*,
    errors::about,
    events::event,
    factors::*,
    pages::*,
    sessions::{active_since, device, last_active},
    titles::title,
    undo::*,
};

// What the browser's half says as well.
pub const SHOW: &str = "Show";
pub const HIDE: &str = "Hide";
pub const PASSWORD_WORD: &str = "password";
pub const SIGN_IN_AGAIN: &str = "Sign in again";
pub const NOTHING_CHANGED: &str = "Everything here is up to date.";

/// After a refresh: the labels of what is different now.
pub fn changed(labels: &[String]) -> String {
    format!("Changed since you opened this page: {}.", labels.join(", "))
}
