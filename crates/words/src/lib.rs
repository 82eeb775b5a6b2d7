//! Every sentence that a person reads, by language.
//!
//! The sentences stand in `messages/<language>/*.ftl`, in [Fluent](https://projectfluent.org). Each has a
//! function of its name on [`Words`], made when building: a key or an argument that isn't there doesn't
//! compile. What is filled in nowhere is laid out once, when its language is loaded.

mod functions;
mod language;
mod list;
mod load;
mod plural;
mod pseudo;
#[cfg(test)]
mod tests;

pub use language::Language;
pub use load::Words;
pub use plural::Plural;
