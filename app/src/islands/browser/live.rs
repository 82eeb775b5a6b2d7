//! What a page that hears of its account does in the browser. `js/live.js` has the stream.

use super::dom::{
    Posted, dispatch_auth, each, navigate, now, part, post, read_json, reload, sign_in_from_here, store,
    stored, value,
};
use leptos::prelude::*;
use model::paths;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CustomEvent, Element, Event, HtmlElement};

/// How long to wait before another look at a busy form.
const BUSY: i32 = 50;
/// How long the cookie of a new session may take to follow the news that the old one ended.
const SETTLED: i32 = 200;
/// So long after a errors its event is taken for the page's own.
const OWN: i64 = 3_000;

/// Follows the account's events: the script is told that this page is awake, and tells what it hears.
pub(crate) fn follow(frame: Element) {
    let frame = SendWrapper::new(frame);
    window_event_listener(leptos::ev::Custom::<CustomEvent>::new("live"), move |said| {
        let frame = frame.clone();
        leptos::task::spawn_local(async move {
            let said = said.detail();
            let signed_in = match part(&said, "data").as_string() {
                Some(message) => {
                    arrived(&message, &frame).await;
                    true
                }
                None => is_signed_in(&frame).await,
            };
            if let Ok(done) = part(&said, "done").dyn_into::<js_sys::Function>() {
                _ = done.call1(&JsValue::NULL, &signed_in.into());
            }
        });
    });
    if let Ok(start) = Event::new("live-start") {
        _ = window().dispatch_event(&start);
    }
}

/// The stream has ended, with its session or without. If a form of this browser did it, that form goes on; and if
/// the browser has another session by now, as after a change of the password, so does the page. Signed out for
/// good, the refresh leaves.
async fn is_signed_in(frame: &Element) -> bool {
    while document().query_selector("form[aria-busy]").ok().flatten().is_some() {
        pause(BUSY).await;
    }
    pause(SETTLED).await;
    refresh(frame).await.is_some()
}

async fn pause(milliseconds: i32) {
    let promise = js_sys::Promise::new(&mut |done, _| {
        _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, milliseconds);
    });
    _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}

fn first(frame: &Element, selector: &str) -> Option<Element> {
    frame.query_selector(selector).ok().flatten()
}

/// An event as `GET /events` sends it: the Hub's payload, and the sentence for people.
async fn arrived(message: &str, frame: &Element) {
    // While a form is being sent the event may be that form's. If it is done the next page shows it, and
    // this one ends here; if it is refused the form has told so itself.
    while first(frame, "form[aria-busy]").is_some() {
        pause(BUSY).await;
    }
    let message = read_json(message);
    let event = part(&message, "event").as_string().unwrap_or_default();
    if is_own_refusal(frame, &event) {
        return;
    }
    dispatch_auth(&event, &part(&message, "data"));
    if let (Some(_), Some(text)) = (refresh(frame).await, part(&message, "text").as_string()) {
        announce(frame, &text);
    }
}

/// Whether a form of this page was just refused with this event.
fn is_own_refusal(frame: &Element, event: &str) -> bool {
    let form = event
        .strip_suffix("_failure")
        .and_then(|name| first(frame, &format!("form[data-event={name}][data-refused]")));
    let Some(form) = form else { return false };
    let at = form.get_attribute("data-refused").and_then(|at| at.parse::<i64>().ok()).unwrap_or_default();
    _ = form.remove_attribute("data-refused");
    now() - at < OWN
}

pub(crate) fn refresh_on_click(event: &leptos::ev::MouseEvent) {
    let pressed = event
        .target()
        .and_then(|it| it.dyn_into::<Element>().ok())
        .and_then(|it| it.closest("[data-refresh]").ok()?);
    let frame = event.current_target().and_then(|it| it.dyn_into::<Element>().ok());
    let (Some(_), Some(frame)) = (pressed, frame) else { return };
    event.prevent_default();
    leptos::task::spawn_local(async move {
        if let Some(changed) = refresh(&frame).await {
            tell_changes(&frame, &changed);
        }
    });
}

/// Says what a refresh has found, in the words of the line that says it.
fn tell_changes(frame: &Element, changed: &[String]) {
    each(frame, "[data-said]", |line| {
        let words = |name| line.get_attribute(name).unwrap_or_default();
        let said = if changed.is_empty() {
            words("data-same")
        } else {
            words("data-changed").replacen('#', &changed.join(", "), 1)
        };
        line.set_text_content(Some(&said));
    });
}

fn announce(frame: &Element, words: &str) {
    each(frame, "[data-said]", |line| line.set_text_content(Some(words)));
}

/// Re-reads the page's live parts; the labels of what is different now. Signed out by now: to the
/// sign-in.
async fn refresh(frame: &Element) -> Option<Vec<String>> {
    match post(paths::PROFILE_REFRESH, &page_account()).await {
        Posted::Done { body, .. } => {
            let (mut changed, mut stale) = (Vec::new(), false);
            each(frame, "[data-live]", |old| {
                let fresh = part(&part(&body, "parts"), &old.get_attribute("data-live").unwrap_or_default())
                    .as_string();
                if let Some(fresh) = fresh.filter(|fresh| *fresh != old.inner_html()) {
                    replace(old, &fresh, &mut changed);
                    stale |= old.has_attribute("data-reload");
                }
            });
            take_over(frame, &part(&body, "stored"), &mut changed);
            if stale && !is_typed_into(frame) {
                reload();
            }
            Some(changed)
        }
        Posted::Refused { errors, .. } => {
            match errors.form {
                Some(model::ErrorCode::SignedOut) => navigate(&sign_in_from_here()),
                Some(model::ErrorCode::OtherAccount) => reload(),
                Some(_) | None => {}
            }
            None
        }
    }
}

/// Whose page this is, as its forms say it.
fn page_account() -> String {
    let page = document().document_element();
    let account = page.and_then(|page| page.get_attribute("data-account"));
    account.map(|account| format!("account={account}")).unwrap_or_default()
}

/// Whether somebody is in the middle of something here.
fn is_typed_into(frame: &Element) -> bool {
    let mut typed = false;
    each(frame, "input:not([type=hidden], [readonly])", |field| typed |= !value(field).is_empty());
    typed
}

/// Puts the server's HTML in place, and notes the label of each row that says something else now.
fn replace(old: &HtmlElement, fresh: &str, changed: &mut Vec<String>) {
    let before = rows(old);
    old.set_inner_html(fresh);
    let after = rows(old);
    let differs = |row: &&(String, String), others: &[(String, String)]| !others.contains(row);
    let labels = after
        .iter()
        .filter(|row| differs(row, &before))
        .chain(before.iter().filter(|row| differs(row, &after)));
    for (label, _) in labels {
        if !changed.contains(label) {
            changed.push(label.clone());
        }
    }
}

/// Label and words of each row, but for the row that lists what is missing.
fn rows(part: &HtmlElement) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    each(part, "[data-attribute]", |row| {
        let label =
            row.query_selector("dt").ok().flatten().and_then(|it| it.text_content()).unwrap_or_default();
        rows.push((label, row.text_content().unwrap_or_default()));
    });
    rows
}

/// Fields that show a stored value take the new one over, and their labels are noted; what was typed
/// stays.
fn take_over(frame: &Element, stored_now: &JsValue, changed: &mut Vec<String>) {
    each(frame, "[data-stored]", |field| {
        let name = field.get_attribute("name").unwrap_or_default();
        let name = name.trim_start_matches("attributes[").trim_end_matches(']');
        let is = part(stored_now, name).as_string().unwrap_or_default();
        if is == stored(field) {
            return;
        }
        store(field, &is);
        let label = frame.query_selector(&format!("label[for=\"{}\"]", field.id())).ok().flatten();
        changed.extend(label.and_then(|it| it.text_content()));
    });
}
