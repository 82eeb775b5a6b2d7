//! RespondToAuthChallenge: what a client answers when a sign-in asks for the password (by SRP), a second factor
//! or a new password.

use super::{outcome, srp};
use crate::call::Call;
use crate::error::ApiError;
use accounts::sign_in::new_password::OwnPassword;
use accounts::sign_in::second_factor::FactorCode;
use model::{Factor, Password};
use nameplate_core::client::AppClient;
use nameplate_core::identity::ChallengeToken;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RespondRequest {
    client_id: Option<String>,
    challenge_name: Option<String>,
    session: Option<String>,
    #[serde(default, deserialize_with = "crate::call::texts")]
    challenge_responses: Option<BTreeMap<String, String>>,
}

/// What a client answers to a challenge.
struct ChallengeAnswer<'a> {
    client: &'a AppClient,
    session: Option<&'a str>,
    responses: &'a BTreeMap<String, String>,
}

impl ChallengeAnswer<'_> {
    /// The sign-in that waits, by what the client was given for it.
    fn challenge(&self) -> Result<ChallengeToken, ApiError> {
        let session = self.session.ok_or_else(|| ApiError::missing_parameter("Session"))?;
        ChallengeToken::parse(session).ok_or_else(invalid_session)
    }

    fn response(&self, name: &str) -> Result<&String, ApiError> {
        self.responses.get(name).ok_or_else(|| ApiError::missing_parameter(name))
    }
}

fn invalid_session() -> ApiError {
    ApiError::not_authorized("Invalid session for the user.")
}

pub async fn respond(call: &Call) -> Result<Value, ApiError> {
    let request: RespondRequest = call.read()?;
    let responses = request.challenge_responses.unwrap_or_default();
    let hash = responses.get("SECRET_HASH").map(String::as_str);
    let username = responses.get("USERNAME").map_or("", String::as_str);
    let client = call.proven_client(request.client_id, username, hash)?;
    let answer = ChallengeAnswer { client, session: request.session.as_deref(), responses: &responses };
    match request.challenge_name.as_deref().unwrap_or_default() {
        "PASSWORD_VERIFIER" => srp::verify(call, client, &responses).await,
        outcome::SELECT_FACTOR => select_factor(call, &answer).await,
        outcome::NEW_PASSWORD => new_password(call, &answer).await,
        name => match name.parse() {
            Ok(factor) => second_factor(call, &answer, factor).await,
            // No other challenge was ever given.
            Err(_) => Err(invalid_session()),
        },
    }
}

async fn select_factor(call: &Call, answer: &ChallengeAnswer<'_>) -> Result<Value, ApiError> {
    let token = answer.challenge()?;
    let chosen = answer.response("ANSWER")?;
    let factor = chosen.parse().map_err(|_| ApiError::parameter("Invalid selected MFA type"))?;
    let challenge = accounts::sign_in::second_factor::choose_factor(
        &call.pool,
        &answer.client.id,
        &token,
        factor,
        &call.origin_of(answer.client),
    )
    .await?;
    Ok(outcome::asked_for_factor(&challenge))
}

async fn second_factor(call: &Call, answer: &ChallengeAnswer<'_>, factor: Factor) -> Result<Value, ApiError> {
    let token = answer.challenge()?;
    let code = answer.response(code_parameter(factor))?;
    outcome::response(
        &accounts::sign_in::second_factor::answer_for_tokens(
            &call.pool,
            &answer.client.id,
            &token,
            FactorCode { factor, code },
            &call.origin_of(answer.client),
        )
        .await?,
    )
}

/// Where the code of a challenge stands among its responses.
const fn code_parameter(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => "SOFTWARE_TOKEN_MFA_CODE",
        Factor::Sms => "SMS_MFA_CODE",
        Factor::Email => "EMAIL_OTP_CODE",
    }
}

async fn new_password(call: &Call, answer: &ChallengeAnswer<'_>) -> Result<Value, ApiError> {
    let token = answer.challenge()?;
    let password = answer.response("NEW_PASSWORD")?;
    let attributes = answer.responses.iter().filter_map(|(name, value)| {
        Some((name.strip_prefix(outcome::ATTRIBUTE_PREFIX)?.to_owned(), value.clone()))
    });
    let form = OwnPassword {
        password: Password::new(password.as_str()),
        confirmation: None,
        attributes: attributes.collect(),
    };
    let tokens = accounts::sign_in::new_password::set_for_tokens(
        &call.pool,
        &answer.client.id,
        &token,
        form,
        &call.origin_of(answer.client),
    )
    .await?;
    Ok(outcome::entered(&tokens))
}
