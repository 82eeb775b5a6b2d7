//! Another username, where the one from sign-up was taken meanwhile.

use crate::form::{FormState, Input, field};
use crate::text;
use leptos::prelude::AnyView;
use model::FieldName;

/// The field for it. The form has a name where the page has two.
pub(super) fn new_username(taken: &str, state: &FormState, form: &str) -> AnyView {
    let input =
        Input { form: form.to_owned(), ..Input::new(FieldName::NewUsername, text::words().new_username()) }
            .kind("text", "username")
            .hint(text::words().username_was_taken(taken))
            .required(true);
    field(input, state)
}
