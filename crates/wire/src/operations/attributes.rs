//! The account of whoever is signed in: GetUser, DeleteUser, UpdateUserAttributes, DeleteUserAttributes,
//! GetUserAttributeVerificationCode, VerifyUserAttribute.

use super::mfa;
use crate::call::{Call, nothing};
use crate::error::ApiError;
use model::{AttributeName, CodeDeliveryDetails};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An attribute as it is submitted. Without a value it is as good as empty.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribute {
    name: String,
    value: Option<String>,
}

/// The attributes of a request by name.
pub fn submitted(list: Vec<Attribute>) -> Result<BTreeMap<String, String>, ApiError> {
    let mut submitted = BTreeMap::new();
    for Attribute { name, value } in list {
        if submitted.contains_key(&name) {
            return Err(ApiError::parameter(format!("user.{name}: Attribute is given twice.\n")));
        }
        submitted.insert(name, value.unwrap_or_default());
    }
    Ok(submitted)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TokenRequest {
    access_token: Option<String>,
}

pub async fn get_user(call: &Call) -> Result<Value, ApiError> {
    let request: TokenRequest = call.read()?;
    let info = call.info(request.access_token).await?;
    let attributes: Vec<_> =
        info.attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
    let mut user = json!({ "Username": info.username, "UserAttributes": attributes });
    mfa::told(&info.factors, &mut user);
    Ok(user)
}

/// How somebody may sign in: with the password, so far.
pub async fn auth_factors(call: &Call) -> Result<Value, ApiError> {
    let request: TokenRequest = call.read()?;
    let info = call.info(request.access_token).await?;
    Ok(json!({ "Username": info.username, "ConfiguredUserAuthFactors": ["PASSWORD"] }))
}

pub async fn delete_user(call: &Call) -> Result<Value, ApiError> {
    let request: TokenRequest = call.read()?;
    let viewer = call.viewer(request.access_token).await?;
    accounts::account::delete_own_user(&call.pool, &viewer, &call.origin).await?;
    Ok(nothing())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateRequest {
    access_token: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
}

pub async fn update(call: &Call) -> Result<Value, ApiError> {
    let request: UpdateRequest = call.read()?;
    let viewer = call.viewer(request.access_token).await?;
    let submitted = submitted(request.user_attributes.unwrap_or_default())?;
    known(submitted.keys())?;
    let outcome = accounts::attributes::update(&call.pool, &viewer, submitted, &call.origin).await?.outcome;
    let sent: Vec<CodeDeliveryDetails> =
        outcome.into_values().filter_map(|updated| updated.code_delivery_details).collect();
    Ok(json!({ "CodeDeliveryDetailsList": sent }))
}

/// What can't be a name is the name of no attribute.
fn known<'a>(mut names: impl Iterator<Item = &'a String>) -> Result<(), ApiError> {
    match names.find(|name| name.parse::<AttributeName>().is_err()) {
        Some(name) => Err(ApiError::unknown_attribute(name)),
        None => Ok(()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeleteRequest {
    access_token: Option<String>,
    user_attribute_names: Option<Vec<String>>,
}

pub async fn delete(call: &Call) -> Result<Value, ApiError> {
    let request: DeleteRequest = call.read()?;
    let names = request.user_attribute_names.unwrap_or_default();
    let viewer = call.viewer(request.access_token).await?;
    known(names.iter())?;
    accounts::attributes::delete(&call.pool, &viewer, names, &call.origin).await?;
    Ok(nothing())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CodeRequest {
    access_token: Option<String>,
    attribute_name: Option<String>,
    code: Option<String>,
}

fn named(name: Option<String>) -> Result<AttributeName, ApiError> {
    let name = name.unwrap_or_default();
    name.parse().map_err(|_| ApiError::unknown_attribute(&name))
}

pub async fn send_code(call: &Call) -> Result<Value, ApiError> {
    let request: CodeRequest = call.read()?;
    let viewer = call.viewer(request.access_token).await?;
    let sent = accounts::contacts::resend(&call.pool, &viewer, &named(request.attribute_name)?, &call.origin)
        .await?;
    Ok(json!({ "CodeDeliveryDetails": sent.delivery }))
}

pub async fn verify(call: &Call) -> Result<Value, ApiError> {
    let request: CodeRequest = call.read()?;
    let viewer = call.viewer(request.access_token).await?;
    let code = request.code.unwrap_or_default();
    accounts::contacts::verify(&call.pool, &viewer, &named(request.attribute_name)?, &code, &call.origin)
        .await?;
    Ok(nothing())
}
