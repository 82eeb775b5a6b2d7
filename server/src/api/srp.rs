//! Signing in without telling the password: the steps of USER_SRP_AUTH, and RespondToAuthChallenge.

use super::fault::Fault;
use super::refusals::missing_parameter;
use super::{Call, mfa, tokens};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pool::ClientId;
use pool::srp_sign_in::Proof;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A date as clients write it is shorter by far.
const LONGEST_TIMESTAMP: usize = 64;

pub async fn begin(
    call: &Call,
    client: &ClientId,
    parameters: &BTreeMap<String, String>,
) -> Result<Value, Fault> {
    let given = |name: &str| parameters.get(name).ok_or_else(|| missing_parameter(name));
    let challenge =
        call.pool.srp_challenge(client, given("USERNAME")?, given("SRP_A")?, &call.origin).await?;
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

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RespondRequest {
    client_id: Option<String>,
    challenge_name: Option<String>,
    session: Option<String>,
    #[serde(default, deserialize_with = "super::texts")]
    challenge_responses: Option<BTreeMap<String, String>>,
}

pub async fn respond(call: &Call) -> Result<Value, Fault> {
    let request: RespondRequest = call.read()?;
    let responses = request.challenge_responses.unwrap_or_default();
    let hash = responses.get("SECRET_HASH").map(String::as_str);
    let client =
        call.proven_client(request.client_id, responses.get("USERNAME").map_or("", String::as_str), hash)?;
    let name = request.challenge_name.as_deref().unwrap_or_default();
    if let Some(answer) = mfa::respond(call, &client.id, (name, request.session.as_deref()), &responses).await
    {
        return answer;
    }
    // No other challenge was ever given.
    if name != "PASSWORD_VERIFIER" {
        return Err(Fault::not_authorized("Invalid session for the user."));
    }
    let proof = proof(&responses)?;
    tokens::end(&call.pool.answer_srp_challenge(&client.id, &proof, &call.origin).await?)
}

fn proof(responses: &BTreeMap<String, String>) -> Result<Proof, Fault> {
    let given = |name: &str| responses.get(name).ok_or_else(|| missing_parameter(name));
    let wrong = || Fault::not_authorized("Incorrect username or password.");
    let bytes = |text: &str| STANDARD.decode(text).map_err(|_| wrong());
    let proof = Proof {
        username: given("USERNAME")?.clone(),
        secret_block: bytes(given("PASSWORD_CLAIM_SECRET_BLOCK")?)?,
        timestamp: given("TIMESTAMP")?.clone(),
        signature: bytes(given("PASSWORD_CLAIM_SIGNATURE")?)?,
    };
    if proof.timestamp.len() > LONGEST_TIMESTAMP { Err(wrong()) } else { Ok(proof) }
}
