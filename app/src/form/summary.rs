//! A refused post, on its way back to the page it came from.

use crate::text;
use leptos::prelude::*;
use model::{FieldName, Refusal};
use std::collections::BTreeMap;

/// What the form door hands to the page: no secrets inside, because only fields with [`FieldName::keep`] are.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    /// The form's path, without its query.
    pub path: String,
    pub refusal: Refusal,
    pub typed: BTreeMap<FieldName, String>,
}

/// What a form shows: a refusal and typed values, if this page answers a refused post.
#[derive(Debug, Clone, Default)]
pub struct FormState {
    pub refusal: Refusal,
    pub typed: BTreeMap<FieldName, String>,
}

impl FormState {
    /// The state of the form that posts to `path`.
    pub fn of(replay: Option<&Replay>, path: &str) -> Self {
        match replay {
            Some(replay) if replay.path == path => {
                Self { refusal: replay.refusal.clone(), typed: replay.typed.clone() }
            }
            _ => Self::default(),
        }
    }

    /// The first wrong field gets the focus, which is how focus works without scripts.
    pub fn is_first_wrong(&self, name: &FieldName) -> bool {
        self.refusal.fields.first().is_some_and(|(first, _)| first == name)
    }
}

/// The alert above a form: empty until something is refused, so that scripts have a place to write to.
pub fn summary(state: &FormState) -> impl IntoView + use<> {
    let refusal = &state.refusal;
    let lines: Vec<_> = refusal
        .fields
        .iter()
        .map(|(name, why)| view! { <li><a href=format!("#{}", super::field::id_of(name))>{text::about(name, *why)}</a></li> })
        .collect();
    let signed_out = matches!(refusal.form, Some(model::Why::SignedOut));
    let headline = refusal
        .form
        .map(text::sentence)
        .or_else(|| (!lines.is_empty()).then(|| text::things_to_put_right(lines.len())));
    let autofocus = refusal.fields.is_empty() && !refusal.is_empty();
    view! {
        <div class="note-bad" role="alert" tabindex="-1" autofocus=autofocus data-summary="" hidden=refusal.is_empty()>
            <strong>{headline}</strong>
            {signed_out.then(|| view! { <p><a href=model::paths::SIGN_IN>{text::SIGN_IN_AGAIN}</a></p> })}
            {(!lines.is_empty()).then(|| view! { <ul>{lines}</ul> })}
        </div>
    }
}
