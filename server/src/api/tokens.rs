//! Signing in and out: InitiateAuth, GetTokensFromRefreshToken, RevokeToken, GlobalSignOut.

use super::fault::{Exception, Fault};
use super::refusals::{missing_parameter, not_that_client};
use super::{Call, mfa, nothing, srp};
use model::Password;
use pool::ClientId;
use pool::refresh::Exchange;
use pool::settings::{AppClient, Flow};
use pool::sign_in::SignIn;
use pool::sign_in_for_tokens::Entered;
use pool::tokens::Tokens;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InitiateRequest {
    auth_flow: Option<String>,
    client_id: Option<String>,
    #[serde(default, deserialize_with = "super::texts")]
    auth_parameters: Option<BTreeMap<String, String>>,
}

pub async fn initiate_auth(call: &Call) -> Result<Value, Fault> {
    let request: InitiateRequest = call.read()?;
    let client = call.client(request.client_id)?;
    let name = request.auth_flow.unwrap_or_default();
    let parameters = request.auth_parameters.unwrap_or_default();
    let flow = flow(&name).filter(|flow| client.allows(*flow));
    match flow.ok_or_else(|| Fault::parameter(format!("{name} flow not enabled for this client")))? {
        Flow::UserSrp => {
            prove(client, &parameters)?;
            srp::begin(call, &client.id, &parameters).await
        }
        Flow::UserPassword => {
            prove(client, &parameters)?;
            password(call, &client.id, &parameters).await
        }
        Flow::RefreshToken => keep(call, client, &parameters).await,
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

fn prove(client: &AppClient, parameters: &BTreeMap<String, String>) -> Result<(), Fault> {
    let given = |name: &str| parameters.get(name).map(String::as_str);
    let checked = client.check_hash(given("USERNAME").unwrap_or_default(), given("SECRET_HASH"));
    checked.map_err(|fault| not_that_client(&client.id, fault))
}

async fn keep(
    call: &Call,
    client: &AppClient,
    parameters: &BTreeMap<String, String>,
) -> Result<Value, Fault> {
    let token = parameters.get("REFRESH_TOKEN").ok_or_else(|| missing_parameter("REFRESH_TOKEN"))?;
    let checked = call
        .pool
        .check_hash_of_token(client, token, parameters.get("SECRET_HASH").map(String::as_str))
        .await?;
    checked.map_err(|fault| not_that_client(&client.id, fault))?;
    Ok(entered(&call.pool.refresh(&client.id, token, Exchange::Keep, &call.origin).await?))
}

async fn password(
    call: &Call,
    client: &ClientId,
    parameters: &BTreeMap<String, String>,
) -> Result<Value, Fault> {
    let given = |name: &str| parameters.get(name).cloned().unwrap_or_default();
    let form = SignIn { username: given("USERNAME"), password: Password::new(given("PASSWORD")) };
    end(&call.pool.sign_in_for_tokens(client, &form, &call.origin).await?)
}

/// How a sign-in ends.
pub fn end(done: &Entered) -> Result<Value, Fault> {
    match done {
        Entered::Tokens(tokens) => Ok(entered(tokens)),
        Entered::Challenge(challenge) => Ok(mfa::asked(challenge)),
        Entered::NewPassword(asked) => Ok(mfa::asked_for_password(asked)),
        Entered::Unconfirmed => Err(Fault::new(Exception::UserNotConfirmed, "User is not confirmed.")),
    }
}

pub fn entered(tokens: &Tokens) -> Value {
    json!({ "AuthenticationResult": result(tokens), "ChallengeParameters": {} })
}

#[expect(clippy::indexing_slicing, reason = "it was made as an object")]
fn result(tokens: &Tokens) -> Value {
    let mut result = json!({
        "AccessToken": tokens.access,
        "IdToken": tokens.id,
        "ExpiresIn": tokens.expires_in.as_secs(),
        "TokenType": "Bearer",
    });
    if let Some(refresh) = &tokens.refresh {
        result["RefreshToken"] = Value::from(refresh.as_str());
    }
    result
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RefreshRequest {
    client_secret: Option<String>,
    refresh_token: Option<String>,
    client_id: Option<String>,
}

pub async fn refresh(call: &Call) -> Result<Value, Fault> {
    let request: RefreshRequest = call.read()?;
    let client = call.client(request.client_id)?;
    client
        .check_secret(request.client_secret.as_deref())
        .map_err(|fault| not_that_client(&client.id, fault))?;
    let token = request.refresh_token.unwrap_or_default();
    let tokens = call.pool.refresh(&client.id, &token, Exchange::Rotate, &call.origin).await?;
    Ok(json!({ "AuthenticationResult": result(&tokens) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RevokeRequest {
    client_secret: Option<String>,
    token: Option<String>,
    client_id: Option<String>,
}

pub async fn revoke(call: &Call) -> Result<Value, Fault> {
    let request: RevokeRequest = call.read()?;
    let client = call.client(request.client_id)?;
    client
        .check_secret(request.client_secret.as_deref())
        .map_err(|fault| not_that_client(&client.id, fault))?;
    let token = request.token.unwrap_or_default();
    // An access token or an ID token has three parts; a refresh token has two.
    if token.split('.').count() == 3 {
        return Err(Fault::new(Exception::UnsupportedTokenType, "Unsupported token type"));
    }
    call.pool.revoke_refresh_token(&client.id, &token, &call.origin).await?;
    Ok(nothing())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SignOutRequest {
    access_token: Option<String>,
}

pub async fn global_sign_out(call: &Call) -> Result<Value, Fault> {
    let request: SignOutRequest = call.read()?;
    let viewer = call.viewer(request.access_token).await?;
    call.pool.sign_out_everywhere(viewer.user, &call.origin).await?;
    Ok(nothing())
}
