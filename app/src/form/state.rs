//! A refused post, on its way back to the page it came from.

use model::{FieldName, FormErrors, Page};
use std::collections::BTreeMap;

/// What the server hands to the page after a refused post: no secrets inside, because only fields with
/// [`FieldName::keep`] are.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    /// The form's path, without its query.
    pub path: String,
    pub errors: FormErrors,
    pub typed: BTreeMap<FieldName, String>,
}

/// What a form shows: a refusal and typed values, if this page answers a refused post.
#[derive(Debug, Clone, Default)]
pub struct FormState {
    /// The page of the form.
    pub page: Option<Page>,
    pub errors: FormErrors,
    pub typed: BTreeMap<FieldName, String>,
}

impl FormState {
    /// The state of the form that posts to `path`.
    pub fn of(replay: Option<&Replay>, path: &str) -> Self {
        match replay {
            Some(replay) if replay.path == path => {
                let page = Page::at(path).map(|(page, _)| page);
                Self { page, errors: replay.errors.clone(), typed: replay.typed.clone() }
            }
            Some(_) | None => Self::default(),
        }
    }

    /// The first wrong field gets the focus, which is how focus works without scripts.
    pub fn is_first_wrong(&self, name: &FieldName) -> bool {
        self.errors.fields.first().is_some_and(|(first, _)| first == name)
    }
}
