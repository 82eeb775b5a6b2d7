//! The alert above a form.

use super::field::id_of;
use super::state::FormState;
use crate::text;
use leptos::prelude::*;
use model::Page;

/// The alert above a form: empty until something is refused, so that scripts have a place to write to.
pub fn summary(state: &FormState) -> impl IntoView + use<> {
    let (errors, page) = (&state.errors, state.page);
    let lines: Vec<_> = errors
        .fields
        .iter()
        .map(|(name, why)| view! { <li><a href=format!("#{}", id_of(name))>{text::about(name, *why)}</a></li> })
        .collect();
    let signed_out = matches!(errors.form, Some(model::ErrorCode::SignedOut));
    let headline = errors
        .form
        .map(text::sentence)
        .or_else(|| (!lines.is_empty()).then(|| text::words().problems(lines.len())));
    let autofocus = errors.fields.is_empty() && !errors.is_empty();
    view! {
        <div class="note-bad" role="alert" tabindex="-1" autofocus=autofocus data-summary="" hidden=errors.is_empty()>
            <strong>{headline}</strong>
            {signed_out.then(|| view! { <p><a href=Page::SignIn.on_the_way_to(page)>{text::words().sign_in_again()}</a></p> })}
            {(!lines.is_empty()).then(|| view! { <ul>{lines}</ul> })}
        </div>
    }
}
