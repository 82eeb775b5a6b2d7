//! A page that hears what happens to its account elsewhere: one stream of events per browser, closed while its
//! pages sleep.

use leptos::prelude::*;

/// Follows the account's events and re-reads what is marked `data-live`, without a reload and without
/// touching what is being typed. Its first element says where to start (`data-after`, an event's id).
/// `data-refresh` marks what is pressed to re-read by hand, `data-said` the line that tells what changed,
/// `data-reload` a live part that the page's forms depend on: when it changes and nothing is typed, the page
/// is loaded again.
#[island]
pub fn Live(children: Children) -> impl IntoView {
    let frame = NodeRef::<leptos::html::Div>::new();
    #[cfg(feature = "hydrate")]
    frame.on_load(|frame| super::browser::live::follow(frame.into()));
    let on_click = move |_event: leptos::ev::MouseEvent| {
        #[cfg(feature = "hydrate")]
        super::browser::live::refresh_on_click(&_event);
    };
    view! { <div node_ref=frame on:click=on_click>{children()}</div> }
}
