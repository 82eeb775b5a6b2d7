//! `/undo`: what the link in a mail takes back, and the button that does it. Looking changes nothing: programs
//! follow the links in mails too.

use crate::auth_events::{AccountData, FormEvent};
use crate::form::{Form, FormError, FormPost, FormState, refused, summary};
use crate::layout::{Layout, PageResponse, heading};
use crate::request::{Flash, PageError, PageRequest, RequestContext};
use crate::text::{self, Around};
use crate::times::clock_time;
use accounts::Timestamp;
use accounts::undo::{ContactUndone, UndoPreview};
use leptos::prelude::*;
use model::{FieldName, Page, paths};

/// The screen, for whoever has the link, signed in or not.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let state = request.form(paths::UNDO);
    let token = state.typed.get(&FieldName::Token).map(String::as_str).or(request.query("token"));
    let token = token.unwrap_or_default().to_owned();
    let pool = &request.site.pool;
    let (preview, now) = (accounts::undo::preview(pool, &token).await?, pool.now());
    Ok(match preview {
        Some(preview) => PageResponse::page(Page::Undo, Layout::Auth, move || {
            view! { <TakeBack preview token state now/> }.into_any()
        }),
        None if !accounts::undo::is_complete(&token) => {
            PageResponse::page(Page::Undo, Layout::Auth, incomplete)
        }
        None => PageResponse::page(Page::Undo, Layout::Auth, over),
    })
}

#[component]
fn TakeBack(preview: UndoPreview, token: String, state: FormState, now: Timestamp) -> impl IntoView {
    let (since, until) = (clock_time(preview.since, now), clock_time(preview.until, now));
    let whose = preview.username.clone();
    view! {
        {heading(text::words().undo_heading(), state.errors.is_empty())}
        <div class="stack">
            {since_when(&since, whose)}
            {(!preview.contacts.is_empty()).then(|| contacts(&preview.contacts))}
            <p><strong>{text::words().undo_also()}</strong></p>
            <ul class="bullets">{consequences(&preview).into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            <Form action=paths::UNDO.to_owned() event=FormEvent::UndoChanges rules=vec![]>
                {summary(&state)}
                <input type="hidden" name="token" value=token/>
                <div class="actions">
                    <button class="button main">{text::words().take_back()}</button>
                    <a class="button plain" href=paths::SIGN_IN>{text::words().keep_changes()}</a>
                </div>
            </Form>
            <p class="small soft">{text::words().undo_until(&until)}</p>
        </div>
    }
}

/// Since when there are changes, and in whose account, where people have names.
fn since_when(since: &str, username: Option<String>) -> AnyView {
    let Some(username) = username else {
        return view! { <p>{text::words().undo_since(since)}</p> }.into_any();
    };
    let Around { before, after } = text::undo_since_of(since);
    view! { <p>{before}<strong><bdi>{username}</bdi></strong>{after}</p> }.into_any()
}

fn contacts(changed: &[ContactUndone]) -> impl IntoView + use<> {
    let value = |value: Option<String>| match value {
        Some(value) => view! { <bdi>{value}</bdi> }.into_any(),
        None => view! { <span class="soft">{text::words().no_contact()}</span> }.into_any(),
    };
    let row = |contact: &ContactUndone| {
        let (now, after) = (value(contact.now.clone()), value(contact.after.clone()));
        let (is_now, becomes) = text::contact_now_and_after(contact.kind);
        view! {
            <div><dt>{is_now}</dt><dd>{now}</dd></div>
            <div><dt>{becomes}</dt><dd><strong>{after}</strong></dd></div>
        }
    };
    view! { <dl class="rows">{changed.iter().map(row).collect_view()}</dl> }
}

/// What happens besides, each in a line.
fn consequences(preview: &UndoPreview) -> Vec<String> {
    let back = preview.factors_back.iter().map(|factor| text::factor_comes_back(*factor).to_owned());
    let going = preview.factors_going.iter().map(|factor| text::factor_goes(*factor).to_owned());
    let passkeys = preview.passkeys.iter().map(|name| text::words().passkey_goes(name));
    std::iter::once(text::words().undo_signs_out().to_owned())
        .chain(back)
        .chain(going)
        .chain(passkeys)
        .chain([text::words().undo_asks_for_password(&preview.code_to)])
        .collect()
}

/// A mail program has cut the link, or it was copied without its end.
fn incomplete() -> AnyView {
    view! {
        {heading(text::words().undo_incomplete(), true)}
        <div class="stack"><p>{text::words().undo_incomplete_text()}</p></div>
    }
    .into_any()
}

fn over() -> AnyView {
    view! {
        {heading(text::words().undo_over(), true)}
        <div class="stack">
            <p>{text::words().undo_over_text()}</p>
            <p class="actions">
                <a class="button main" href=paths::SIGN_IN>{text::words().sign_in()}</a>
                <a class="button" href=paths::FORGOT_PASSWORD>{text::words().reset_password()}</a>
            </p>
        </div>
    }
    .into_any()
}

/// Takes the changes back. Nobody is signed in by it: a new password comes next.
#[server(prefix = "", endpoint = "/undo", protocol = FormPost)]
pub async fn undo_changes(#[server(default)] token: String) -> Result<AccountData, FormError> {
    let context = RequestContext::current()?;
    let undone = accounts::undo::undo(&context.pool, &token, &context.origin).await.map_err(refused)?;
    context.remember_reset(&undone.name);
    context.flash(Flash::ChangesUndone);
    context.redirect(paths::RESET_PASSWORD);
    Ok(AccountData { username: undone.name })
}
