//! `/profile/required`: after sign-in, what has become required since.

use crate::auth_events::FormEvent;
use crate::form::{Check, Form, FormError, FormPost, FormState, attribute_fields, refused, summary};
use crate::layout::{Layout, PageResponse, heading};
use crate::request::{CurrentAccount, Flash, PageError, PageRequest, RequestContext};
use crate::text;
use leptos::prelude::*;
use model::{Definition, FieldName, Page, Schema, UpdateOutcome, paths};
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::NewSession;
use std::collections::BTreeMap;

/// Whether somebody who has just signed in is asked.
pub(crate) async fn is_due(context: &RequestContext, session: &NewSession) -> Result<bool, FormError> {
    if !context
        .pool
        .settings()
        .schema
        .definitions()
        .any(|it| it.required && ContactKind::of(&it.name).is_none())
    {
        return Ok(false);
    }
    let Some(viewer) = accounts::sessions::viewer(&context.pool, &session.token).await.map_err(refused)?
    else {
        return Ok(false);
    };
    Ok(!accounts::attributes::missing_attributes(&context.pool, &viewer).await.map_err(refused)?.is_empty())
}

/// The screen.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let CurrentAccount { viewer, .. } = request.account()?;
    let (schema, next) = (request.site.schema().clone(), request.next());
    let missing = accounts::attributes::missing_attributes(&request.site.pool, &viewer).await?;
    if missing.is_empty() {
        return Ok(PageResponse::redirect(next.unwrap_or(Page::Profile)));
    }
    let missing: Vec<_> = missing.iter().filter_map(|name| schema.get(name).cloned()).collect();
    let state = request.form(paths::PROFILE_REQUIRED);
    let show = move || view! { <Required state schema missing next/> }.into_any();
    Ok(PageResponse::page(Page::RequiredDetails, Layout::Account { username: viewer.username }, show))
}

#[component]
fn Required(state: FormState, schema: Schema, missing: Vec<Definition>, next: Option<Page>) -> impl IntoView {
    let rules: Vec<_> = missing
        .iter()
        .map(|it| (FieldName::Attribute(it.name.clone()), Check::Attribute(it.clone())))
        .collect();
    let fields = missing.iter().map(|it| attribute_fields::input(it, &schema, None, &state)).collect_view();
    view! {
        <div class="groups">
            <div class="title">{heading(text::words().required_heading(), state.errors.is_empty())}<p>{text::words().required_text()}</p></div>
            <Form class="sheet" action=paths::PROFILE_REQUIRED.to_owned() event=FormEvent::UpdateUserAttributes rules>
                {summary(&state)}
                {fields}
                {next.map(|next| view! { <input type="hidden" name="next" value=next.path()/> })}
                <div class="actions"><button class="button main">{text::words().save()}</button></div>
            </Form>
        </div>
    }
}

/// Fills in what is missing.
#[server(prefix = "", endpoint = "/profile/required", protocol = FormPost)]
pub async fn complete_profile(
    #[server(default)] attributes: BTreeMap<String, String>,
    #[server(default)] next: String,
) -> Result<UpdateOutcome, FormError> {
    let (context, viewer) = RequestContext::signed_in().await?;
    let outcome = accounts::attributes::complete(&context.pool, &viewer, attributes, &context.origin)
        .await
        .map_err(refused)?;
    context.flash_about(Flash::Saved, &outcome.keys().cloned().collect::<Vec<_>>());
    context.redirect(Page::after_sign_in(&next).unwrap_or(Page::Profile).path());
    Ok(outcome)
}
