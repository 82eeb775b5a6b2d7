//! Signing in without telling the password: the two steps of USER_SRP_AUTH.

use super::outcome;
use crate::call::Call;
use crate::error::ApiError;
use accounts::sign_in::srp::Proof;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nameplate_core::client::AppClient;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A date as clients write it is shorter by far.
const LONGEST_TIMESTAMP: usize = 64;

/// The numbers that the client answers.
pub async fn begin(
    call: &Call,
    client: &AppClient,
    parameters: &BTreeMap<String, String>,
) -> Result<Value, ApiError> {
    let given = |name: &str| parameters.get(name).ok_or_else(|| ApiError::missing_parameter(name));
    let challenge = accounts::sign_in::srp::challenge(
        &call.pool,
        &client.id,
        given("USERNAME")?,
        given("SRP_A")?,
        &call.origin_of(client),
    )
    .await?;
    Ok(json!({
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeParameters": {
            "SALT": challenge.salt,
            "SECRET_BLOCK": STANDARD.encode(&challenge.secret_block),
            "SRP_B": challenge.public,
            "USERNAME": challenge.user_id,
            "USER_ID_FOR_SRP": challenge.user_id,
        },
    }))
}

/// The client's answer, which proves that it knows the password.
pub async fn verify(
    call: &Call,
    client: &AppClient,
    responses: &BTreeMap<String, String>,
) -> Result<Value, ApiError> {
    outcome::response(
        &accounts::sign_in::srp::answer(&call.pool, &client.id, &proof(responses)?, &call.origin_of(client))
            .await?,
    )
}

fn proof(responses: &BTreeMap<String, String>) -> Result<Proof, ApiError> {
    let given = |name: &str| responses.get(name).ok_or_else(|| ApiError::missing_parameter(name));
    let wrong = || ApiError::not_authorized("Incorrect username or password.");
    let bytes = |text: &str| STANDARD.decode(text).map_err(|_| wrong());
    let proof = Proof {
        username: given("USERNAME")?.clone(),
        secret_block: bytes(given("PASSWORD_CLAIM_SECRET_BLOCK")?)?,
        timestamp: given("TIMESTAMP")?.clone(),
        signature: bytes(given("PASSWORD_CLAIM_SIGNATURE")?)?,
    };
    if proof.timestamp.len() > LONGEST_TIMESTAMP { Err(wrong()) } else { Ok(proof) }
}
