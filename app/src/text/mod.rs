//! What pages say: which of the sentences in `crates/words` for what. Mails have theirs beside their templates.

mod activity;
mod around;
mod attributes;
mod contacts;
mod error_pages;
mod errors;
mod events;
mod factors;
mod language;
mod pages;
mod sessions;
mod titles;
mod undo;
pub use {
    activity::{Told, told},
    around::Around,
    attributes::{group, label},
    contacts::*,
    error_pages::*,
    errors::{about, rule, sentence, wait_for_code},
    events::event,
    factors::*,
    language::{spoken, words},
    pages::*,
    sessions::{device, last_active, session_facts},
    titles::title,
    undo::*,
};
