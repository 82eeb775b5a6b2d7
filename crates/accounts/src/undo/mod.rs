//! Changes of contacts and second factors, and how they are undone: `docs/undo.md`.

pub(crate) mod keep;
pub(crate) mod restore;
pub(crate) mod state;

pub use keep::Undoing;
pub use restore::{UndoError, Undone, undo};
pub use state::{ContactUndone, UndoPreview, is_complete, preview};

#[cfg(test)]
mod tests;
