//! Signing in, and staying so: InitiateAuth.

use super::{outcome, srp};
use crate::call::Call;
use crate::error::ApiError;
use accounts::sign_in::SignIn;
use accounts::tokens::Exchange;
use model::Password;
use nameplate_core::client::{AppClient, Flow};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InitiateRequest {
    auth_flow: Option<String>,
    client_id: Option<String>,
    #[serde(default, deserialize_with = "crate::call::texts")]
    auth_parameters: Option<BTreeMap<String, String>>,
}

pub async fn initiate_auth(call: &Call) -> Result<Value, ApiError> {
    let request: InitiateRequest = call.read()?;
    let client = call.client(request.client_id)?;
    let name = request.auth_flow.unwrap_or_default();
    let parameters = request.auth_parameters.unwrap_or_default();
    let flow = flow(&name).filter(|flow| client.allows(*flow));
    match flow.ok_or_else(|| ApiError::parameter(format!("{name} flow not enabled for this client")))? {
        Flow::UserSrp => {
            prove(client, &parameters)?;
            srp::begin(call, client, &parameters).await
        }
        Flow::UserPassword => {
            prove(client, &parameters)?;
            password(call, client, &parameters).await
        }
        Flow::RefreshToken => refresh(call, client, &parameters).await,
    }
}

/// Which of the flows that applications may be allowed it is.
fn flow(name: &str) -> Option<Flow> {
    match name {
        "USER_SRP_AUTH" => Some(Flow::UserSrp),
        "USER_PASSWORD_AUTH" => Some(Flow::UserPassword),
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => Some(Flow::RefreshToken),
        _ => None,
    }
}

fn prove(client: &AppClient, parameters: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let given = |name: &str| parameters.get(name).map(String::as_str);
    let checked = client.check_hash(given("USERNAME").unwrap_or_default(), given("SECRET_HASH"));
    checked.map_err(|fault| ApiError::not_that_client(&client.id, fault))
}

async fn refresh(
    call: &Call,
    client: &AppClient,
    parameters: &BTreeMap<String, String>,
) -> Result<Value, ApiError> {
    let token =
        parameters.get("REFRESH_TOKEN").ok_or_else(|| ApiError::missing_parameter("REFRESH_TOKEN"))?;
    let checked = accounts::tokens::check_hash_of_token(
        &call.pool,
        client,
        token,
        parameters.get("SECRET_HASH").map(String::as_str),
    )
    .await?;
    checked.map_err(|fault| ApiError::not_that_client(&client.id, fault))?;
    Ok(outcome::entered(
        &accounts::tokens::refresh(&call.pool, &client.id, token, Exchange::Keep, &call.origin_of(client))
            .await?,
    ))
}

async fn password(
    call: &Call,
    client: &AppClient,
    parameters: &BTreeMap<String, String>,
) -> Result<Value, ApiError> {
    let given = |name: &str| parameters.get(name).cloned().unwrap_or_default();
    let form = SignIn { username: given("USERNAME"), password: Password::new(given("PASSWORD")) };
    outcome::response(
        &accounts::sign_in::for_tokens(&call.pool, &client.id, &form, &call.origin_of(client)).await?,
    )
}
