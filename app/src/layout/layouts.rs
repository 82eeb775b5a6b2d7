//! What is around every page of a kind.

use crate::auth_events::FormEvent;
use crate::form::Form;
use crate::request::{PageRequest, Theme};
use crate::text;
use leptos::prelude::*;
use model::{Page, paths};

/// Around pages before sign-in: one sheet, the service's name on the plate.
#[component]
pub(super) fn AuthLayout(name: String, footer: AnyView, children: Children) -> impl IntoView {
    view! {
        <div class="door">
            <header class="plate">{name}</header>
            <main>{children()}</main>
            {footer}
        </div>
    }
}

/// Around pages after sign-in.
#[component]
pub(super) fn AccountLayout(
    name: String,
    username: String,
    navigation: AnyView,
    footer: AnyView,
    children: Children,
) -> impl IntoView {
    view! {
        <a class="skip" href="#main">{text::words().skip()}</a>
        <div class="house">
            <header class="bar">
                <a href=paths::PROFILE><img src="/wordmark.svg" alt=name width="152" height="34"/></a>
                <bdi class="who small soft">{username}</bdi>
                <Form action=paths::SIGN_OUT.to_owned() event=FormEvent::SignOut rules=vec![]><button class="button slim">{text::words().sign_out()}</button></Form>
            </header>
            {navigation}
            <main id="main">{children()}</main>
            {footer}
        </div>
    }
}

/// Around an error: its number on the plate.
#[component]
pub(super) fn ErrorLayout(status: u16, footer: AnyView, children: Children) -> impl IntoView {
    view! {
        <div class="door">
            <p class="plate number" aria-hidden="true">{status}</p>
            <main class="stack">{children()}</main>
            {footer}
        </div>
    }
}

/// The pages of an account that every one of them leads to.
const NAVIGATION: [Page; 4] = [Page::Profile, Page::Security, Page::Activity, Page::Account];

pub(super) fn navigation(request: &PageRequest) -> AnyView {
    let is_in = |path: &str| {
        request.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let links = NAVIGATION.map(|page| {
        let path = page.path();
        let current = if request.path == path { Some("page") } else { is_in(path).then_some("true") };
        view! { <li><a href=path aria-current=current>{text::title(page)}</a></li> }
    });
    view! { <nav class="rail" aria-label=text::words().your_account()><ul>{links.collect_view()}</ul></nav> }
        .into_any()
}

pub(super) fn footer(request: &PageRequest) -> AnyView {
    let here = Page::at(&request.path).map_or(paths::START, |(_, address)| address);
    let choices = Theme::ALL.map(|theme| {
        let pressed = if theme == request.theme { "true" } else { "false" };
        view! { <button name="theme" value=theme.as_str() aria-pressed=pressed>{text::theme(theme)}</button> }
    });
    view! {
        <footer class="foot">
            <p>{text::words().foot()}</p>
            <form class="theme" method="post" action=paths::THEME aria-label=text::words().theme()>
                <input type="hidden" name="next" value=here/>
                {choices.collect_view()}
            </form>
        </footer>
    }
    .into_any()
}
