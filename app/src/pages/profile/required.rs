//! `/profile/required`: after sign-in, what has become required since.

use crate::form::{Check, Form, FormError, FormPost, FormState, attribute_fields, refused, summary};
use crate::layout::{Answer, Frame, heading};
use crate::pages::sign_in_first::sign_in_first;
use crate::request::{Caller, Flash, Visit};
use crate::text;
use leptos::prelude::*;
use model::{Definition, FieldName, Schema, UpdateOutcome, paths};
use pool::identifiers::ContactKind;
use pool::sessions::NewSession;
use std::collections::BTreeMap;

/// Whether somebody who has just signed in is asked.
pub(crate) async fn is_due(caller: &Caller, session: &NewSession) -> Result<bool, FormError> {
    if !caller
        .pool
        .settings()
        .schema
        .definitions()
        .any(|it| it.required && ContactKind::of(&it.name).is_none())
    {
        return Ok(false);
    }
    let Some(viewer) = caller.pool.viewer(&session.token).await.map_err(refused)? else { return Ok(false) };
    Ok(!caller.pool.missing_attributes(&viewer).await.map_err(refused)?.is_empty())
}

/// The screen.
pub async fn page(visit: Visit) -> Result<Answer, pool::Unavailable> {
    let Some(viewer) = visit.viewer.clone() else {
        return Ok(sign_in_first(&visit));
    };
    let schema = visit.site.schema().clone();
    let missing = visit.site.pool.missing_attributes(&viewer).await?;
    if missing.is_empty() {
        return Ok(Answer::go(paths::PROFILE));
    }
    let missing: Vec<_> = missing.iter().filter_map(|name| schema.get(name).cloned()).collect();
    let state = visit.form(paths::PROFILE_REQUIRED);
    let show = move || view! { <Required state schema missing/> }.into_any();
    Ok(Answer::show(text::REQUIRED_HEADING, Frame::House { who: viewer.username }, show))
}

#[component]
fn Required(state: FormState, schema: Schema, missing: Vec<Definition>) -> impl IntoView {
    let rules: Vec<_> = missing
        .iter()
        .map(|it| (FieldName::Attribute(it.name.clone()), Check::Attribute(it.clone())))
        .collect();
    let fields = missing.iter().map(|it| attribute_fields::input(it, &schema, None, &state)).collect_view();
    view! {
        <div class="groups">
            <div class="title">{heading(text::REQUIRED_HEADING, state.refusal.is_empty())}<p>{text::REQUIRED_TEXT}</p></div>
            <Form class="sheet" action=paths::PROFILE_REQUIRED.to_owned() event="updateUserAttributes".to_owned() rules>
                {summary(&state)}
                {fields}
                <div class="actions"><button class="button main">{text::SAVE}</button></div>
            </Form>
        </div>
    }
}

/// Fills in what is missing.
#[server(prefix = "", endpoint = "/profile/required", protocol = FormPost)]
pub async fn complete_profile(
    #[server(default)] attributes: BTreeMap<String, String>,
) -> Result<UpdateOutcome, FormError> {
    let (caller, viewer) = Caller::signed_in().await?;
    let outcome = caller.pool.complete_profile(&viewer, attributes, &caller.origin).await.map_err(refused)?;
    caller.say_about(Flash::Saved, &outcome.keys().cloned().collect::<Vec<_>>());
    caller.go(paths::PROFILE);
    Ok(outcome)
}
