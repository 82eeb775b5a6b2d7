//! Who it is once more, in a form that does something dangerous: the password, or the way to what stands in for it.

use super::field::{Input, field, id_of, password_field};
use super::state::FormState;
use crate::request::PageRequest;
use crate::text::{self, Around};
use leptos::prelude::*;
use model::{FieldName, Page};

/// The password once more, in a form that does something dangerous. It shows up when the sign-in isn't fresh
/// any more: as the page comes, or when the server asks for it.
pub fn reauthentication_field(request: &PageRequest, state: &FormState) -> AnyView {
    let fresh = request
        .account
        .as_ref()
        .is_none_or(|account| accounts::sign_in::is_fresh(&request.site.pool, &account.viewer));
    let shown = !fresh || is_asked_for(state);
    again(request, state, Again { shown, form: "", hint: text::words().password_again() })
}

/// The same for a form that is little more than a button: there it shows up only when the server asks for it.
/// Such forms stand on a page in numbers, so each has a name of its own.
pub fn reauthentication_field_if_asked(request: &PageRequest, state: &FormState, form: &str) -> AnyView {
    let shown = is_asked_for(state);
    again(
        request,
        state,
        Again { shown, form: if shown { "" } else { form }, hint: text::words().password_again() },
    )
}

/// The password where it is asked for however fresh the sign-in is, unless somebody has just confirmed in another
/// way that it is them.
pub fn current_password_field(request: &PageRequest, state: &FormState) -> AnyView {
    match &request.confirmation {
        Some(ways) if ways.is_confirmed => {
            view! {
                // Password managers learn from it whose the new password is.
                <input type="text" value=request.username() autocomplete="username" readonly hidden/>
                <p class="hint">{text::words().is_confirmed()}</p>
            }
            .into_any()
        }
        Some(_) | None => again(request, state, Again { shown: true, form: "", hint: "" }),
    }
}

/// Whether that field is there to be filled in.
pub fn asks_for_password(request: &PageRequest) -> bool {
    request.confirmation.as_ref().is_none_or(|ways| ways.password && !ways.is_confirmed)
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

/// How the question is put.
#[derive(Clone, Copy)]
struct Again<'a> {
    shown: bool,
    /// What tells its ids from those of the page's other forms.
    form: &'a str,
    hint: &'static str,
}

fn again(request: &PageRequest, state: &FormState, again: Again<'_>) -> AnyView {
    match &request.confirmation {
        Some(ways) if !ways.password => elsewhere(request, state, again),
        Some(ways) => password_again(request, state, again, ways.passkey),
        None => password_again(request, state, again, false),
    }
}

/// Where somebody confirms that it is them, and comes back.
fn way_there(request: &PageRequest) -> String {
    Page::Reauthenticate.on_the_way_to(Page::at(&request.path).map(|(page, _)| page))
}

fn password_again(request: &PageRequest, state: &FormState, again: Again<'_>, has_passkey: bool) -> AnyView {
    let mut input = Input::new(FieldName::CurrentPassword, text::words().current_password())
        .kind("password", "current-password")
        .required(again.shown);
    input.form = again.form.to_owned();
    input.hint = (!again.hint.is_empty()).then(|| again.hint.to_owned());
    let instead = has_passkey.then(
        || view! { <p class="small"><a href=way_there(request)>{text::words().passkey_instead()}</a></p> },
    );
    view! {
        <div data-again="" hidden=!again.shown>
            // Password managers learn from it whose the password is; without a name it is not sent.
            <input type="text" value=request.username() autocomplete="username" readonly hidden/>
            {password_field(&input, state)}
            {instead}
        </div>
    }
    .into_any()
}

/// There is no password to ask for. The field is there for what the server has to say about it.
fn elsewhere(request: &PageRequest, state: &FormState, again: Again<'_>) -> AnyView {
    let id = id_of(&FieldName::CurrentPassword);
    let id = if again.form.is_empty() { id } else { format!("{id}-{}", again.form) };
    let error = state.errors.on(&FieldName::CurrentPassword).map(text::sentence);
    let Around { before, after } = Around::of(|link| text::words().confirm_first(link));
    view! {
        <div data-again="" hidden=!again.shown>
            <p>{before}<a href=way_there(request)>{text::words().confirm_first_link()}</a>{after}</p>
            <input type="hidden" id=id.clone() name=FieldName::CurrentPassword.to_string() value=""/>
            <p class="error" id=format!("{id}-error") role="alert">{error}</p>
        </div>
    }
    .into_any()
}
