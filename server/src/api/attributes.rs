//! The account of whoever is signed in: GetUser, DeleteUser, UpdateUserAttributes, DeleteUserAttributes,
//! GetUserAttributeVerificationCode, VerifyUserAttribute.

use super::fault::Fault;
use super::shape::{ATTRIBUTE_NAME, ATTRIBUTE_VALUE, CODE, Shapes, TOKEN};
use super::{Call, mfa, nothing, refusals};
use model::{AttributeName, CodeDeliveryDetails};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An attribute as it is submitted. Without a value it is as good as empty.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribute {
    name: Option<String>,
    value: Option<String>,
}

/// The attributes of a request by name, once their shapes are found right.
pub fn submitted(shapes: &mut Shapes, list: Vec<Attribute>) -> Result<BTreeMap<String, String>, Fault> {
    let mut submitted = BTreeMap::new();
    let mut twice = None;
    for (index, Attribute { name, value }) in list.into_iter().enumerate() {
        let at = format!("userAttributes.{}.member", index + 1);
        let value = value.unwrap_or_default();
        shapes.required(&format!("{at}.name"), name.as_deref(), ATTRIBUTE_NAME);
        shapes.text(&format!("{at}.value"), &value, ATTRIBUTE_VALUE);
        let name = name.unwrap_or_default();
        if submitted.insert(name.clone(), value).is_some() {
            twice = Some(name);
        }
    }
    match twice {
        Some(name) => Err(Fault::parameter(format!("user.{name}: Attribute is given twice.\n"))),
        None => Ok(submitted),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TokenRequest {
    access_token: Option<String>,
}

pub async fn get_user(call: &Call) -> Result<Value, Fault> {
    let request: TokenRequest = call.read()?;
    let mut shapes = Shapes::default();
    shapes.required("accessToken", request.access_token.as_deref(), TOKEN);
    shapes.finish()?;
    let (_, profile) = call.viewer(request.access_token).await?;
    let attributes: Vec<_> = profile.attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
    let mut user = json!({ "Username": profile.username, "UserAttributes": attributes });
    mfa::told(&profile.factors, &mut user);
    Ok(user)
}

/// How somebody may sign in: with the password, so far.
pub async fn auth_factors(call: &Call) -> Result<Value, Fault> {
    let request: TokenRequest = call.read()?;
    let mut shapes = Shapes::default();
    shapes.required("accessToken", request.access_token.as_deref(), TOKEN);
    shapes.finish()?;
    let (_, profile) = call.viewer(request.access_token).await?;
    Ok(json!({ "Username": profile.username, "ConfiguredUserAuthFactors": ["PASSWORD"] }))
}

pub async fn delete_user(call: &Call) -> Result<Value, Fault> {
    let request: TokenRequest = call.read()?;
    let mut shapes = Shapes::default();
    shapes.required("accessToken", request.access_token.as_deref(), TOKEN);
    shapes.finish()?;
    let (viewer, _) = call.viewer(request.access_token).await?;
    call.pool.delete_own_user(&viewer, &call.origin).await?;
    Ok(nothing())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateRequest {
    access_token: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
}

pub async fn update(call: &Call) -> Result<Value, Fault> {
    let request: UpdateRequest = call.read()?;
    let mut shapes = Shapes::default();
    shapes.required("accessToken", request.access_token.as_deref(), TOKEN);
    shapes.present("userAttributes", request.user_attributes.is_some());
    let submitted = submitted(&mut shapes, request.user_attributes.unwrap_or_default());
    shapes.finish()?;
    let (viewer, _) = call.viewer(request.access_token).await?;
    let submitted = submitted?;
    known(submitted.keys())?;
    let outcome = call.pool.update_attributes(&viewer, submitted, &call.origin).await?.outcome;
    let sent: Vec<CodeDeliveryDetails> = outcome.into_values().filter_map(|updated| updated.code_delivery_details).collect();
    Ok(json!({ "CodeDeliveryDetailsList": sent }))
}

/// What can't be a name is the name of no attribute.
fn known<'a>(mut names: impl Iterator<Item = &'a String>) -> Result<(), Fault> {
    match names.find(|name| name.parse::<AttributeName>().is_err()) {
        Some(name) => Err(refusals::unknown_attribute(name)),
        None => Ok(()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeleteRequest {
    access_token: Option<String>,
    user_attribute_names: Option<Vec<String>>,
}

pub async fn delete(call: &Call) -> Result<Value, Fault> {
    let request: DeleteRequest = call.read()?;
    let mut shapes = Shapes::default();
    shapes.required("accessToken", request.access_token.as_deref(), TOKEN);
    shapes.present("userAttributeNames", request.user_attribute_names.is_some());
    let names = request.user_attribute_names.unwrap_or_default();
    for (index, name) in names.iter().enumerate() {
        shapes.text(&format!("userAttributeNames.{}.member", index + 1), name, ATTRIBUTE_NAME);
    }
    shapes.finish()?;
    let (viewer, _) = call.viewer(request.access_token).await?;
    known(names.iter())?;
    call.pool.delete_attributes(&viewer, names, &call.origin).await?;
    Ok(nothing())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CodeRequest {
    access_token: Option<String>,
    attribute_name: Option<String>,
    code: Option<String>,
}

impl CodeRequest {
    fn check(&self, shapes: &mut Shapes) {
        shapes.required("accessToken", self.access_token.as_deref(), TOKEN);
        shapes.required("attributeName", self.attribute_name.as_deref(), ATTRIBUTE_NAME);
    }
}

fn named(name: Option<String>) -> Result<AttributeName, Fault> {
    let name = name.unwrap_or_default();
    name.parse().map_err(|_| refusals::unknown_attribute(&name))
}

pub async fn send_code(call: &Call) -> Result<Value, Fault> {
    let request: CodeRequest = call.read()?;
    let mut shapes = Shapes::default();
    request.check(&mut shapes);
    shapes.finish()?;
    let (viewer, _) = call.viewer(request.access_token).await?;
    let sent = call.pool.resend_attribute_code(&viewer, &named(request.attribute_name)?, &call.origin).await?;
    Ok(json!({ "CodeDeliveryDetails": sent.delivery }))
}

pub async fn verify(call: &Call) -> Result<Value, Fault> {
    let request: CodeRequest = call.read()?;
    let mut shapes = Shapes::default();
    request.check(&mut shapes);
    shapes.required("code", request.code.as_deref(), CODE);
    shapes.finish()?;
    let (viewer, _) = call.viewer(request.access_token).await?;
    let code = request.code.unwrap_or_default();
    call.pool.verify_attribute(&viewer, &named(request.attribute_name)?, &code, &call.origin).await?;
    Ok(nothing())
}
