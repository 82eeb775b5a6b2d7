//! The frames that pages stand in: what is around every page of a kind.

use crate::auth_events::FormEvent;
use crate::form::Form;
use crate::request::{Theme, Visit};
use crate::text;
use leptos::prelude::*;
use model::{Page, paths};

/// The frame of pages before sign-in: one sheet, the service's name on the plate.
pub fn door(visit: &Visit, name: String, body: AnyView) -> impl IntoView + use<> {
    view! {
        <div class="door">
            <header class="plate">{name}</header>
            <main>{body}</main>
            {foot(visit)}
        </div>
    }
}

/// The frame of pages after sign-in.
pub fn house(visit: &Visit, who: String, body: AnyView) -> impl IntoView + use<> {
    let name = visit.site.pool.settings().name.clone();
    view! {
        <a class="skip" href="#main">{text::SKIP}</a>
        <div class="house">
            <header class="bar">
                <a href=paths::PROFILE><img src="/wordmark.svg" alt=name width="152" height="34"/></a>
                <bdi class="who small soft">{who}</bdi>
                <Form action=paths::SIGN_OUT.to_owned() event=FormEvent::SignOut rules=vec![]><button class="button slim">{text::SIGN_OUT}</button></Form>
            </header>
            {rail(visit)}
            <main id="main">{body}</main>
            {foot(visit)}
        </div>
    }
}

/// The pages of an account, on each of them.
const RAIL: [Page; 4] = [Page::Profile, Page::Security, Page::Activity, Page::Account];

fn rail(visit: &Visit) -> impl IntoView + use<> {
    let is_in = |path: &str| {
        visit.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let links = RAIL.map(|page| {
        let path = page.path();
        let current = if visit.path == path { Some("page") } else { is_in(path).then_some("true") };
        view! { <li><a href=path aria-current=current>{text::title(page)}</a></li> }
    });
    view! { <nav class="rail" aria-label=text::YOUR_ACCOUNT><ul>{links.collect_view()}</ul></nav> }
}

/// The frame of an error: its number on the plate.
pub fn fault(visit: &Visit, number: u16, body: AnyView) -> impl IntoView + use<> {
    view! {
        <div class="door">
            <p class="plate number" aria-hidden="true">{number}</p>
            <main class="stack">{body}</main>
            {foot(visit)}
        </div>
    }
}

fn foot(visit: &Visit) -> impl IntoView + use<> {
    let here = Page::at(&visit.path).map_or(paths::START, |(_, address)| address);
    let choices = Theme::ALL.map(|theme| {
        let pressed = if theme == visit.theme { "true" } else { "false" };
        view! { <button name="theme" value=theme.as_str() aria-pressed=pressed>{text::theme(theme)}</button> }
    });
    view! {
        <footer class="foot">
            <p>{text::FOOT}</p>
            <form class="theme" method="post" action=paths::THEME aria-label=text::THEME>
                <input type="hidden" name="next" value=here/>
                {choices.collect_view()}
            </form>
        </footer>
    }
}
