//! How a sign-in ends or goes on: tokens, or what it asks for next.

use crate::error::{ApiError, Exception};
use accounts::sign_in::Entered;
use accounts::sign_in::NewPasswordAsked;
use accounts::sign_in::second_factor::Challenge;
use accounts::tokens::Tokens;
use model::DeliveryMedium;
use serde_json::{Map, Value, json};

/// The challenge to choose among several second factors.
pub const SELECT_FACTOR: &str = "SELECT_MFA_TYPE";
/// The challenge to choose a password of one's own.
pub const NEW_PASSWORD: &str = "NEW_PASSWORD_REQUIRED";
/// What stands before the names of attributes that come with a new password.
pub const ATTRIBUTE_PREFIX: &str = "userAttributes.";

/// How a sign-in ends.
pub fn response(done: &Entered) -> Result<Value, ApiError> {
    match done {
        Entered::Tokens(tokens) => Ok(entered(tokens)),
        Entered::Challenge(challenge) => match challenge.possible_at {
            Some(at) => Err(ApiError::possible_again_at(at)),
            None => Ok(asked_for_factor(challenge)),
        },
        Entered::NewPassword(asked) => Ok(asked_for_password(asked)),
        Entered::Unconfirmed => Err(ApiError::new(Exception::UserNotConfirmed, "User is not confirmed.")),
    }
}

/// Signed in.
pub fn entered(tokens: &Tokens) -> Value {
    json!({ "AuthenticationResult": authentication_result(tokens), "ChallengeParameters": {} })
}

/// The tokens themselves.
pub fn authentication_result(tokens: &Tokens) -> Value {
    let always = [
        ("AccessToken", Value::from(tokens.access.as_str())),
        ("IdToken", tokens.id.as_str().into()),
        ("ExpiresIn", tokens.expires_in.as_secs().into()),
        ("TokenType", "Bearer".into()),
    ];
    let refresh = tokens.refresh.as_ref().map(|token| ("RefreshToken", token.as_str().into()));
    always.into_iter().chain(refresh).collect()
}

/// How a sign-in goes on that is asked for a second factor.
pub fn asked_for_factor(challenge: &Challenge) -> Value {
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
            SELECT_FACTOR
        }
    };
    json!({ "ChallengeName": name, "Session": challenge.token.reveal(), "ChallengeParameters": parameters })
}

/// The same where the operator knows the password.
fn asked_for_password(asked: &NewPasswordAsked) -> Value {
    let required: Vec<_> = asked.missing.iter().map(|name| format!("{ATTRIBUTE_PREFIX}{name}")).collect();
    let attributes: Map<_, _> =
        asked.attributes.iter().map(|(name, value)| (name.to_string(), value.as_str().into())).collect();
    let parameters = json!({
        "USER_ID_FOR_SRP": asked.username,
        "requiredAttributes": Value::from(required).to_string(),
        "userAttributes": Value::from(attributes).to_string(),
    });
    json!({ "ChallengeName": NEW_PASSWORD, "Session": asked.token.reveal(), "ChallengeParameters": parameters })
}
