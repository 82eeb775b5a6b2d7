//! What forms tell the page that they have done: the guide's Hub has an event for each, by name, and the
//! `data` that the server function behind the form answers. The account's other open pages hear the same.

use model::{AttributeName, Factor, closed_set};
use serde::{Deserialize, Serialize};

closed_set! {
    /// The event that a form's success dispatches; with `_failure` behind it its refusal does.
    pub enum FormEvent {
        SignUp = "signUp",
        ConfirmSignUp = "confirmSignUp",
        ResendSignUpCode = "resendSignUpCode",
        SignIn = "signIn",
        SignOut = "signOut",
        SignOutOthers = "signOutOthers",
        GlobalSignOut = "globalSignOut",
        ForgotPassword = "forgotPassword",
        ForgotPasswordSubmit = "forgotPasswordSubmit",
        ChangePassword = "changePassword",
        UndoChanges = "undoChanges",
        EnableMfa = "enableMfa",
        DisableMfa = "disableMfa",
        PreferMfa = "preferMfa",
        CreateRecoveryCodes = "createRecoveryCodes",
        AddPasskey = "addPasskey",
        RemovePasskey = "removePasskey",
        KeepPasskey = "keepPasskey",
        UpdateUserAttributes = "updateUserAttributes",
        VerifyUserAttribute = "verifyUserAttribute",
        ResendUserAttributeCode = "resendUserAttributeCode",
        CancelUserAttributeUpdate = "cancelUserAttributeUpdate",
        DeleteUserAttributes = "deleteUserAttributes",
        // Of these the account's other pages don't hear.
        DeleteUser = "deleteUser",
        SetUpTotp = "setUpTotp",
        SelectMfaType = "selectMfaType",
        ResendSignInCode = "resendSignInCode",
        PutRecoveryCodesAway = "putRecoveryCodesAway",
        Reauthenticate = "reauthenticate",
        SendConfirmationCode = "sendConfirmationCode",
    }
}

/// `signUp`, `confirmSignUp`, `signIn`, `changePassword`, `signOut`, `globalSignOut`: whose account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AccountData {
    pub username: String,
}

/// `enableMfa`, `disableMfa`, `preferMfa`: which second factor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FactorData {
    pub factor: Factor,
}

/// `verifyUserAttribute`, `resendUserAttributeCode`, `cancelUserAttributeUpdate`: which attribute.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AttributeData {
    pub attribute: AttributeName,
}

/// `deleteUserAttributes`: which attributes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AttributesData {
    pub attributes: Vec<AttributeName>,
}

/// `addPasskey`, `removePasskey`, `keepPasskey`: which one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasskeyData {
    pub passkey: String,
}

/// What an authenticator is asked, for the page's script: no event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasskeyOptions {
    pub options: String,
    pub state: String,
}

/// `signOutOthers`: whose account, and how many browsers were signed out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionsData {
    pub username: String,
    pub sessions: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Event;

    #[test]
    fn event_names_of_accounts_and_forms_match() {
        let of_the_form_alone = [
            FormEvent::DeleteUser,
            FormEvent::SetUpTotp,
            FormEvent::SelectMfaType,
            FormEvent::ResendSignInCode,
            FormEvent::PutRecoveryCodesAway,
            FormEvent::Reauthenticate,
            FormEvent::SendConfirmationCode,
        ];
        for event in FormEvent::ALL {
            assert_eq!(
                Event::NAMES.contains(&event.as_str()),
                !of_the_form_alone.contains(&event),
                "{event:?}"
            );
        }
    }
}
