//! New accounts: SignUp, ConfirmSignUp, ResendConfirmationCode.

use super::attributes::{self, Attribute};
use crate::call::{Call, nothing};
use crate::error::ApiError;
use accounts::Settings;
use accounts::sign_up::{Confirming, SignUp, Who};
use model::{AttributeName, Password};
use nameplate_core::identifiers::{ContactKind, Identifier};
use nameplate_core::identity::BrowserTicket;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SignUpRequest {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
    password: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
}

pub async fn sign_up(call: &Call) -> Result<Value, ApiError> {
    let request: SignUpRequest = call.read()?;
    let username = request.username.unwrap_or_default();
    let client = call.proven_client(request.client_id, &username, request.secret_hash.as_deref())?;
    let mut attributes = named(attributes::submitted(request.user_attributes.unwrap_or_default())?)?;
    if !call.pool.settings().has_usernames() {
        complete(&mut attributes, call.pool.settings(), &username)?;
    }
    let password = Password::new(request.password.unwrap_or_default());
    let form = SignUp { username: Some(username), password, confirmation: None, attributes, ticket: None };
    let done = accounts::sign_up::start(&call.pool, &client.id, form, &call.origin_of(client)).await?;
    Ok(json!({
        "UserConfirmed": false,
        "UserSub": done.sub,
        "CodeDeliveryDetails": done.delivery,
        "Session": done.ticket.reveal(),
    }))
}

fn named(submitted: BTreeMap<String, String>) -> Result<BTreeMap<AttributeName, String>, ApiError> {
    let parsed = submitted.into_iter().map(|(name, value)| match name.parse() {
        Ok(parsed) => Ok((parsed, value)),
        Err(_) => Err(ApiError::unknown_attribute(&name)),
    });
    parsed.collect()
}

/// Where people sign in with a contact, it is what clients send as the username.
fn complete(
    attributes: &mut BTreeMap<AttributeName, String>,
    settings: &Settings,
    username: &str,
) -> Result<(), ApiError> {
    let kind = match settings.identifier(username) {
        Some(Identifier::Contact(kind, _)) => kind,
        Some(Identifier::Username(_) | Identifier::Number { .. }) | None => first_kind(settings),
    };
    let contact = kind.attribute();
    let known = attributes.entry(contact.into()).or_insert_with(|| username.to_owned());
    // However the number is written.
    let is_same = known == username
        || (kind == ContactKind::PhoneNumber && settings.identifier(known) == settings.identifier(username));
    if is_same {
        Ok(())
    } else {
        Err(ApiError::parameter(format!("Username should be the same as the {contact} attribute.")))
    }
}

/// What people are found by where the text can't be anybody's.
const fn first_kind(settings: &Settings) -> ContactKind {
    if settings.sign_in.email { ContactKind::Email } else { ContactKind::PhoneNumber }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfirmRequest {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
    confirmation_code: Option<String>,
    session: Option<String>,
}

pub async fn confirm(call: &Call) -> Result<Value, ApiError> {
    let request: ConfirmRequest = call.read()?;
    let username = request.username.unwrap_or_default();
    let client = call.proven_client(request.client_id, &username, request.secret_hash.as_deref())?;
    let who = match request.session.as_deref().and_then(BrowserTicket::parse) {
        Some(ticket) => Who::Named { typed: username, ticket },
        None => Who::Typed(username),
    };
    let form = Confirming { who, code: request.confirmation_code.unwrap_or_default(), new_username: None };
    accounts::sign_up::confirm_for_application(&call.pool, &client.id, &form, &call.origin_of(client))
        .await?;
    Ok(nothing())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResendRequest {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
}

pub async fn resend(call: &Call) -> Result<Value, ApiError> {
    let request: ResendRequest = call.read()?;
    let username = request.username.unwrap_or_default();
    let client = call.proven_client(request.client_id, &username, request.secret_hash.as_deref())?;
    let sent = accounts::sign_up::resend_by_name(&call.pool, &username, &call.origin_of(client)).await?;
    Ok(json!({ "CodeDeliveryDetails": sent }))
}
