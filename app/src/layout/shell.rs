//! The document around every page: head, frame, scripts, and the policy that holds for it.

use super::layouts::{AccountLayout, AuthLayout, ErrorLayout, footer, navigation};
use super::page_response::{Layout, PageContent};
use crate::form::account::PageAccount;
use crate::request::cookies::{self, CookieName};
use crate::request::{PageRequest, SiteFiles, Theme};
use crate::{scripts, text};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, SET_COOKIE};
use http::{HeaderValue, Response, StatusCode};
use leptos::hydration::AutoReload;
use leptos::nonce::{provide_nonce, use_nonce};
use leptos::prelude::*;
use std::sync::Arc;

/// Renders a page to its complete response.
pub fn render(page: PageContent, request: &PageRequest) -> Response<String> {
    let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let account = request.account_digest();
    let private = account.is_some();
    let flash_shown = request.flash.is_some();
    let secure = request.site.secure;
    let owner = Owner::new_root(Some(Arc::new(hydration_context::SsrSharedContext::new_islands())));
    let (html, policy) = owner.with(|| {
        provide_nonce();
        if let Some(account) = account.clone() {
            provide_context(PageAccount(account));
        }
        let policy = content_security_policy(
            use_nonce().as_deref().unwrap_or_default(),
            request.site.leptos.reload_port,
        );
        (format!("<!DOCTYPE html>{}", document(page, request, account).to_html()), policy)
    });
    owner.unset_with_forced_cleanup();

    let mut response = Response::new(html);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    // What a signed-in person sees is kept nowhere, or Back after Sign out would show it from the page cache.
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static(if private { "no-store" } else { "private, no-cache" }),
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    if let (true, Ok(forget)) =
        (flash_shown, HeaderValue::from_str(&cookies::forget(CookieName::Flash, secure)))
    {
        headers.append(SET_COOKIE, forget);
    }
    response
}

/// Scripts only with this page's nonce, WASM, everything else from here (CSP level 3).
fn content_security_policy(nonce: &str, reload_port: u32) -> String {
    // `cargo leptos watch` reloads over a socket of its own.
    let socket = |host| format!(" ws://{host}:{reload_port}");
    let watch =
        if cfg!(debug_assertions) { socket("127.0.0.1") + &socket("localhost") } else { String::new() };
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'{watch}; \
         img-src 'self' data: blob:; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// Text between two tags. In development builds the framework would put a marker behind it, which is a comment
/// anywhere but in a title.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn document(page: PageContent, request: &PageRequest, account: Option<String>) -> impl IntoView + use<> {
    let files = (request.site.files)();
    let name = request.site.pool.settings().name.clone();
    let theme = request.theme;
    let forced = (theme != Theme::System).then(|| theme.as_str());
    let scheme = forced.unwrap_or("light dark");
    // Only `cargo leptos watch` reloads pages.
    let watched = cfg!(debug_assertions).then(|| request.site.leptos.as_ref().clone());
    let language = text::words().language().tag();
    let title = escaped(&format!("{} · {name}", page.title));
    let body = (page.body)();
    let footer = footer(request);
    let page = match page.layout {
        Layout::Auth => view! { <AuthLayout name footer>{body}</AuthLayout> }.into_any(),
        Layout::Account { username } => {
            let navigation = navigation(request);
            view! { <AccountLayout name username navigation footer>{body}</AccountLayout> }.into_any()
        }
        Layout::Error(status) => view! { <ErrorLayout status footer>{body}</ErrorLayout> }.into_any(),
    };
    view! {
        <html lang=language dir="ltr" data-theme=forced data-account=account>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content=scheme/>
                <title inner_html=title></title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                {files.map(links)}
                {watched.map(|options| view! { <AutoReload options/> })}
            </head>
            <body>
                {page}
                <script type="module" src=scripts::PAGE.path nonce=use_nonce()></script>
            </body>
        </html>
    }
}

/// The built files: the styles, and the islands, which `js/page.js` fetches from the addresses that it reads here.
fn links(SiteFiles { js, wasm, css }: SiteFiles) -> impl IntoView {
    view! {
        <link rel="stylesheet" href=css/>
        <link rel="modulepreload" href=js data-wasm=wasm/>
    }
}
