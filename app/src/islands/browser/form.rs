//! What the form's island does in the browser.

use super::dom::{
    Posted, dispatch_auth, each, focus, navigate, now, post, reload, sign_in_from_here, stored, value,
};
use super::words::{self, FormWords};
use crate::form::{Check, Checks};
use leptos::leptos_dom::helpers::{document, set_timeout, window_event_listener};
use leptos::prelude::request_animation_frame;
use model::{ErrorCode, FieldName, FormErrors};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, FormData, HtmlElement, HtmlFormElement, HtmlInputElement};

pub(crate) fn submit(event: &leptos::ev::SubmitEvent) {
    let Some(form) = event.target().and_then(|it| it.dyn_into::<HtmlFormElement>().ok()) else { return };
    event.prevent_default();
    let button: Option<Element> = event.submitter().map(Into::into);
    let says = |name| button.as_ref().and_then(|it| it.get_attribute(name));
    if says("aria-disabled").is_some() || form.get_attribute("aria-busy").is_some() {
        return;
    }
    let errors = if says("formnovalidate").is_some() { FormErrors::default() } else { judge(&form) };
    if !errors.is_empty() {
        show(&form, &errors, &JsValue::NULL);
        return;
    }
    let path = says("formaction").or_else(|| form.get_attribute("action")).unwrap_or_default();
    let event = form.get_attribute("data-event").unwrap_or_default();
    let Some(body) = encode(&form) else {
        // Nothing was touched: there is nothing to save, and the form is done with.
        navigate(path.split('?').next().unwrap_or_default());
        return;
    };
    busy(&form, button.as_ref(), true);
    leptos::task::spawn_local(async move {
        match post(&path, &body).await {
            Posted::Done { body, location } => {
                // Some posts are no event: whoever only names an account isn't told about it.
                if !body.is_null() {
                    dispatch_auth(&event, &body);
                }
                navigate(location.as_deref().unwrap_or(&path));
            }
            Posted::Refused { body, errors, words } => {
                dispatch_auth(&format!("{event}_failure"), &body);
                // The account's other pages hear of it too; this one needs no second telling.
                _ = form.set_attribute("data-refused", &now().to_string());
                busy(&form, button.as_ref(), false);
                show(&form, &errors, &words);
            }
        }
    });
}

/// A field that was left is judged, but what the server said about it stays until it is typed into.
/// Whoever goes on to a button is judged by that: an error line that comes now would move the button away
/// from the pointer.
pub(crate) fn leave(event: &leptos::ev::FocusEvent) {
    let next = event.related_target().and_then(|it| it.dyn_into::<Element>().ok());
    if !next.is_some_and(|it| it.matches("button, summary, a").unwrap_or_default()) {
        recheck(event.target(), |field| !value(field).is_empty() && !field.has_attribute("aria-invalid"));
    }
}

/// While typing only what is marked wrong is judged again, so that the mark goes as soon as it may.
pub(crate) fn input(event: &leptos::ev::Event) {
    recheck(event.target(), |field| field.has_attribute("aria-invalid"));
}

fn recheck(target: Option<web_sys::EventTarget>, wanted: impl Fn(&Element) -> bool) {
    let Some(field) = target.and_then(|it| it.dyn_into::<Element>().ok()).filter(wanted) else { return };
    let Ok(Some(form)) = field.closest("form") else { return };
    let name = field.get_attribute("name").unwrap_or_default();
    for (field_name, check) in checks(&form).iter().filter(|(it, _)| it.to_string() == name) {
        let error = verdict(&form, &field, check).err();
        mark(&form, field_name, error, &FormWords::new(&form, &JsValue::NULL));
    }
}

fn checks(form: &Element) -> Vec<(FieldName, Check)> {
    Checks::from(form.get_attribute("data-checks").unwrap_or_default()).0
}

fn judge(form: &Element) -> FormErrors {
    let wrong = |(name, check): (FieldName, Check)| {
        let field = find(form, &name)?;
        let error = verdict(form, &field, &check).err()?;
        Some((name, error))
    };
    FormErrors { form: None, fields: checks(form).into_iter().filter_map(wrong).collect() }
}

/// Once, when the WASM is there.
pub(crate) fn wake(frame: &HtmlElement) {
    let form =
        frame.query_selector("form").ok().flatten().and_then(|it| it.dyn_into::<HtmlFormElement>().ok());
    let Some(form) = form else { return };
    each(&form, "[data-reveal]", reveal_on_click);
    count_down(
        form.clone(),
        form.get_attribute("data-wait").and_then(|it| it.parse().ok()).unwrap_or_default(),
    );
    // Back from the browser's page cache: nothing is under way, and secrets are gone.
    let form = send_wrapper::SendWrapper::new(form);
    window_event_listener(
        leptos::ev::Custom::<web_sys::PageTransitionEvent>::new("pageshow"),
        move |event| {
            if event.persisted() {
                form.reset();
                busy(&form, None, false);
            }
        },
    );
}

fn reveal_on_click(button: &HtmlElement) {
    button.set_hidden(false);
    let clicked = button.clone();
    let on_click = wasm_bindgen::closure::Closure::<dyn Fn()>::new(move || {
        let field = clicked.get_attribute("aria-controls").and_then(|id| document().get_element_by_id(&id));
        let Some(field) = field.and_then(|it| it.dyn_into::<HtmlInputElement>().ok()) else { return };
        let show = field.type_() == "password";
        field.set_type(if show { "text" } else { "password" });
        _ = clicked.set_attribute("aria-pressed", if show { "true" } else { "false" });
        // The other word stands in the attribute.
        if let Some(word) = clicked.first_element_child() {
            let other = clicked.get_attribute("data-reveal");
            _ = clicked.set_attribute("data-reveal", &word.text_content().unwrap_or_default());
            word.set_text_content(other.as_deref());
        }
    });
    button.set_onclick(Some(on_click.as_ref().unchecked_ref()));
    on_click.forget();
}

/// Counts a resend button's cooldown down, in words.
fn count_down(form: HtmlFormElement, seconds: u32) {
    let (Ok(Some(button)), Ok(Some(line))) =
        (form.query_selector("[data-resend]"), form.query_selector("[data-wait]"))
    else {
        return;
    };
    if seconds == 0 {
        _ = button.remove_attribute("aria-disabled");
        line.set_text_content(None);
        return;
    }
    _ = button.set_attribute("aria-disabled", "true");
    line.set_text_content(Some(&words::wait(&line, seconds)));
    set_timeout(move || count_down(form, seconds - 1), Duration::from_secs(1));
}

/// What the form has to say: fields that show what is stored and weren't touched say nothing, or saving
/// would undo what was changed elsewhere meanwhile. Nothing, if none of them was touched.
fn encode(form: &HtmlFormElement) -> Option<String> {
    let fields = FormData::new_with_form(form).ok()?;
    // What a refused post without scripts has left in the page was typed, though it isn't touched now.
    let typed = form.query_selector("[name^=attributes]:not([data-stored])").ok().flatten();
    let (mut untouched, mut touched) = (false, typed.is_some());
    each(form, "[data-stored]", |field| {
        if value(field) == stored(field) {
            untouched = true;
            fields.delete(&field.get_attribute("name").unwrap_or_default());
        } else {
            touched = true;
        }
    });
    if untouched && !touched {
        return None;
    }
    let encoded = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
    Some(encoded.to_string().into())
}

fn busy(form: &HtmlFormElement, button: Option<&Element>, busy: bool) {
    let flag = |element: &Element| {
        _ = if busy {
            element.set_attribute("aria-busy", "true")
        } else {
            element.remove_attribute("aria-busy")
        }
    };
    flag(form);
    if let Some(button) = button {
        flag(button);
    } else if let Ok(Some(button)) = form.query_selector("button[aria-busy]") {
        flag(&button);
    }
}

fn find(form: &Element, name: &FieldName) -> Option<Element> {
    form.query_selector(&format!("[name=\"{name}\"]")).ok().flatten()
}

fn verdict(form: &Element, field: &Element, check: &Check) -> Result<(), ErrorCode> {
    check.judge(&value(field), |other| find(form, other).map(|it| value(&it)).unwrap_or_default())
}

/// Shows or clears one field's error; `false` if the form has no such field.
fn mark(form: &Element, name: &FieldName, error: Option<ErrorCode>, words: &FormWords) -> bool {
    let Some(field) = find(form, name) else { return false };
    match error {
        Some(_) => {
            _ = field.set_attribute("aria-invalid", "true");
            // The password, asked for only now.
            if let Ok(Some(hidden)) = field.closest("[data-again]") {
                _ = hidden.remove_attribute("hidden");
            }
        }
        None => _ = field.remove_attribute("aria-invalid"),
    }
    if let Some(line) = document().get_element_by_id(&format!("{}-error", field.id())) {
        line.set_text_content(error.map(|error| words.of(error)).as_deref());
    }
    true
}

/// Shows errors in place, in the words of the form and of its answer: each error beside its field, what has no
/// field above the form, the focus on the first of them.
fn show(form: &HtmlFormElement, errors: &FormErrors, sent: &JsValue) {
    let words = FormWords::new(form, sent);
    each(form, "[aria-invalid]", |field| {
        if let Some(Ok(name)) = field.get_attribute("name").map(|name| name.parse()) {
            mark(form, &name, None, &words);
        }
    });
    let elsewhere: Vec<_> = errors
        .fields
        .iter()
        .filter(|(name, error)| !mark(form, name, Some(*error), &words))
        .map(|(_, error)| *error)
        .collect();
    let headline = errors.form.or(elsewhere.first().copied());
    let Ok(Some(summary)) = form.query_selector("[data-summary]") else {
        // A lone button has no place for words: the page as it is now says whose it is.
        if errors.form == Some(ErrorCode::OtherAccount) {
            reload();
        }
        return;
    };
    summarise(&summary, headline, &words);
    let first = form.query_selector("[aria-invalid]").ok().flatten();
    let target = if headline.is_some() { Some(summary) } else { first };
    if let Some(target) = target {
        request_animation_frame(move || focus(&target));
    }
}

fn summarise(summary: &Element, headline: Option<ErrorCode>, words: &FormWords) {
    _ = summary.toggle_attribute_with_force("hidden", headline.is_none());
    summary.set_text_content(None);
    let Some(error) = headline else { return };
    if let Ok(strong) = document().create_element("strong") {
        strong.set_text_content(Some(&words.of(error)));
        _ = summary.append_child(&strong);
    }
    if let (ErrorCode::SignedOut, Ok(link)) = (error, document().create_element("a")) {
        _ = link.set_attribute("href", &sign_in_from_here());
        link.set_text_content(words.find("sign-in-again").as_deref());
        _ = summary.append_child(&link);
    }
}
