//! Sentences, which the server wrote into the page or sends with a refusal.

use super::dom::{part, read_json};
use leptos::leptos_dom::helpers::document;
use model::ErrorCode;
use wasm_bindgen::JsValue;
use web_sys::Element;

/// The sentences that a form may need: those that came with a refusal, then those of the form.
pub(super) struct FormWords {
    sent: JsValue,
    own: JsValue,
}

impl FormWords {
    /// Of a form, and what came with an answer.
    pub(super) fn new(form: &Element, sent: &JsValue) -> Self {
        let own = read_json(&form.get_attribute("data-words").unwrap_or_default());
        Self { sent: sent.clone(), own }
    }

    /// What an error says; a line for each broken rule of a password.
    pub(super) fn of(&self, error: ErrorCode) -> String {
        if let ErrorCode::PasswordPolicy { broken, .. } = error {
            let lines: Vec<_> = broken.iter().filter_map(|rule| self.find(&rule.key())).collect();
            return lines.join("\n");
        }
        let whole = self.find(&error.to_string());
        whole.or_else(|| self.find(ErrorCode::Unavailable.name())).unwrap_or_default()
    }

    pub(super) fn find(&self, key: &str) -> Option<String> {
        part(&self.sent, key).as_string().or_else(|| part(&self.own, key).as_string())
    }
}

/// The words about a cooldown, from the element that shows them.
pub(super) fn wait(line: &Element, seconds: u32) -> String {
    let words = read_json(&line.get_attribute("data-wait").unwrap_or_default());
    let (unit, number) = match seconds {
        0 | 1 => ("seconds", 1),
        2..120 => ("seconds", seconds),
        120..7200 => ("minutes", seconds.div_ceil(60)),
        _ => ("hours", seconds.div_ceil(3600)),
    };
    let sentence = part(&words, &format!("{unit} {}", plural(number))).as_string();
    let sentence = sentence.or_else(|| part(&words, &format!("{unit} other")).as_string());
    sentence.unwrap_or_default().replacen('#', &number.to_string(), 1)
}

/// The category of a number in the page's language.
fn plural(number: u32) -> String {
    let page = document().document_element();
    let language = page.and_then(|page| page.get_attribute("lang")).unwrap_or_default();
    let languages = js_sys::Array::of1(&language.into());
    js_sys::Intl::PluralRules::new(&languages, &js_sys::Object::new()).select(number.into()).into()
}
