//! The browser's half of the islands.

mod dom;
pub(super) mod form;
pub(super) mod live;
mod words;
