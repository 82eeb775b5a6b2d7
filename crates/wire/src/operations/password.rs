//! Another password: ForgotPassword, ConfirmForgotPassword, ChangePassword.

use crate::call::{Call, nothing};
use crate::error::ApiError;
use accounts::password::{PasswordChange, PasswordReset};
use model::Password;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ForgotRequest {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
}

pub async fn forgot(call: &Call) -> Result<Value, ApiError> {
    let request: ForgotRequest = call.read()?;
    let username = request.username.unwrap_or_default();
    let client = call.proven_client(request.client_id, &username, request.secret_hash.as_deref())?;
    let sent = accounts::password::forgot(&call.pool, &username, &call.origin_of(client)).await?;
    Ok(json!({ "CodeDeliveryDetails": sent.delivery }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfirmRequest {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
    confirmation_code: Option<String>,
    password: Option<String>,
}

pub async fn confirm_forgot(call: &Call) -> Result<Value, ApiError> {
    let request: ConfirmRequest = call.read()?;
    let username = request.username.unwrap_or_default();
    let client = call.proven_client(request.client_id, &username, request.secret_hash.as_deref())?;
    let form = PasswordReset {
        username,
        code: request.confirmation_code.unwrap_or_default(),
        password: Password::new(request.password.unwrap_or_default()),
        confirmation: None,
    };
    accounts::password::confirm_forgot(&call.pool, form, &call.origin_of(client)).await?;
    Ok(nothing())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangeRequest {
    access_token: Option<String>,
    previous_password: Option<String>,
    proposed_password: Option<String>,
}

pub async fn change(call: &Call) -> Result<Value, ApiError> {
    let request: ChangeRequest = call.read()?;
    let viewer = call.viewer(request.access_token).await?;
    let form = PasswordChange {
        current: Password::new(request.previous_password.unwrap_or_default()),
        password: Password::new(request.proposed_password.unwrap_or_default()),
        confirmation: None,
    };
    accounts::password::change(&call.pool, &viewer, form, &call.origin).await?;
    Ok(nothing())
}
