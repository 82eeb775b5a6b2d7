//! The browser's own things: posting, navigating, the page's events.

use leptos::leptos_dom::helpers::{document, window};
use model::{ErrorCode, FormErrors, paths};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    CustomEvent, CustomEventInit, Element, HtmlElement, HtmlInputElement, HtmlSelectElement,
    HtmlTextAreaElement,
};

/// What a post was answered.
pub(super) enum Posted {
    Done {
        body: JsValue,
        location: Option<String>,
    },
    /// With the sentences that the service sent along.
    Refused {
        body: JsValue,
        errors: FormErrors,
        words: JsValue,
    },
}

/// Posts a form as the browser would have, asking for JSON instead of a page.
pub(super) async fn post(path: &str, form: &str) -> Posted {
    match try_post(path, form).await {
        Ok(posted) => posted,
        Err(_) => Posted::Refused {
            body: JsValue::NULL,
            errors: FormErrors::form(ErrorCode::Unavailable),
            words: JsValue::NULL,
        },
    }
}

async fn try_post(path: &str, form: &str) -> Result<Posted, gloo_net::Error> {
    let request = gloo_net::http::Request::post(path)
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body(form)?.send().await?;
    let body = read_json(&answer.text().await?);
    if answer.ok() {
        return Ok(Posted::Done { body, location: answer.headers().get("location") });
    }
    let errors = read_errors(&body);
    // Whoever listens to the page hears the codes alone.
    let words = part(&body, "words");
    if let Some(object) = body.dyn_ref::<js_sys::Object>() {
        _ = js_sys::Reflect::delete_property(object, &"words".into());
    }
    Ok(Posted::Refused { body, errors, words })
}

/// `{"form": code or null, "fields": [[name, code], …]}`. What can't be read is our fault, not the person's.
fn read_errors(body: &JsValue) -> FormErrors {
    let code = |value: JsValue| value.as_string().and_then(|code| code.parse::<ErrorCode>().ok());
    let pair = |pair: JsValue| {
        let pair = js_sys::Array::from(&pair);
        Some((pair.get(0).as_string()?.parse().ok()?, code(pair.get(1))?))
    };
    let fields = js_sys::Array::from(&part(body, "fields")).iter().filter_map(pair).collect();
    let errors = FormErrors { form: code(part(body, "form")), fields };
    if errors.is_empty() { FormErrors::form(ErrorCode::Unavailable) } else { errors }
}

/// A member of an object; `undefined` where there is none.
pub(super) fn part(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &name.into()).unwrap_or_default()
}

/// The time in milliseconds. As a whole number: to write and read fractions is code that nothing else here
/// needs.
pub(super) fn now() -> i64 {
    js_sys::Date::now() as i64
}

/// Does something with every element that a selector finds.
pub(super) fn each(root: &Element, selector: &str, mut work: impl FnMut(&HtmlElement)) {
    let Ok(found) = root.query_selector_all(selector) else { return };
    for at in 0..found.length() {
        if let Some(element) = found.get(at).and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
            work(&element);
        }
    }
}

/// Dispatches the guide's Hub payload: a `CustomEvent` named `auth` whose detail is `{event, data}`.
pub(super) fn dispatch_auth(event: &str, data: &JsValue) {
    let detail = js_sys::Object::new();
    _ = js_sys::Reflect::set(&detail, &"event".into(), &event.into());
    _ = js_sys::Reflect::set(&detail, &"data".into(), data);
    let init = CustomEventInit::new();
    init.set_bubbles(true);
    init.set_detail(&detail);
    if let Ok(event) = CustomEvent::new_with_event_init_dict("auth", &init) {
        _ = document().dispatch_event(&event);
    }
}

/// JSON as the browser reads it; nothing for what isn't.
pub(super) fn read_json(text: &str) -> JsValue {
    js_sys::JSON::parse(text).unwrap_or(JsValue::NULL)
}

/// Loads a page of ours; a page whose address is the current one is loaded again.
pub(super) fn navigate(path: &str) {
    _ = window().location().assign(path);
}

/// Loads this page again.
pub(super) fn reload() {
    _ = window().location().reload();
}

/// The address of the sign-in that leads back to this page, as far as the server finds it in its list.
pub(super) fn sign_in_from_here() -> String {
    format!("{}?next={}", paths::SIGN_IN, window().location().pathname().unwrap_or_default())
}

pub(super) fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        _ = element.focus();
    }
}

/// What stands in a field.
pub(super) fn value(field: &Element) -> String {
    if let Some(field) = field.dyn_ref::<HtmlInputElement>() {
        field.value()
    } else if let Some(field) = field.dyn_ref::<HtmlSelectElement>() {
        field.value()
    } else {
        field.dyn_ref::<HtmlTextAreaElement>().map(HtmlTextAreaElement::value).unwrap_or_default()
    }
}

/// What a field showed when the page came, as the HTML has it: a field is touched where its value is another.
pub(super) fn stored(field: &Element) -> String {
    if let Some(field) = field.dyn_ref::<HtmlInputElement>() {
        field.default_value()
    } else if let Some(field) = field.dyn_ref::<HtmlTextAreaElement>() {
        field.default_value().unwrap_or_default()
    } else {
        let chosen = field.query_selector("option[selected]").ok().flatten();
        chosen.and_then(|it| it.get_attribute("value")).unwrap_or_default()
    }
}

/// Puts a newer stored value into a field; what was typed stays.
pub(super) fn store(field: &Element, is: &str) {
    let typed = Some(value(field)).filter(|typed| *typed != stored(field));
    let shown = typed.as_deref().unwrap_or(is);
    if let Some(field) = field.dyn_ref::<HtmlInputElement>() {
        field.set_default_value(is);
        field.set_value(shown);
    } else if let Some(field) = field.dyn_ref::<HtmlTextAreaElement>() {
        _ = field.set_default_value(is);
        field.set_value(shown);
    } else if let Some(select) = field.dyn_ref::<HtmlSelectElement>() {
        each(field, "option", |option| {
            _ = option.toggle_attribute_with_force(
                "selected",
                option.get_attribute("value").as_deref() == Some(is),
            );
        });
        select.set_value(shown);
    }
}
