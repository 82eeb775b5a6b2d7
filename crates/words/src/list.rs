//! The messages there are.

/// A message, as the English files have it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message {
    pub(crate) key: &'static str,
    /// What it is filled in with.
    pub(crate) arguments: &'static [&'static str],
}

include!(concat!(env!("OUT_DIR"), "/list.rs"));
