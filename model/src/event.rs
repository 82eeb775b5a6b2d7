//! What happened to an account, in the words and payloads of the guide's Hub (`auth` channel).

use crate::attribute::AttributeName;
use crate::code::CodeDeliveryDetails;
use crate::factor::Factor;
use crate::form::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What became of one attribute of an update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Updated {
    /// `false`: it waits for the code that was sent.
    #[serde(rename = "isUpdated")]
    pub is_updated: bool,
    #[serde(rename = "codeDeliveryDetails", default, skip_serializing_if = "Option::is_none")]
    pub code_delivery_details: Option<CodeDeliveryDetails>,
}

/// What became of an update, attribute by attribute.
pub type UpdateOutcome = BTreeMap<AttributeName, Updated>;

/// An event of an account. Serialised it is the Hub's payload: `{"event": …, "data": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", content = "data")]
pub enum Event {
    #[serde(rename = "signUp")]
    SignUp { username: String },
    #[serde(rename = "confirmSignUp")]
    ConfirmSignUp { username: String },
    #[serde(rename = "confirmSignUp_failure")]
    ConfirmSignUpFailure(Refusal),
    /// A new code for a new account, to the address it has or to a corrected one.
    #[serde(rename = "resendSignUpCode")]
    ResendSignUpCode { username: String },
    #[serde(rename = "signIn")]
    SignIn { username: String },
    #[serde(rename = "signIn_failure")]
    SignInFailure { username: String },
    /// The password was right, and the code that was asked for beside it was not.
    #[serde(rename = "confirmSignIn_failure")]
    ConfirmSignInFailure(Refusal),
    /// A second factor is asked for from now on.
    #[serde(rename = "enableMfa")]
    EnableMfa { factor: Factor },
    #[serde(rename = "disableMfa")]
    DisableMfa { factor: Factor },
    /// Which second factor is asked for first; none: the first that there is.
    #[serde(rename = "preferMfa")]
    PreferMfa { factor: Option<Factor> },
    /// The account has new recovery codes; those before are worth nothing.
    #[serde(rename = "createRecoveryCodes")]
    CreateRecoveryCodes { username: String },
    /// A recovery code took the place of a second factor; so many are left.
    #[serde(rename = "useRecoveryCode")]
    UseRecoveryCode { left: u32 },
    #[serde(rename = "signInWithPasskey")]
    SignInWithPasskey { username: String, passkey: String },
    /// A passkey of the account was used, and what it answered was not right.
    #[serde(rename = "signInWithPasskey_failure")]
    SignInWithPasskeyFailure { username: String, passkey: String },
    /// A code for a new password was sent.
    #[serde(rename = "forgotPassword")]
    ForgotPassword { username: String },
    /// The code was right, and the account has a new password.
    #[serde(rename = "forgotPasswordSubmit")]
    ForgotPasswordSubmit { username: String },
    #[serde(rename = "forgotPasswordSubmit_failure")]
    ForgotPasswordSubmitFailure(Refusal),
    /// The current password was right, and the account has another one.
    #[serde(rename = "changePassword")]
    ChangePassword { username: String },
    #[serde(rename = "changePassword_failure")]
    ChangePasswordFailure(Refusal),
    #[serde(rename = "addPasskey")]
    AddPasskey { passkey: String },
    #[serde(rename = "removePasskey")]
    RemovePasskey { passkey: String },
    #[serde(rename = "signOut")]
    SignOut { username: String },
    /// Other browsers were signed out, so many.
    #[serde(rename = "signOutOthers")]
    SignOutOthers { username: String, sessions: u32 },
    #[serde(rename = "globalSignOut")]
    GlobalSignOut { username: String },
    #[serde(rename = "updateUserAttributes")]
    UpdateUserAttributes(UpdateOutcome),
    /// None of the attributes was changed; the refusal says which one and why.
    #[serde(rename = "updateUserAttributes_failure")]
    UpdateUserAttributesFailure(Refusal),
    #[serde(rename = "verifyUserAttribute")]
    VerifyUserAttribute { attribute: AttributeName },
    #[serde(rename = "verifyUserAttribute_failure")]
    VerifyUserAttributeFailure {
        attribute: AttributeName,
        #[serde(flatten)]
        refusal: Refusal,
    },
    #[serde(rename = "resendUserAttributeCode")]
    ResendUserAttributeCode { attribute: AttributeName },
    #[serde(rename = "cancelUserAttributeUpdate")]
    CancelUserAttributeUpdate { attribute: AttributeName },
    #[serde(rename = "deleteUserAttributes")]
    DeleteUserAttributes { attributes: Vec<AttributeName> },
    #[serde(rename = "deleteUserAttributes_failure")]
    DeleteUserAttributesFailure(Refusal),
    /// Everything that is held about the person was handed to them.
    #[serde(rename = "downloadUserData")]
    DownloadUserData { username: String },
    /// The operator made the account.
    #[serde(rename = "adminCreateUser")]
    AdminCreateUser { username: String },
    /// The operator gave the account a password, or had a code for a new one sent.
    #[serde(rename = "adminResetUserPassword")]
    AdminResetUserPassword { username: String },
    /// The operator disabled the account: nobody signs in to it.
    #[serde(rename = "adminDisableUser")]
    AdminDisableUser { username: String },
    #[serde(rename = "adminEnableUser")]
    AdminEnableUser { username: String },
    /// The operator removed every second factor of the account.
    #[serde(rename = "adminResetMfa")]
    AdminResetMfa { username: String },
}

impl Event {
    /// The Hub's name of the event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SignUp { .. } => "signUp",
            Self::ConfirmSignUp { .. } => "confirmSignUp",
            Self::ConfirmSignUpFailure(_) => "confirmSignUp_failure",
            Self::ResendSignUpCode { .. } => "resendSignUpCode",
            Self::SignIn { .. } => "signIn",
            Self::SignInFailure { .. } => "signIn_failure",
            Self::ConfirmSignInFailure(_) => "confirmSignIn_failure",
            Self::EnableMfa { .. } => "enableMfa",
            Self::DisableMfa { .. } => "disableMfa",
            Self::PreferMfa { .. } => "preferMfa",
            Self::CreateRecoveryCodes { .. } => "createRecoveryCodes",
            Self::UseRecoveryCode { .. } => "useRecoveryCode",
            Self::SignInWithPasskey { .. } => "signInWithPasskey",
            Self::SignInWithPasskeyFailure { .. } => "signInWithPasskey_failure",
            Self::ForgotPassword { .. } => "forgotPassword",
            Self::ForgotPasswordSubmit { .. } => "forgotPasswordSubmit",
            Self::ForgotPasswordSubmitFailure(_) => "forgotPasswordSubmit_failure",
            Self::ChangePassword { .. } => "changePassword",
            Self::ChangePasswordFailure(_) => "changePassword_failure",
            Self::AddPasskey { .. } => "addPasskey",
            Self::RemovePasskey { .. } => "removePasskey",
            Self::SignOut { .. } => "signOut",
            Self::SignOutOthers { .. } => "signOutOthers",
            Self::GlobalSignOut { .. } => "globalSignOut",
            Self::UpdateUserAttributes(_) => "updateUserAttributes",
            Self::UpdateUserAttributesFailure(_) => "updateUserAttributes_failure",
            Self::VerifyUserAttribute { .. } => "verifyUserAttribute",
            Self::VerifyUserAttributeFailure { .. } => "verifyUserAttribute_failure",
            Self::ResendUserAttributeCode { .. } => "resendUserAttributeCode",
            Self::CancelUserAttributeUpdate { .. } => "cancelUserAttributeUpdate",
            Self::DeleteUserAttributes { .. } => "deleteUserAttributes",
            Self::DeleteUserAttributesFailure(_) => "deleteUserAttributes_failure",
            Self::DownloadUserData { .. } => "downloadUserData",
            Self::AdminCreateUser { .. } => "adminCreateUser",
            Self::AdminResetUserPassword { .. } => "adminResetUserPassword",
            Self::AdminDisableUser { .. } => "adminDisableUser",
            Self::AdminEnableUser { .. } => "adminEnableUser",
            Self::AdminResetMfa { .. } => "adminResetMfa",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::Standard;
    use crate::code::DeliveryMedium;

    #[test]
    fn an_update_has_exactly_the_guides_payload() {
        let details = CodeDeliveryDetails {
            attribute_name: Standard::Email.into(),
            delivery_medium: DeliveryMedium::Email,
            destination: "m***@a***".into(),
        };
        let event = Event::UpdateUserAttributes(BTreeMap::from([
            (Standard::Email.into(), Updated { is_updated: false, code_delivery_details: Some(details) }),
            (Standard::FamilyName.into(), Updated { is_updated: true, code_delivery_details: None }),
        ]));
        assert_eq!(
            serde_json::to_string(&event).unwrap(),
            r#"{"event":"updateUserAttributes","data":{"email":{"isUpdated":false,"codeDeliveryDetails":{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"m***@a***"}},"family_name":{"isUpdated":true}}}"#
        );
    }

    #[test]
    fn a_refused_code_tells_of_which_attribute_and_why() {
        let refusal = Refusal::field(crate::FieldName::Code, crate::Why::WrongCode { tries_left: 4 });
        let event = Event::VerifyUserAttributeFailure { attribute: Standard::Email.into(), refusal };
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(
            text,
            r#"{"event":"verifyUserAttribute_failure","data":{"attribute":"email","form":null,"fields":[["code","WrongCode:4"]]}}"#
        );
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    }

    #[test]
    fn the_name_is_the_one_that_travels() {
        let event = Event::UpdateUserAttributesFailure(Refusal::default());
        let text = serde_json::to_string(&event).unwrap();
        assert!(text.starts_with(&format!(r#"{{"event":"{}""#, event.name())));
    }
}
