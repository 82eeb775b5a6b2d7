//! `/profile`: every attribute that may be read, edited group by group.

use super::contact;
use super::contact_page::{ContactPage, EMAIL, PHONE};
use super::view::{self, ProfileView, facts, person};
use crate::attribute_groups::AttributeGroup;
use crate::auth_events::{AttributesData, FormEvent};
use crate::form::account::PageAccount;
use crate::form::{
    Check, Form, FormError, FormPost, FormState, attribute_fields, reauthentication_field_if_asked, refused,
    summary,
};
use crate::islands::Live;
use crate::layout::{Layout, PageResponse, live_status, note};
use crate::request::{CurrentAccount, Flash, PageError, PageRequest, RequestContext};
use crate::text;
use accounts::attributes::Profile;
use accounts::attributes::Update;
use leptos::prelude::*;
use model::{AttributeName, Definition, FieldName, Page, Password, Schema, Standard, UpdateOutcome, paths};
use nameplate_core::identifiers::ContactKind;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Everything the screen needs, loaded before it is rendered.
#[derive(Clone)]
struct Screen {
    profile: std::sync::Arc<Profile>,
    view: ProfileView,
    schema: Schema,
    edit: Option<AttributeGroup>,
    state: FormState,
    deletion: FormState,
    flash: Option<String>,
    request: PageRequest,
}

/// The screen.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let CurrentAccount { viewer, profile } = request.account()?;
    let schema = request.site.schema().clone();
    let (state, deletion) = (request.form(paths::PROFILE), request.form(paths::PROFILE_DELETE));
    let edit = request
        .query("edit")
        .and_then(AttributeGroup::named)
        .filter(|group| group.is_editable())
        .or_else(|| edited(&state));
    let changed = [EMAIL, PHONE].into_iter().find(|page| request.flash == Some(page.changed));
    let is_now = changed.and_then(|page| Some(page.words.is_now(&page.shown(page.now(&profile)?))));
    let flash = is_now.or_else(|| request.flash_sentence());
    let screen = Screen {
        view: view::of(&profile, request.site.pool.settings()),
        profile,
        schema,
        edit,
        state,
        deletion,
        flash,
        request: request.clone(),
    };
    Ok(PageResponse::page(Page::Profile, Layout::Account { username: viewer.username }, move || {
        view! { <ProfileScreen screen/> }.into_any()
    }))
}

/// The group that a refused post was about.
fn edited(state: &FormState) -> Option<AttributeGroup> {
    let attributes = state
        .typed
        .keys()
        .filter_map(|name| if let FieldName::Attribute(name) = name { Some(name) } else { None });
    attributes.map(AttributeGroup::of).find(|group| group.is_editable())
}

#[component]
fn ProfileScreen(screen: Screen) -> impl IntoView {
    let Screen { view, edit, flash, deletion, .. } = screen.clone();
    let username = screen.profile.username.clone();
    let focus = screen.state.errors.is_empty() && deletion.errors.is_empty();
    let shown =
        AttributeGroup::ALL.into_iter().filter(|key| view.facts.iter().any(|fact| fact.group == *key));
    let shown: Vec<_> = shown.collect();
    // What was posted may be of a group that the profile doesn't have.
    let edit = edit.filter(|key| shown.contains(key));
    let groups = shown.into_iter().map(|key| {
        let editing = edit == Some(key);
        view! { <Group key editing screen=screen.clone()/> }
    });
    let groups = groups.collect_view();
    // What was refused is said above the form that is open, or else above everything.
    let refused =
        summary(if edit.is_none() && deletion.errors.is_empty() { &screen.state } else { &deletion });
    view! {
        <Live>
            <div class="groups" data-after=view.latest_event>
                {person(&view, &username, focus)}
                {flash.map(note)}
                {refused}
                {groups}
                <details class="stack">
                    <summary>{text::words().as_json()}</summary>
                    <pre class="sheet" data-live="json">{view.json.clone()}</pre>
                    <p class="small"><a href=paths::PROFILE_JSON>{text::words().open_json()}</a></p>
                </details>
                // Re-reads the profile by hand; without scripts it loads the page again.
                <p><a class="button slim" href=screen.request.path.clone() role="button" data-refresh="">{text::words().refresh()}</a></p>
                {live_status()}
            </div>
        </Live>
    }
}

#[component]
fn Group(key: AttributeGroup, editing: bool, screen: Screen) -> impl IntoView {
    let title = text::group(key);
    let id = format!("group-{}", key.as_str());
    let labelled_by = id.clone();
    let can_edit = key.is_editable() && !writable(&screen, key).is_empty();
    let edit = (can_edit && !editing).then(|| view! { <a class="button slim" href=format!("{}?edit={}", paths::PROFILE, key.as_str())>{text::words().edit()}<span class="vh">" "{title}</span></a> });
    let contacts = if key == AttributeGroup::Contact { deletable_contacts(&screen) } else { Vec::new() };
    let (request, schema, deletion) =
        (screen.request.clone(), screen.schema.clone(), screen.deletion.clone());
    view! {
        <section class="group" aria-labelledby=labelled_by>
            <header><h2 id=id>{title}</h2>{edit}</header>
            {if editing { view! { <EditGroup key screen/> }.into_any() } else { facts(&screen.view, key).into_any() }}
            {(!contacts.is_empty()).then(|| view! { <Delete request names=contacts schema state=deletion/> })}
        </section>
    }
}

/// The contacts that can go: stored, optional, and not the last one that is proven.
fn deletable_contacts(screen: &Screen) -> Vec<AttributeName> {
    let attributes = &screen.profile.attributes;
    let is = |name: Standard, value: &str| attributes.get(&name.into()).is_some_and(|stored| stored == value);
    let other_is_proven = |name: &AttributeName| match ContactKind::of(name) {
        Some(ContactKind::Email) => is(Standard::PhoneNumberVerified, "true"),
        Some(ContactKind::PhoneNumber) => is(Standard::EmailVerified, "true"),
        None => false,
    };
    let optional =
        writable(screen, AttributeGroup::Contact).into_iter().filter(|it| !it.required).map(|it| it.name);
    optional.filter(|name| attributes.contains_key(name) && other_is_proven(name)).collect()
}

/// The attributes of a group that this client may write, with their definitions.
fn writable(screen: &Screen, key: AttributeGroup) -> Vec<Definition> {
    // What can't be shown can't be edited either: saving would put nothing in its place.
    let access = &screen.profile.writable;
    let may = |it: &&Definition| {
        AttributeGroup::of(&it.name) == key
            && it.mutable
            && access.may_write(&it.name)
            && access.may_read(&it.name)
    };
    screen.schema.definitions().filter(may).cloned().collect()
}

#[component]
fn EditGroup(key: AttributeGroup, screen: Screen) -> impl IntoView {
    let state = screen.state.clone();
    let definitions = writable(&screen, key);
    let rules: Vec<_> = definitions
        .iter()
        .map(|it| (FieldName::Attribute(it.name.clone()), Check::Attribute(it.clone())))
        .collect();
    let stored = |name: &AttributeName| screen.profile.attributes.get(name).cloned().unwrap_or_default();
    let inputs = definitions
        .iter()
        .map(|it| attribute_fields::input(it, &screen.schema, Some(&stored(&it.name)), &state))
        .collect_view();
    let deletable: Vec<_> = definitions
        .iter()
        .filter(|it| !it.required && !stored(&it.name).is_empty())
        .map(|it| it.name.clone())
        .collect();
    view! {
        <div class="sheet">
            <Form action=format!("{}?edit={}", paths::PROFILE, key.as_str()) event=FormEvent::UpdateUserAttributes rules>
                {summary(&state)}
                {inputs}
                <div class="actions">
                    <button class="button main">{text::words().save()}</button>
                    <a class="button plain" href=paths::PROFILE>{text::words().cancel()}</a>
                </div>
            </Form>
            {(!deletable.is_empty()).then(|| view! { <Delete request=screen.request.clone() names=deletable schema=screen.schema.clone() state=screen.deletion.clone()/> })}
        </div>
    }
}

/// A button for each optional attribute that is stored.
#[component]
fn Delete(
    request: PageRequest,
    names: Vec<AttributeName>,
    schema: Schema,
    state: FormState,
) -> impl IntoView {
    let refused = state.typed.get(&FieldName::Names).cloned().unwrap_or_default();
    let buttons = names.into_iter().map(|name| {
        let state = if refused == name.as_str() { state.clone() } else { FormState::default() };
        let again = ContactPage::of(&name)
            .is_some()
            .then(|| reauthentication_field_if_asked(&request, &state, name.as_str()));
        let label = text::label(&name, &schema).to_lowercase();
        view! {
            <Form action=paths::PROFILE_DELETE.to_owned() event=FormEvent::DeleteUserAttributes rules=vec![]>
                <input type="hidden" name="names" value=name.to_string()/>
                {again}
                <button class="button slim danger">{text::words().delete()}" "{label}</button>
                {summary(&FormState::default())}
            </Form>
        }
    });
    view! {
        <div class="more stack">
            <h3>{text::words().delete_heading()}</h3>
            <div class="actions">{buttons.collect_view()}</div>
        </div>
    }
}

/// Updates attributes, all or nothing (operation UpdateUserAttributes): every submitted name reaches `pool`.
/// Says per attribute whether it is updated or waits for a code.
#[server(prefix = "", endpoint = "/profile", protocol = FormPost)]
pub async fn update_attributes(
    #[server(default)] country_code: String,
    #[server(default)] attributes: BTreeMap<String, String>,
    #[server(default)] current_password: Password,
    #[server(default)] step_code: String,
) -> Result<UpdateOutcome, FormError> {
    let (context, viewer) = RequestContext::reauthenticated(&current_password).await?;
    let attributes = attribute_fields::with_country(attributes, &country_code);
    // A form without scripts submits all its fields; people want to hear of those that are different now.
    let Update { outcome, changed, .. } = accounts::attributes::update_with_code(
        &context.pool,
        &viewer,
        attributes,
        &step_code,
        &context.origin,
    )
    .await
    .map_err(refused)?;
    let waits =
        |page: &ContactPage| outcome.get(&page.kind.attribute().into()).is_some_and(|it| !it.is_updated);
    let waiting = [EMAIL, PHONE].into_iter().find(waits);
    context.flash_about(if waiting.is_some() { Flash::ChangeAsked } else { Flash::Saved }, &changed);
    context.redirect(waiting.map_or(paths::PROFILE, ContactPage::path));
    Ok(outcome)
}

/// Deletes optional attributes (operation DeleteUserAttributes); several names are separated by commas.
#[server(prefix = "", endpoint = "/profile/delete", protocol = FormPost)]
pub async fn delete_attributes(
    #[server(default)] names: String,
    #[server(default)] current_password: Password,
) -> Result<AttributesData, FormError> {
    let (context, viewer) = RequestContext::reauthenticated(&current_password).await?;
    let names: Vec<_> =
        names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    let about: BTreeSet<AttributeName> = names.iter().filter_map(|name| name.parse().ok()).collect();
    let about = Vec::from_iter(about);
    let done = accounts::attributes::delete(&context.pool, &viewer, names, &context.origin).await;
    let deleted = done.map_err(refused)?;
    let flash = if deleted.is_empty() { Flash::NothingDeleted } else { Flash::Deleted };
    context.flash_about(flash, &deleted);
    context.redirect(paths::PROFILE);
    Ok(AttributesData { attributes: about })
}

/// What an open page re-reads.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fresh {
    /// The HTML of each `data-live` part.
    pub parts: BTreeMap<String, String>,
    /// The attributes, for fields that show them.
    pub stored: BTreeMap<model::AttributeName, String>,
}

/// Re-reads the profile for an open page (operation GetUser, never from a cache).
#[server(prefix = "", endpoint = "/profile/refresh", protocol = FormPost)]
pub async fn refresh_profile() -> Result<Fresh, FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    let profile = accounts::attributes::profile(&context.pool, &viewer).await.map_err(refused)?;
    // The rows have forms.
    provide_context(PageAccount(accounts::sessions::account_digest(&context.pool, &viewer)));
    let view = view::of(&profile, context.pool.settings());
    let contacts =
        [EMAIL, PHONE].map(|page| (page.kind.as_str().to_owned(), contact::rows(page, &profile).to_html()));
    let latest = ("latest".to_owned(), profile.latest_event.to_string());
    let parts = view::parts(&view).into_iter().chain(contacts).chain([latest]).collect();
    Ok(Fresh { parts, stored: profile.attributes })
}
