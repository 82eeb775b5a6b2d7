//! `/security/passkeys…`: what somebody signs in with in place of a password.

use crate::auth_events::{FormEvent, PasskeyData, PasskeyOptions};
use crate::form::{
    Check, Form, FormError, FormPost, FormState, Input, field, reauthentication_field,
    reauthentication_field_if_asked, refused, step_code_field, summary,
};
use crate::layout::{passkey_fields, passkeys_script};
use crate::request::{Flash, PageRequest, RequestContext};
use crate::text;
use crate::times::day;
use accounts::passkeys::{MOST, NewPasskey, Passkey};
use leptos::prelude::*;
use model::{FieldName, Password, paths};

/// The passkeys for a domain, each with its button, and the form for another one. Nothing of it shows without
/// scripts: nobody uses a passkey without them.
#[component]
pub(super) fn PasskeysGroup(
    request: PageRequest,
    domain: String,
    passkeys: Vec<Passkey>,
    device: String,
    /// Whether there is a second step to pass.
    has_factor: bool,
) -> impl IntoView {
    let adding = request.form(paths::SECURITY_PASSKEYS);
    let open = request.path == paths::SECURITY_PASSKEYS;
    let link = (!open && passkeys.len() < MOST).then(
        || view! { <a class="button slim" href=paths::SECURITY_PASSKEYS>{text::words().add_passkey()}</a> },
    );
    let rows: Vec<_> = passkeys.into_iter().map(|passkey| row(&request, passkey, has_factor)).collect();
    view! {
        <section class="group" aria-labelledby="group-passkeys" data-passkeys=domain hidden>
            <header>
                <h2 id="group-passkeys">{text::words().passkeys()}</h2>
                {link}
                <p>{text::words().passkeys_text()}</p>
            </header>
            <div class="stack">
                {(!rows.is_empty()).then(|| view! { <ul class="rows">{rows}</ul> })}
                {open.then(|| view! { <AddPasskey request state=adding device/> })}
            </div>
        </section>
        {passkeys_script()}
    }
}

#[component]
fn AddPasskey(request: PageRequest, state: FormState, device: String) -> impl IntoView {
    let name = Input::new(FieldName::PasskeyName, text::words().passkey_name())
        .hint(text::words().passkey_name_hint())
        .required(true)
        .value(device);
    let rules = vec![(FieldName::PasskeyName, Check::Given)];
    view! {
        <div
            data-passkey="create"
            data-options=paths::SECURITY_PASSKEYS_OPTIONS
            data-failed=text::words().no_passkey_made()
            data-known=text::words().has_a_passkey()
        >
            <Form class="sheet" action=paths::SECURITY_PASSKEYS.to_owned() event=FormEvent::AddPasskey rules>
                {summary(&state)}
                {field(name, &state)}
                {reauthentication_field(&request, &state)}
                {step_code_field(&state, "")}
                {passkey_fields()}
                <div class="actions">
                    <button class="button main">{text::words().add_passkey()}</button>
                    <a class="button plain" href=paths::SECURITY>{text::words().cancel()}</a>
                </div>
            </Form>
        </div>
    }
}

/// What was refused of a form that each passkey has.
fn state_of(request: &PageRequest, path: &str, handle: &str) -> FormState {
    let state = request.form(path);
    if state.typed.get(&FieldName::Passkey).is_some_and(|it| it == handle) {
        state
    } else {
        FormState::default()
    }
}

fn row(request: &PageRequest, passkey: Passkey, has_factor: bool) -> AnyView {
    let Passkey { handle, name, created_at, last_used_at, goes_with_reset } = passkey;
    let dates = text::passkey_dates(&day(created_at), last_used_at.map(day).as_deref());
    let state = state_of(request, paths::SECURITY_PASSKEYS_REMOVE, &handle);
    let (told, again) = (summary(&state), reauthentication_field_if_asked(request, &state, &handle));
    let goes = has_factor && goes_with_reset;
    let keep = goes.then(|| keep(request, &handle, &name));
    view! {
        <li>
            <div>
                <p class="value"><bdi>{name.clone()}</bdi></p>
                <p class="small soft">{dates}</p>
                {goes.then(|| view! { <p class="small">{text::words().goes_with_reset()}</p> })}
            </div>
            <div class="actions">
                {keep}
                <Form action=paths::SECURITY_PASSKEYS_REMOVE.to_owned() event=FormEvent::RemovePasskey rules=vec![]>
                    {told}
                    <input type="hidden" name="passkey" value=handle/>
                    {again}
                    <button class="button slim">{text::words().remove()}<span class="vh">" "{name}</span></button>
                </Form>
            </div>
        </li>
    }
    .into_any()
}

fn keep(request: &PageRequest, handle: &str, name: &str) -> AnyView {
    let (handle, name) = (handle.to_owned(), name.to_owned());
    let state = state_of(request, paths::SECURITY_PASSKEYS_KEEP, &handle);
    let form = format!("{handle}-keep");
    let (told, again) = (summary(&state), reauthentication_field_if_asked(request, &state, &form));
    let step = step_code_field(&state, &form);
    view! {
        <Form action=paths::SECURITY_PASSKEYS_KEEP.to_owned() event=FormEvent::KeepPasskey rules=vec![]>
            {told}
            <input type="hidden" name="passkey" value=handle/>
            {again}
            {step}
            <button class="button slim">{text::words().keep()}<span class="vh">" "{name}</span></button>
        </Form>
    }
    .into_any()
}

/// What an authenticator is asked for a new passkey.
#[server(prefix = "", endpoint = "/security/passkeys/options", protocol = FormPost)]
pub async fn ask_for_new_passkey() -> Result<PasskeyOptions, FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    let question = accounts::passkeys::ask_for_new_passkey(&context.pool, &viewer).await.map_err(refused)?;
    Ok(PasskeyOptions { options: question.options, state: question.state })
}

/// Adds a passkey that an authenticator has made.
#[server(prefix = "", endpoint = "/security/passkeys", protocol = FormPost)]
pub async fn add_passkey(
    #[server(default)] passkey_name: String,
    #[server(default)] state: String,
    #[server(default)] credential: String,
    #[server(default)] current_password: Password,
    #[server(default)] step_code: String,
) -> Result<PasskeyData, FormError> {
    let (context, viewer) = RequestContext::reauthenticated(&current_password).await?;
    let form = NewPasskey { name: passkey_name.clone(), state, credential, step_code };
    accounts::passkeys::add_passkey(&context.pool, &viewer, &form, &context.origin).await.map_err(refused)?;
    context.flash(Flash::PasskeyAdded);
    context.redirect(paths::SECURITY);
    Ok(PasskeyData { passkey: passkey_name.trim().to_owned() })
}

/// Removes a passkey. One that is gone already is gone.
#[server(prefix = "", endpoint = "/security/passkeys/remove", protocol = FormPost)]
pub async fn remove_passkey(
    #[server(default)] passkey: String,
    #[server(default)] current_password: Password,
) -> Result<Option<PasskeyData>, FormError> {
    let (context, viewer) = RequestContext::reauthenticated(&current_password).await?;
    let removed = accounts::passkeys::remove_passkey(&context.pool, &viewer, &passkey, &context.origin)
        .await
        .map_err(refused)?;
    context.flash(Flash::PasskeyRemoved);
    context.redirect(paths::SECURITY);
    Ok(removed.map(|passkey| PasskeyData { passkey }))
}

/// Keeps a passkey that was added lately, whatever resets the password.
#[server(prefix = "", endpoint = "/security/passkeys/keep", protocol = FormPost)]
pub async fn keep_passkey(
    #[server(default)] passkey: String,
    #[server(default)] current_password: Password,
    #[server(default)] step_code: String,
) -> Result<Option<PasskeyData>, FormError> {
    let (context, viewer) = RequestContext::reauthenticated(&current_password).await?;
    let kept =
        accounts::passkeys::keep_passkey(&context.pool, &viewer, &passkey, &step_code, &context.origin)
            .await
            .map_err(refused)?;
    context.flash(Flash::PasskeyKept);
    context.redirect(paths::SECURITY);
    Ok(kept.map(|passkey| PasskeyData { passkey }))
}
