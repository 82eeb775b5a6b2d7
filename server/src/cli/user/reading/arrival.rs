//! An account as it comes in.

use super::error::LineError;
use super::values::{boolean, moment_in};
use accounts::admin::Status;
use accounts::admin::{Arrival, Elsewhere};
use nameplate_core::identifiers::ContactKind;
use std::collections::BTreeMap;

/// A confirmed account without a password. What Cognito sets itself is no attribute: the flags say which
/// contacts are verified, the times have fields of their own, and accounts elsewhere (`identities`) stay
/// there.
pub fn arrival(
    place: String,
    username: Option<String>,
    mut attributes: BTreeMap<String, String>,
) -> Result<Arrival, Vec<LineError>> {
    let sub = attributes.remove("sub").filter(|sub| !sub.trim().is_empty());
    let (mut verified, mut faults) = (Vec::new(), Vec::new());
    for kind in [ContactKind::Email, ContactKind::PhoneNumber] {
        let name = kind.verified_flag();
        match attributes.remove(name.as_str()).map(|flag| boolean(&flag)) {
            Some(None) => faults.push(LineError {
                field: name.as_str().to_owned(),
                ..LineError::at(&*place, "this is neither true nor false")
            }),
            Some(Some(true)) => verified.push(kind),
            Some(Some(false)) | None => {}
        }
    }
    let second_factor = attributes.get("cognito:mfa_enabled").and_then(|flag| boolean(flag)) == Some(true);
    let updated_at = attributes.remove("updated_at").and_then(|text| moment_in(&text));
    attributes.retain(|name, _| !name.starts_with("cognito:") && name != "identities");
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Arrival {
        place,
        username,
        sub,
        status: Status::Confirmed,
        created_at: None,
        updated_at,
        confirmed_at: None,
        disabled_at: None,
        attributes,
        verified,
        verified_at: BTreeMap::new(),
        password_hash: None,
        temporary_password: false,
        contested: false,
        elsewhere: Elsewhere { provider: None, second_factor },
    })
}
