//! A form that wakes up: posts without a reload, shows refusals in place, checks fields once they are left.
//!
//! One island serves every form: the fields are the server's HTML, found by their names. That costs a
//! fraction of the bytes of an island per form, and a form without the WASM is the same form.

use leptos::prelude::*;

/// Wakes the form inside it. The form says what to do: `data-event` is the Hub's event that a success
/// dispatches, `data-checks` are the checks of its fields, `data-wait` is the cooldown of its `data-resend`
/// button in seconds.
#[island]
pub fn WakingForm(children: Children) -> impl IntoView {
    let frame = NodeRef::<leptos::html::Div>::new();
    #[cfg(feature = "hydrate")]
    frame.on_load(|frame| super::browser::form::wake(&frame));
    let on_submit = move |_event: leptos::ev::SubmitEvent| {
        #[cfg(feature = "hydrate")]
        super::browser::form::submit(&_event);
    };
    let on_leave = move |_event: leptos::ev::FocusEvent| {
        #[cfg(feature = "hydrate")]
        super::browser::form::leave(&_event);
    };
    let on_input = move |_event: leptos::ev::Event| {
        #[cfg(feature = "hydrate")]
        super::browser::form::input(&_event);
    };
    view! {
        <div node_ref=frame on:submit=on_submit on:focusout=on_leave on:input=on_input>{children()}</div>
    }
}
