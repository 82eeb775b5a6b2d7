//! Second factors: AssociateSoftwareToken, VerifySoftwareToken, SetUserMFAPreference.

use crate::call::{Call, nothing};
use crate::error::ApiError;
use accounts::factors::{Then, Wish};
use model::Factor;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssociateRequest {
    access_token: Option<String>,
}

pub async fn associate(call: &Call) -> Result<Value, ApiError> {
    let request: AssociateRequest = call.read()?;
    let viewer = call.viewer(request.access_token).await?;
    Ok(json!({ "SecretCode": accounts::factors::set_up_app(&call.pool, &viewer, &call.origin).await?.text }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VerifyRequest {
    access_token: Option<String>,
    user_code: Option<String>,
}

pub async fn verify(call: &Call) -> Result<Value, ApiError> {
    let request: VerifyRequest = call.read()?;
    let viewer = call.viewer(request.access_token).await?;
    let code = request.user_code.unwrap_or_default();
    accounts::factors::confirm_app(&call.pool, &viewer, &code, Then::Wait, &call.origin).await?;
    Ok(json!({ "Status": "SUCCESS" }))
}

/// What is wanted of one factor (`SMSMfaSettingsType` and its like).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FactorPreference {
    enabled: Option<bool>,
    preferred_mfa: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PreferenceRequest {
    access_token: Option<String>,
    #[serde(rename = "SMSMfaSettings")]
    sms: Option<FactorPreference>,
    #[serde(rename = "SoftwareTokenMfaSettings")]
    app: Option<FactorPreference>,
    #[serde(rename = "EmailMfaSettings")]
    email: Option<FactorPreference>,
}

pub async fn set_preference(call: &Call) -> Result<Value, ApiError> {
    let request: PreferenceRequest = call.read()?;
    let viewer = call.viewer(request.access_token).await?;
    let settings =
        [(Factor::SoftwareToken, request.app), (Factor::Sms, request.sms), (Factor::Email, request.email)];
    let wishes = wishes(settings.into_iter().filter_map(|(factor, wanted)| Some((factor, wanted?))))?;
    accounts::factors::change(&call.pool, &viewer, &wishes, &call.origin).await?;
    Ok(nothing())
}

/// On before off, so that nobody is without a factor in between; the one that is preferred last, once it is
/// on.
fn wishes(
    settings: impl Iterator<Item = (Factor, FactorPreference)>,
) -> Result<Vec<(Factor, Wish)>, ApiError> {
    let (mut on, mut off, mut order) = (Vec::new(), Vec::new(), Vec::new());
    for (factor, FactorPreference { enabled, preferred_mfa }) in settings {
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
        return Err(ApiError::parameter("Only one factor can be set as preferred."));
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
