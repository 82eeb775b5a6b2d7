//! `/undo`: what the link in a mail takes back, and the button that does it. Looking changes nothing: programs
//! follow the links in mails too.

use crate::auth_events::{AccountData, FormEvent};
use crate::form::{Form, FormError, FormPost, FormState, refused, summary};
use crate::layout::{Layout, PageResponse, heading};
use crate::request::{Flash, PageError, PageRequest, RequestContext};
use crate::text;
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
        None => PageResponse::page(Page::Undo, Layout::Auth, over),
    })
}

#[component]
fn TakeBack(preview: UndoPreview, token: String, state: FormState, now: Timestamp) -> impl IntoView {
    let (since, until) = (clock_time(preview.since, now), clock_time(preview.until, now));
    let whose = preview.username.clone();
    view! {
        {heading(text::UNDO_HEADING, state.errors.is_empty())}
        <div class="stack">
            <p>{text::undo_since(&since)}{whose.map(|name| view! { " "<strong><bdi>{name}</bdi></strong> })}"."</p>
            {(!preview.contacts.is_empty()).then(|| contacts(&preview.contacts))}
            <p><strong>{text::UNDO_ALSO}</strong></p>
            <ul class="bullets">{consequences(&preview).into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            <Form action=paths::UNDO.to_owned() event=FormEvent::UndoChanges rules=vec![]>
                {summary(&state)}
                <input type="hidden" name="token" value=token/>
                <div class="actions">
                    <button class="button main">{text::TAKE_BACK}</button>
                    <a class="button plain" href=paths::SIGN_IN>{text::KEEP_CHANGES}</a>
                </div>
            </Form>
            <p class="small soft">{text::undo_until(&until)}</p>
        </div>
    }
}

fn contacts(changed: &[ContactUndone]) -> impl IntoView + use<> {
    let value = |value: Option<String>| match value {
        Some(value) => view! { <bdi>{value}</bdi> }.into_any(),
        None => view! { <span class="soft">{text::NO_CONTACT}</span> }.into_any(),
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
    let back = preview.factors_back.iter().map(|factor| text::factor_comes_back(*factor));
    let going = preview.factors_going.iter().map(|factor| text::factor_goes(*factor));
    let passkeys = preview.passkeys.iter().map(|name| text::passkey_goes(name));
    std::iter::once(text::UNDO_SIGNS_OUT.to_owned())
        .chain(back)
        .chain(going)
        .chain(passkeys)
        .chain([text::undo_asks_for_password(&preview.code_to)])
        .collect()
}

fn over() -> AnyView {
    view! {
        {heading(text::UNDO_OVER, true)}
        <div class="stack">
            <p>{text::UNDO_OVER_TEXT}</p>
            <p class="actions">
                <a class="button main" href=paths::SIGN_IN>{text::SIGN_IN}</a>
                <a class="button" href=paths::FORGOT_PASSWORD>{text::RESET_PASSWORD}</a>
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
