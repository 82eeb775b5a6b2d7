//! One labelled control with its hint and its error beside it, as the server renders it.

use super::state::FormState;
use crate::{scripts, text};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use model::FieldName;

/// What a field looks like. Its behaviour is the form's island's.
#[derive(Debug, Clone)]
pub struct Input {
    pub name: FieldName,
    /// What tells it from fields of that name in the page's other forms, if there are any.
    pub form: String,
    pub label: String,
    /// `email`, `tel`, `date`, …, `textarea` or `select`.
    pub kind: &'static str,
    pub autocomplete: &'static str,
    pub hint: Option<String>,
    pub required: bool,
    /// Says so in words, in a form that has optional fields too.
    pub marked: bool,
    pub value: String,
    /// Whether it shows what is stored, and follows it while nobody types.
    pub is_stored: bool,
    /// Value and words of each choice of a `select`.
    pub options: Vec<(String, String)>,
}

impl Input {
    pub fn new(name: impl Into<FieldName>, label: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            form: String::new(),
            label: label.into(),
            kind: "text",
            autocomplete: "off",
            hint: None,
            required: false,
            marked: false,
            value: String::new(),
            is_stored: false,
            options: Vec::new(),
        }
    }

    #[must_use]
    pub fn kind(self, kind: &'static str, autocomplete: &'static str) -> Self {
        Self { kind, autocomplete, ..self }
    }

    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    #[must_use]
    pub fn required(self, required: bool) -> Self {
        Self { required, ..self }
    }

    /// Required, in a form that has optional fields too.
    #[must_use]
    pub fn marked(self, required: bool) -> Self {
        Self { required, marked: required, ..self }
    }

    #[must_use]
    pub fn value(self, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..self }
    }

    /// Shows what is stored, which may be nothing.
    #[must_use]
    pub fn stored(self, value: &str) -> Self {
        Self { value: value.to_owned(), is_stored: true, ..self }
    }

    #[must_use]
    pub fn options(self, options: Vec<(String, String)>) -> Self {
        Self { options, kind: "select", ..self }
    }
}

/// The `id` of a field's control; names with brackets and colons make awkward selectors.
pub fn id_of(name: &FieldName) -> String {
    if let FieldName::Attribute(attribute) = name {
        attribute.as_str().replace(':', "-")
    } else {
        name.to_string()
    }
}

/// What all kinds of fields share: ids, description, error.
struct Control {
    id: String,
    described_by: String,
    invalid: Option<&'static str>,
    error: Option<String>,
    autofocus: bool,
}

impl Control {
    fn of(input: &Input, state: &FormState) -> Self {
        let id = if input.form.is_empty() {
            id_of(&input.name)
        } else {
            format!("{}-{}", id_of(&input.name), input.form)
        };
        let why = state.errors.on(&input.name);
        let described_by =
            if input.hint.is_some() { format!("{id}-hint {id}-error") } else { format!("{id}-error") };
        let autofocus = state.is_first_wrong(&input.name);
        Self { id, described_by, invalid: why.map(|_| "true"), error: why.map(text::sentence), autofocus }
    }
}

/// The label has nothing but its words in it: people, tests and voice control find fields by them. That a
/// field is required is said beside it, where others aren't, and by its attribute.
fn label(id: &str, input: &Input) -> AnyView {
    label_with(id, input, None)
}

/// The same with something else at the end of its line.
fn label_with(id: &str, input: &Input, more: Option<AnyView>) -> AnyView {
    let mark = input
        .marked
        .then(|| view! { <span class="mark" aria-hidden="true">{text::words().required()}</span> });
    let hint = input.hint.clone().map(|hint| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> });
    view! { <div class="caption"><label for=id.to_owned()>{input.label.clone()}</label>{mark}{more}</div> {hint} }
        .into_any()
}

fn error(control: &Control) -> impl IntoView + use<> {
    view! { <p class="error" id=format!("{}-error", control.id) role="alert">{control.error.clone()}</p> }
}

/// A field that shows what was typed, or else what is stored.
pub fn field(input: Input, state: &FormState) -> AnyView {
    let control = Control::of(&input, state);
    let value = state.typed.get(&input.name).cloned().unwrap_or_else(|| input.value.clone());
    let (label, error) = (label(&control.id, &input), error(&control));
    let name = input.name.to_string();
    // What comes back from a refused post was typed, and is not what is stored.
    let stored = (input.is_stored && value == input.value).then_some("");
    let control = match input.kind {
        "textarea" => view! {
            <textarea id=control.id name=name data-stored=stored rows="3" required=input.required autocomplete=input.autocomplete dir="auto"
                aria-invalid=control.invalid aria-describedby=control.described_by autofocus=control.autofocus>{value}</textarea>
        }
        .into_any(),
        "select" => {
            // Several choices may have the same value (countries that share a code): the first one is meant.
            let chosen = input.options.iter().position(|(option, _)| *option == value);
            let options = input.options.into_iter().enumerate().map(|(at, (option, words))| {
                view! { <option value=option selected={Some(at) == chosen}>{words}</option> }
            });
            let options = options.collect_view();
            view! {
                <select id=control.id name=name data-stored=stored required=input.required autocomplete=input.autocomplete
                    aria-invalid=control.invalid aria-describedby=control.described_by autofocus=control.autofocus>{options}</select>
            }
            .into_any()
        }
        kind => {
            // Names of people may be written in any direction; addresses never are.
            let dir = (kind == "text").then_some("auto");
            let plain = input.autocomplete.starts_with("username").then_some("none");
            let spellcheck = plain.map(|_| "false");
            view! {
                <input id=control.id name=name type=kind value=value data-stored=stored required=input.required autocomplete=input.autocomplete dir=dir
                    autocapitalize=plain spellcheck=spellcheck
                    aria-invalid=control.invalid aria-describedby=control.described_by autofocus=control.autofocus/>
            }
            .into_any()
        }
    };
    view! { <div class="field">{label}{control}{error}</div> }.into_any()
}

/// A password: never filled in again, with a button that the page's script wakes up.
pub fn password_field(input: &Input, state: &FormState) -> AnyView {
    let control = Control::of(input, state);
    password(control, input, Strength::default())
}

/// A password that somebody chooses: the page's script says beside it how hard it is to guess, by its length, its
/// kinds of characters, and what others know the person by: what stands in the form, and `own`.
pub fn new_password_field(input: &Input, state: &FormState, own: &str) -> AnyView {
    let control = Control::of(input, state);
    let strength = Strength { id: Some(format!("{}-strength", control.id)), own: own.to_owned() };
    view! {
        {password(control, input, strength)}
        <script type="module" src=scripts::STRENGTH.path nonce=use_nonce()></script>
    }
    .into_any()
}

/// Where the script says how strong a password is, if it does.
#[derive(Default)]
struct Strength {
    id: Option<String>,
    own: String,
}

impl Strength {
    fn line(&self) -> Option<AnyView> {
        let id = self.id.clone()?;
        Some(view! { <p class="strength" id=id role="status" data-words=text::strengths()></p> }.into_any())
    }
}

fn password(control: Control, input: &Input, strength: Strength) -> AnyView {
    let (label, error) = (label_with(&control.id, input, strength.line()), error(&control));
    let own = strength.id.is_some().then_some(strength.own).filter(|own| !own.is_empty());
    view! {
        <div class="field">
            {label}
            <div class="reveal">
                <input id=control.id.clone() name=input.name.to_string() type="password" required=input.required autocomplete=input.autocomplete
                    data-strength=strength.id data-own=own
                    aria-invalid=control.invalid aria-describedby=control.described_by autofocus=control.autofocus/>
                <button type="button" aria-pressed="false" aria-controls=control.id data-reveal=text::words().hide_password() hidden>
                    <span>{text::words().show_password()}</span><span class="vh">" "{text::words().password_word()}</span>
                </button>
            </div>
            {error}
        </div>
    }
    .into_any()
}

/// Six digits, one input; never filled in again.
pub fn code_field(input: &Input, state: &FormState) -> AnyView {
    let control = Control::of(input, state);
    let (label, error) = (label(&control.id, input), error(&control));
    view! {
        <div class="field">
            {label}
            <input id=control.id class="code" name=input.name.to_string() type="text" inputmode="numeric" autocomplete="one-time-code" required
                spellcheck="false" aria-invalid=control.invalid aria-describedby=control.described_by autofocus=control.autofocus/>
            {error}
        </div>
    }
    .into_any()
}
