//! A page that hears what happens to its account elsewhere: one stream of events per page, closed while the page
//! sleeps.

use leptos::prelude::*;

/// Follows the account's events and re-reads what is marked `data-live`, without a reload and without touching what
/// is being typed. Its first element says where to start (`data-after`, an event's id). `data-refresh` marks what is
/// pressed to re-read by hand, `data-said` the line that tells what changed.
#[island]
pub fn Live(children: Children) -> impl IntoView {
    let frame = NodeRef::<leptos::html::Div>::new();
    #[cfg(feature = "hydrate")]
    frame.on_load(|frame| browser::follow(frame.into()));
    let on_click = move |_event: leptos::ev::MouseEvent| {
        #[cfg(feature = "hydrate")]
        browser::refresh_on_click(&_event);
    };
    view! { <div node_ref=frame on:click=on_click>{children()}</div> }
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::super::dom::{Answered, dispatch_auth, each, go, part, post, read_json, store, stored};
    use crate::text;
    use futures_util::StreamExt;
    use gloo_net::eventsource::futures::EventSource;
    use leptos::prelude::*;
    use model::paths;
    use send_wrapper::SendWrapper;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{Element, HtmlElement, PageTransitionEvent};

    /// Follows the account's events while the page can be seen. Hidden pages let go of the stream: over HTTP/1.1 a
    /// browser has six connections for all its tabs. They resume by the last id.
    pub(super) fn follow(frame: Element) {
        let after = frame.query_selector("[data-after]").ok().flatten().and_then(|it| it.get_attribute("data-after"));
        let newest = StoredValue::new(after.unwrap_or_default());
        let frame = SendWrapper::new(frame);
        let stream = StoredValue::new_local(open(newest, &frame));
        window_event_listener(leptos::ev::Custom::<web_sys::Event>::new("visibilitychange"), move |_| {
            stream.set_value(if document().hidden() { None } else { open(newest, &frame) });
        });
        // A page that comes back from the page cache is asked for again: the shell's script sees to it.
        window_event_listener(leptos::ev::Custom::<PageTransitionEvent>::new("pagehide"), move |_| stream.set_value(None));
    }

    fn open(newest: StoredValue<String>, frame: &Element) -> Option<EventSource> {
        let mut stream = EventSource::new(&format!("{}?after={}", paths::EVENTS, newest.get_value())).ok()?;
        let mut events = stream.subscribe("message").ok()?;
        let mut ended = stream.subscribe("signed-out").ok()?;
        let frame = frame.clone();
        leptos::task::spawn_local(async move {
            while let Some(next) = events.next().await {
                match next {
                    Ok((_, message)) => {
                        newest.set_value(message.last_event_id());
                        arrived(&message.data().as_string().unwrap_or_default(), &frame).await;
                    }
                    // Cut off: find out whether we are still signed in. The browser reconnects by itself.
                    Err(_) => _ = refresh(&frame).await,
                }
            }
        });
        leptos::task::spawn_local(async move {
            if let Some(Ok(_)) = ended.next().await {
                leave();
            }
        });
        Some(stream)
    }

    /// An event as `GET /events` sends it: the Hub's payload, and the sentence for people.
    async fn arrived(message: &str, frame: &Element) {
        // What this page itself is doing, its form tells; the next page shows the rest.
        if frame.query_selector("form[aria-busy]").ok().flatten().is_some() {
            return;
        }
        let message = read_json(message);
        dispatch_auth(&part(&message, "event").as_string().unwrap_or_default(), &part(&message, "data"));
        if let (Some(_), Some(text)) = (refresh(frame).await, part(&message, "text").as_string()) {
            say(frame, &text);
        }
    }

    pub(super) fn refresh_on_click(event: &leptos::ev::MouseEvent) {
        let pressed = event.target().and_then(|it| it.dyn_into::<Element>().ok()).and_then(|it| it.closest("[data-refresh]").ok()?);
        let frame = event.current_target().and_then(|it| it.dyn_into::<Element>().ok());
        let (Some(_), Some(frame)) = (pressed, frame) else { return };
        event.prevent_default();
        leptos::task::spawn_local(async move {
            if let Some(changed) = refresh(&frame).await {
                say(&frame, &if changed.is_empty() { text::NOTHING_CHANGED.to_owned() } else { text::changed(&changed) });
            }
        });
    }

    fn say(frame: &Element, words: &str) {
        each(frame, "[data-said]", |line| line.set_text_content(Some(words)));
    }

    /// Re-reads the page's live parts; the labels of what is different now. Signed out by now: to the sign-in.
    async fn refresh(frame: &Element) -> Option<Vec<String>> {
        match post(paths::PROFILE_REFRESH, "").await {
            Answered::Done { body, .. } => {
                let mut changed = Vec::new();
                each(frame, "[data-live]", |old| {
                    let fresh = part(&part(&body, "parts"), &old.get_attribute("data-live").unwrap_or_default()).as_string();
                    if let Some(fresh) = fresh.filter(|fresh| *fresh != old.inner_html()) {
                        replace(old, &fresh, &mut changed);
                    }
                });
                take_over(frame, &part(&body, "stored"), &mut changed);
                Some(changed)
            }
            Answered::Refused { refusal, .. } => {
                if refusal.form == Some(model::Why::SignedOut) {
                    leave();
                }
                None
            }
        }
    }

    /// Puts the server's HTML in place, and notes the label of each row that says something else now.
    fn replace(old: &HtmlElement, fresh: &str, changed: &mut Vec<String>) {
        let before = rows(old);
        old.set_inner_html(fresh);
        let after = rows(old);
        let differs = |row: &&(String, String), others: &[(String, String)]| !others.contains(row);
        let labels = after.iter().filter(|row| differs(row, &before)).chain(before.iter().filter(|row| differs(row, &after)));
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
            let label = row.query_selector("dt").ok().flatten().and_then(|it| it.text_content()).unwrap_or_default();
            rows.push((label, row.text_content().unwrap_or_default()));
        });
        rows
    }

    /// Fields that show a stored value take the new one over, and their labels are noted; what was typed stays.
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

    fn leave() {
        let here = window().location().pathname().unwrap_or_default();
        go(&paths::next(&here).map_or_else(|| paths::SIGN_IN.to_owned(), |next| format!("{}?next={next}", paths::SIGN_IN)));
    }
}
