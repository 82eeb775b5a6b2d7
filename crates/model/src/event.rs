//! What happened to an account, in the words and payloads of the guide's Hub (`auth` channel).

use crate::attribute::AttributeName;
use crate::code::CodeDeliveryDetails;
use crate::factor::Factor;
use crate::form::FormErrors;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What became of one attribute of an update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Updated {
    /// `false`: it waits for the code that was sent.
    #[serde(rename = "isUpdated")]
    pub is_updated: bool,
    /// Where that code was sent.
    #[serde(rename = "codeDeliveryDetails", default, skip_serializing_if = "Option::is_none")]
    pub code_delivery_details: Option<CodeDeliveryDetails>,
}

/// What became of an update, attribute by attribute.
pub type UpdateOutcome = BTreeMap<AttributeName, Updated>;

/// What an event says, by the name of the member.
macro_rules! about {
    (username) => {
        "The account's username at that time."
    };
    (factor) => {
        "Which second factor."
    };
    (left) => {
        "How many recovery codes are unused."
    };
    (passkey) => {
        "What its owner calls the passkey."
    };
    (sessions) => {
        "How many were signed out."
    };
    (attribute) => {
        "Which contact."
    };
    (attributes) => {
        "Which ones."
    };
    (refusal) => {
        "What the person was told."
    };
}

/// Declares the events, each with the Hub's name of it.
macro_rules! events {
    (
        $(#[$meta:meta])*
        pub enum Event {
            $(
                $(#[$doc:meta])+
                $Event:ident
                    $(($data:ty))?
                    $({ $($(#[$attribute:meta])* $field:ident: $type:ty),+ })?
                    = $name:literal
            ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "event", content = "data")]
        pub enum Event {
            $(
                $(#[$doc])*
                #[doc = ""]
                #[doc = concat!("The Hub's `", $name, "`.")]
                #[serde(rename = $name)]
                $Event $(($data))? $({ $(#[doc = about!($field)] $(#[$attribute])* $field: $type),+ })?
            ),+
        }

        impl Event {
            /// The names of all events.
            pub const NAMES: [&'static str; [$($name),+].len()] = [$($name),+];

            /// The Hub's name of the event.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$Event { .. } => $name),+
                }
            }
        }
    };
}

events! {
    /// An event of an account. Serialised it is the Hub's payload: `{"event": …, "data": …}`.
    pub enum Event {
        /// An account was signed up for, and isn't confirmed yet.
        SignUp { username: String } = "signUp",
        /// The account was confirmed: by the code that was sent to its address, or by an administrator.
        ConfirmSignUp { username: String } = "confirmSignUp",
        /// The code for a new account was refused.
        ConfirmSignUpFailure(FormErrors) = "confirmSignUp_failure",
        /// A new code for a new account, to the address it has or to a corrected one.
        ResendSignUpCode { username: String } = "resendSignUpCode",
        /// A sign-in was finished, with its second factor if it has one.
        SignIn { username: String } = "signIn",
        /// A wrong password was entered.
        SignInFailure { username: String } = "signIn_failure",
        /// The password was right, and the code that was asked for beside it was not.
        ConfirmSignInFailure(FormErrors) = "confirmSignIn_failure",
        /// A second factor is asked for from now on.
        EnableMfa { factor: Factor } = "enableMfa",
        /// A second factor is no longer asked for.
        DisableMfa { factor: Factor } = "disableMfa",
        /// Which second factor is asked for first; none: the first that there is.
        PreferMfa { factor: Option<Factor> } = "preferMfa",
        /// The account has new recovery codes; those before are worth nothing.
        CreateRecoveryCodes { username: String } = "createRecoveryCodes",
        /// A recovery code took the place of a second factor; so many are left.
        UseRecoveryCode { left: u32 } = "useRecoveryCode",
        /// A sign-in with a passkey, which needs no second factor.
        SignInWithPasskey { username: String, passkey: String } = "signInWithPasskey",
        /// A passkey of the account was used, and what it answered was not right.
        SignInWithPasskeyFailure { username: String, passkey: String } = "signInWithPasskey_failure",
        /// A code for a new password was sent.
        ForgotPassword { username: String } = "forgotPassword",
        /// The code was right, and the account has a new password.
        ForgotPasswordSubmit { username: String } = "forgotPasswordSubmit",
        /// The code for a new password was refused.
        ForgotPasswordSubmitFailure(FormErrors) = "forgotPasswordSubmit_failure",
        /// The current password was right, and the account has another one.
        ChangePassword { username: String } = "changePassword",
        /// The current password was wrong; the account keeps it.
        ChangePasswordFailure(FormErrors) = "changePassword_failure",
        /// The account has another passkey.
        AddPasskey { passkey: String } = "addPasskey",
        /// A passkey no longer signs in to the account.
        RemovePasskey { passkey: String } = "removePasskey",
        /// A passkey that was added lately stays after a reset of the password.
        KeepPasskey { passkey: String } = "keepPasskey",
        /// This browser's session was ended.
        SignOut { username: String } = "signOut",
        /// Other browsers were signed out, so many.
        SignOutOthers { username: String, sessions: u32 } = "signOutOthers",
        /// Every session was ended.
        GlobalSignOut { username: String } = "globalSignOut",
        /// The attributes of an update; those that are contacts may still wait for their code.
        UpdateUserAttributes(UpdateOutcome) = "updateUserAttributes",
        /// None of the attributes was changed; the refusal says which one and why.
        UpdateUserAttributesFailure(FormErrors) = "updateUserAttributes_failure",
        /// The code was right: the contact is verified, and in force.
        VerifyUserAttribute { attribute: AttributeName } = "verifyUserAttribute",
        /// The code for a contact was refused.
        VerifyUserAttributeFailure { attribute: AttributeName, #[serde(flatten)] refusal: FormErrors }
            = "verifyUserAttribute_failure",
        /// A new code for a contact was sent.
        ResendUserAttributeCode { attribute: AttributeName } = "resendUserAttributeCode",
        /// A new contact was given up before it was verified; the one before stays.
        CancelUserAttributeUpdate { attribute: AttributeName } = "cancelUserAttributeUpdate",
        /// Optional attributes were deleted.
        DeleteUserAttributes { attributes: Vec<AttributeName> } = "deleteUserAttributes",
        /// None of the attributes was deleted; the refusal says which one and why.
        DeleteUserAttributesFailure(FormErrors) = "deleteUserAttributes_failure",
        /// Contacts and second factors are as they were before they were changed; every session ended.
        UndoChanges { username: String } = "undoChanges",
        /// Everything that is held about the person was handed to them.
        DownloadUserData { username: String } = "downloadUserData",
        /// The operator made the account.
        AdminCreateUser { username: String } = "adminCreateUser",
        /// The operator gave the account a password, or had a code for a new one sent.
        AdminResetUserPassword { username: String } = "adminResetUserPassword",
        /// The operator disabled the account: nobody signs in to it.
        AdminDisableUser { username: String } = "adminDisableUser",
        /// An administrator enabled the account again.
        AdminEnableUser { username: String } = "adminEnableUser",
        /// The operator removed every second factor of the account.
        AdminResetMfa { username: String } = "adminResetMfa",
        /// Somebody with a second factor of long ago decided that the latest changes can't be undone.
        VoidUndo { username: String } = "voidUndo",
        /// An administrator decided that the latest changes can't be undone.
        AdminVoidUndo { username: String } = "adminVoidUndo",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::Standard;
    use crate::code::DeliveryMedium;

    #[test]
    fn serialize_update_event_gives_the_exact_payload_of_the_guide() {
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
    fn serialize_failed_verification_names_attribute_and_reason() {
        let refusal =
            FormErrors::field(crate::FieldName::Code, crate::ErrorCode::WrongCode { tries_left: 4 });
        let event = Event::VerifyUserAttributeFailure { attribute: Standard::Email.into(), refusal };
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(
            text,
            r#"{"event":"verifyUserAttribute_failure","data":{"attribute":"email","form":null,"fields":[["code","WrongCode:4"]]}}"#
        );
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    }

    #[test]
    fn serialize_event_of_every_name_is_read_back_equal() {
        // What any of the events has to say; each takes what it needs.
        let data = serde_json::json!({
            "username": "jdoe", "attribute": "email", "attributes": ["email"], "factor": "SMS_MFA",
            "passkey": "phone", "left": 1, "sessions": 2, "form": "Busy", "fields": [],
        });
        let updated = serde_json::json!({ "email": { "isUpdated": true } });
        for name in Event::NAMES {
            let with = |data| serde_json::from_value(serde_json::json!({ "event": name, "data": data }));
            let event: Event = with(&data).or_else(|_| with(&updated)).unwrap();
            assert_eq!(event.name(), name);
            let text = serde_json::to_string(&event).unwrap();
            assert!(text.starts_with(&format!(r#"{{"event":"{name}""#)), "{text}");
            assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
        }
    }
}
