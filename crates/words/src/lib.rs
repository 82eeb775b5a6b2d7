//! Every sentence that a person reads, by language.
//!
//! The sentences stand in `messages/<language>/*.ftl`, in [Fluent](https://projectfluent.org). Each has a
//! function of its name on [`Words`], made when building: a key or an argument that isn't there doesn't
//! compile. What is filled in nowhere is laid out once, when its language is loaded.

mod language;
mod load;
mod plural;
mod pseudo;
#[cfg(test)]
mod tests;

pub use language::Language;
pub use load::Words;
pub use plural::Plural;

use fluent_bundle::FluentValue;
use fluent_bundle::types::FluentNumber;

/// A message, as the English files have it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message {
    pub(crate) key: &'static str,
    /// What it is filled in with.
    pub(crate) arguments: &'static [&'static str],
}

include!(concat!(env!("OUT_DIR"), "/messages.rs"));
