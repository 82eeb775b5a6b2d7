//! Tokens that were given: GetTokensFromRefreshToken, RevokeToken, GlobalSignOut.

use super::outcome;
use crate::call::{Call, nothing};
use crate::error::{ApiError, Exception};
use accounts::tokens::Exchange;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RefreshRequest {
    client_secret: Option<String>,
    refresh_token: Option<String>,
    client_id: Option<String>,
}

pub async fn refresh(call: &Call) -> Result<Value, ApiError> {
    let request: RefreshRequest = call.read()?;
    let client = call.client(request.client_id)?;
    client
        .check_secret(request.client_secret.as_deref())
        .map_err(|fault| ApiError::not_that_client(&client.id, fault))?;
    let token = request.refresh_token.unwrap_or_default();
    let tokens =
        accounts::tokens::refresh(&call.pool, &client.id, &token, Exchange::Rotate, &call.origin).await?;
    Ok(json!({ "AuthenticationResult": outcome::authentication_result(&tokens) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RevokeRequest {
    client_secret: Option<String>,
    token: Option<String>,
    client_id: Option<String>,
}

pub async fn revoke(call: &Call) -> Result<Value, ApiError> {
    let request: RevokeRequest = call.read()?;
    let client = call.client(request.client_id)?;
    client
        .check_secret(request.client_secret.as_deref())
        .map_err(|fault| ApiError::not_that_client(&client.id, fault))?;
    let token = request.token.unwrap_or_default();
    // An access token or an ID token has three parts; a refresh token has two.
    if token.split('.').count() == 3 {
        return Err(ApiError::new(Exception::UnsupportedTokenType, "Unsupported token type"));
    }
    accounts::tokens::revoke(&call.pool, &client.id, &token, &call.origin).await?;
    Ok(nothing())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SignOutRequest {
    access_token: Option<String>,
}

pub async fn global_sign_out(call: &Call) -> Result<Value, ApiError> {
    let request: SignOutRequest = call.read()?;
    let viewer = call.viewer(request.access_token).await?;
    accounts::sessions::sign_out_everywhere(&call.pool, viewer.user, &call.origin).await?;
    Ok(nothing())
}
