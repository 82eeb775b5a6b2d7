//! Second factors: AssociateSoftwareToken, VerifySoftwareToken, SetUserMFAPreference, and what
//! RespondToAuthChallenge answers beside the password: a factor, or a new password.

use super::fault::{Exception, Fault};
use super::refusals::{attributes_refused, missing_parameter};
use super::{Call, nothing, tokens};
use model::{DeliveryMedium, Factor, Password};
use pool::ClientId;
use pool::factors::challenge::Challenge;
use pool::factors::change::Wish;
use pool::factors::set_up_app::Then;
use pool::new_password_required::{NewPasswordAsked, NewPasswordError, OwnPassword};
use pool::sessions::ChallengeToken;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const SELECT: &str = "SELECT_MFA_TYPE";
const NEW_PASSWORD: &str = "NEW_PASSWORD_REQUIRED";
/// What stands before the names of attributes that come with a new password.
const ATTRIBUTE: &str = "userAttributes.";

/// How a sign-in goes on that is asked for a second factor.
pub fn asked(challenge: &Challenge) -> Value {
    let mut parameters =
        Map::from_iter([("USER_ID_FOR_SRP".to_owned(), Value::from(challenge.username.as_str()))]);
    let name = match challenge.factor {
        Some(factor) => {
            if let Some(delivery) = &challenge.delivery {
                let medium = DeliveryMedium::as_str(delivery.delivery_medium);
                parameters.insert("CODE_DELIVERY_DELIVERY_MEDIUM".into(), medium.into());
                parameters.insert("CODE_DELIVERY_DESTINATION".into(), delivery.destination.as_str().into());
            }
            factor.as_str()
        }
        None => {
            let names: Vec<_> = challenge.choices.iter().map(|it| it.as_str()).collect();
            parameters.insert("MFAS_CAN_CHOOSE".into(), Value::from(names).to_string().into());
            SELECT
        }
    };
    json!({ "ChallengeName": name, "Session": challenge.token.reveal(), "ChallengeParameters": parameters })
}

/// The same where the operator knows the password.
pub fn asked_for_password(asked: &NewPasswordAsked) -> Value {
    let required: Vec<_> = asked.missing.iter().map(|name| format!("{ATTRIBUTE}{name}")).collect();
    let attributes: Map<_, _> =
        asked.attributes.iter().map(|(name, value)| (name.to_string(), value.as_str().into())).collect();
    let parameters = json!({
        "USER_ID_FOR_SRP": asked.username,
        "requiredAttributes": Value::from(required).to_string(),
        "userAttributes": Value::from(attributes).to_string(),
    });
    json!({ "ChallengeName": NEW_PASSWORD, "Session": asked.token.reveal(), "ChallengeParameters": parameters })
}

/// Where the code of a challenge stands among its responses.
const fn code_parameter(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => "SOFTWARE_TOKEN_MFA_CODE",
        Factor::Sms => "SMS_MFA_CODE",
        Factor::Email => "EMAIL_OTP_CODE",
    }
}

/// Answers a challenge of this name, if it is one of these.
pub async fn respond(
    call: &Call,
    client: &ClientId,
    (name, session): (&str, Option<&str>),
    responses: &BTreeMap<String, String>,
) -> Option<Result<Value, Fault>> {
    if name == SELECT {
        return Some(select(call, client, session, responses).await);
    }
    if name == NEW_PASSWORD {
        return Some(own_password(call, client, session, responses).await);
    }
    let factor: Factor = name.parse().ok()?;
    Some(answer(call, client, (factor, session), responses).await)
}

/// The sign-in that waits, by what the client was given for it.
fn waiting(session: Option<&str>) -> Result<ChallengeToken, Fault> {
    let session = session.ok_or_else(|| missing_parameter("Session"))?;
    ChallengeToken::parse(session).ok_or_else(|| Fault::not_authorized("Invalid session for the user."))
}

async fn select(
    call: &Call,
    client: &ClientId,
    session: Option<&str>,
    responses: &BTreeMap<String, String>,
) -> Result<Value, Fault> {
    let token = waiting(session)?;
    let chosen = responses.get("ANSWER").ok_or_else(|| missing_parameter("ANSWER"))?;
    let factor = chosen.parse().map_err(|_| Fault::parameter("Invalid selected MFA type"))?;
    Ok(asked(&call.pool.choose_factor(client, &token, factor, &call.origin).await?))
}

async fn answer(
    call: &Call,
    client: &ClientId,
    (factor, session): (Factor, Option<&str>),
    responses: &BTreeMap<String, String>,
) -> Result<Value, Fault> {
    let token = waiting(session)?;
    let parameter = code_parameter(factor);
    let code = responses.get(parameter).ok_or_else(|| missing_parameter(parameter))?;
    tokens::end(&call.pool.answer_challenge_for_tokens(client, &token, (factor, code), &call.origin).await?)
}

async fn own_password(
    call: &Call,
    client: &ClientId,
    session: Option<&str>,
    responses: &BTreeMap<String, String>,
) -> Result<Value, Fault> {
    let token = waiting(session)?;
    let password = responses.get("NEW_PASSWORD").ok_or_else(|| missing_parameter("NEW_PASSWORD"))?;
    let attributes = responses
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(ATTRIBUTE)?.to_owned(), value.clone())));
    let form = OwnPassword {
        password: Password::new(password.as_str()),
        confirmation: None,
        attributes: attributes.collect(),
    };
    let tokens = call.pool.set_own_password_for_tokens(client, &token, form, &call.origin).await?;
    Ok(tokens::entered(&tokens))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssociateRequest {
    access_token: Option<String>,
}

pub async fn associate(call: &Call) -> Result<Value, Fault> {
    let request: AssociateRequest = call.read()?;
    let viewer = call.viewer(request.access_token).await?;
    Ok(json!({ "SecretCode": call.pool.set_up_app(&viewer).await?.text }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VerifyRequest {
    access_token: Option<String>,
    user_code: Option<String>,
}

pub async fn verify(call: &Call) -> Result<Value, Fault> {
    let request: VerifyRequest = call.read()?;
    let viewer = call.viewer(request.access_token).await?;
    let code = request.user_code.unwrap_or_default();
    call.pool.confirm_app(&viewer, &code, Then::Wait, &call.origin).await?;
    Ok(json!({ "Status": "SUCCESS" }))
}

/// What is wanted of one factor (`SMSMfaSettingsType` and its like).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    enabled: Option<bool>,
    preferred_mfa: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PreferenceRequest {
    access_token: Option<String>,
    #[serde(rename = "SMSMfaSettings")]
    sms: Option<Settings>,
    #[serde(rename = "SoftwareTokenMfaSettings")]
    app: Option<Settings>,
    #[serde(rename = "EmailMfaSettings")]
    email: Option<Settings>,
}

pub async fn set_preference(call: &Call) -> Result<Value, Fault> {
    let request: PreferenceRequest = call.read()?;
    let viewer = call.viewer(request.access_token).await?;
    let settings =
        [(Factor::SoftwareToken, request.app), (Factor::Sms, request.sms), (Factor::Email, request.email)];
    let wishes = wishes(settings.into_iter().filter_map(|(factor, wanted)| Some((factor, wanted?))))?;
    call.pool.change_factors(&viewer, &wishes, &call.origin).await?;
    Ok(nothing())
}

/// On before off, so that nobody is without a factor in between; the one that is preferred last, once it is
/// on.
fn wishes(settings: impl Iterator<Item = (Factor, Settings)>) -> Result<Vec<(Factor, Wish)>, Fault> {
    let (mut on, mut off, mut order) = (Vec::new(), Vec::new(), Vec::new());
    for (factor, Settings { enabled, preferred_mfa }) in settings {
        match enabled {
            Some(true) => on.push((factor, Wish::On)),
            Some(false) => off.push((factor, Wish::Off)),
            None => {}
        }
        match preferred_mfa {
            Some(true) => order.push((factor, Wish::First)),
            Some(false) => order.insert(0, (factor, Wish::NotFirst)),
            None => {}
        }
    }
    if order.iter().filter(|(_, wish)| *wish == Wish::First).count() > 1 {
        return Err(Fault::parameter("Only one factor can be set as preferred."));
    }
    Ok([on, off, order].concat())
}

/// What GetUser tells of the factors (`UserMFASettingList`, `PreferredMfaSetting`).
pub fn told(factors: &[(Factor, bool)], user: &mut Value) {
    if !factors.is_empty() {
        user["UserMFASettingList"] = factors.iter().map(|(factor, _)| factor.as_str()).collect();
    }
    if let Some((first, _)) = factors.iter().find(|(_, preferred)| *preferred) {
        user["PreferredMfaSetting"] = first.as_str().into();
    }
}

impl From<pool::factors::FactorError> for Fault {
    fn from(error: pool::factors::FactorError) -> Self {
        use pool::factors::FactorError;
        match error {
            FactorError::NotFresh(_) | FactorError::SignedOut => {
                Self::not_authorized("Access Token has been revoked")
            }
            FactorError::NotAtHand(Factor::SoftwareToken) => {
                Self::parameter("User has not verified software token mfa")
            }
            FactorError::NotAtHand(factor) => Self::parameter(format!(
                "User does not have delivery config set to turn on {}",
                factor.as_str()
            )),
            FactorError::NotACode(_) | FactorError::WrongAppCode => Self::new(
                Exception::EnableSoftwareTokenMfa,
                "Code mismatch and fail enable Software Token MFA",
            ),
            FactorError::Wait { seconds } => {
                Self::new(Exception::TooManyRequests, "Too many requests").after(seconds)
            }
            FactorError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<pool::factors::challenge::ChallengeError> for Fault {
    fn from(error: pool::factors::challenge::ChallengeError) -> Self {
        use pool::codes::CodeFault;
        use pool::factors::challenge::ChallengeError;
        match error {
            ChallengeError::Code(CodeFault::Missing | CodeFault::NotACode | CodeFault::Wrong { .. })
            | ChallengeError::WrongAppCode
            | ChallengeError::WrongRecoveryCode => {
                Self::new(Exception::CodeMismatch, "Invalid code or auth state for the user.")
            }
            ChallengeError::Code(fault) => fault.into(),
            ChallengeError::NoSuchFactor => Self::parameter("Invalid selected MFA type"),
            ChallengeError::Over => Self::not_authorized("Invalid session for the user."),
            ChallengeError::Disabled => Self::not_authorized("User is disabled."),
            ChallengeError::Wait { seconds } => {
                Self::new(Exception::TooManyRequests, "Too many requests").after(seconds)
            }
            ChallengeError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<NewPasswordError> for Fault {
    fn from(error: NewPasswordError) -> Self {
        match error {
            NewPasswordError::Refused(refusal) => attributes_refused("userAttributes", &refusal),
            NewPasswordError::Over => Self::not_authorized("Invalid session for the user."),
            NewPasswordError::Disabled => Self::not_authorized("User is disabled."),
            NewPasswordError::Busy => Self::new(Exception::TooManyRequests, "Too many requests").after(1),
            NewPasswordError::Unavailable(fault) => fault.into(),
        }
    }
}
