//! The password once more, in a form that does something dangerous.

use super::field::{Input, field, password_field};
use super::state::FormState;
use crate::request::PageRequest;
use crate::text;
use leptos::prelude::*;
use model::FieldName;

/// The password once more, in a form that does something dangerous. It shows up when the sign-in isn't fresh
/// any more: as the page comes, or when the server asks for it.
pub fn reauthentication_field(request: &PageRequest, state: &FormState) -> AnyView {
    let fresh = request
        .account
        .as_ref()
        .is_none_or(|account| accounts::sign_in::is_fresh(&request.site.pool, &account.viewer));
    let username = request.username();
    password_again(state, username, !fresh || is_asked_for(state), "")
}

/// The same for a form that is little more than a button: there it shows up only when the server asks for it.
/// Such forms stand on a page in numbers, so each has a name of its own.
pub fn reauthentication_field_if_asked(state: &FormState, username: &str, form: &str) -> AnyView {
    let asked = is_asked_for(state);
    password_again(state, username.to_owned(), asked, if asked { "" } else { form })
}

/// A code of the second factor, or a recovery code. It shows up when the server asks for it; where several such
/// forms stand on a page each has a name of its own.
pub fn step_code_field(state: &FormState, form: &str) -> AnyView {
    let asked = state.errors.on(&FieldName::StepCode).is_some();
    let input = Input {
        form: if asked { String::new() } else { form.to_owned() },
        ..Input::new(FieldName::StepCode, text::words().step_code())
            .hint(text::words().step_code_hint())
            .required(asked)
    };
    let input = input.kind("text", "one-time-code");
    view! { <div data-again="" hidden=!asked>{field(input, state)}</div> }.into_any()
}

fn is_asked_for(state: &FormState) -> bool {
    state.errors.on(&FieldName::CurrentPassword).is_some()
}

fn password_again(state: &FormState, username: String, shown: bool, form: &str) -> AnyView {
    let input = Input {
        form: form.to_owned(),
        ..Input::new(FieldName::CurrentPassword, text::words().current_password())
            .kind("password", "current-password")
            .hint(text::words().password_again())
            .required(shown)
    };
    view! {
        <div data-again="" hidden=!shown>
            // Password managers learn from it whose the password is; without a name it is not sent.
            <input type="text" value=username autocomplete="username" readonly hidden/>
            {password_field(&input, state)}
        </div>
    }
    .into_any()
}
