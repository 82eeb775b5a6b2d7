//! Events in plain words, for the account's other open pages.

use super::attributes::standard_label;
use model::{AttributeName, Event, UpdateOutcome};

/// What an open page says about an event; `None` where there is nothing to say.
pub fn event(event: &Event) -> Option<String> {
    Some(match event {
        Event::UpdateUserAttributes(outcome) => updated(outcome),
        Event::VerifyUserAttribute { attribute } => {
            format!("{} was verified and is now in force.", name_of(attribute))
        }
        Event::CancelUserAttributeUpdate { attribute } => {
            format!("The change of {} was cancelled.", name_of(attribute))
        }
        Event::DeleteUserAttributes { attributes } => {
            format!(
                "Deleted on another page: {}.",
                attributes.iter().map(name_of).collect::<Vec<_>>().join(", ")
            )
        }
        Event::SignIn { .. } | Event::SignInWithPasskey { .. } => {
            "This account was just signed in to in another browser.".into()
        }
        Event::AddPasskey { .. } => "A passkey was just added to this account.".into(),
        Event::RemovePasskey { .. } => "A passkey was just removed from this account.".into(),
        Event::ForgotPassword { .. } => "A code for a new password was asked for, and sent to you.".into(),
        Event::ChangePassword { .. } => "The password of this account was just changed.".into(),
        Event::EnableMfa { .. } => "Signing in to this account now takes a second step.".into(),
        Event::DisableMfa { .. } => "A second step to sign in to this account was turned off.".into(),
        Event::CreateRecoveryCodes { .. } => {
            "New recovery codes were made. The old ones no longer work.".into()
        }
        Event::UseRecoveryCode { .. } => "A recovery code was just used to sign in to this account.".into(),
        Event::UndoChanges { .. } => {
            "The latest changes of contacts and second steps were taken back.".into()
        }
        Event::DownloadUserData { .. } => "Everything we keep about you was just downloaded.".into(),
        Event::SignOutOthers { .. } => "Another browser was signed out of this account.".into(),
        Event::SignUp { .. }
        | Event::ConfirmSignUp { .. }
        | Event::ConfirmSignUpFailure(_)
        | Event::ResendSignUpCode { .. }
        | Event::DeleteUserAttributesFailure(_)
        | Event::SignInFailure { .. }
        | Event::ConfirmSignInFailure(_)
        | Event::PreferMfa { .. }
        | Event::SignInWithPasskeyFailure { .. }
        | Event::ForgotPasswordSubmit { .. }
        | Event::ForgotPasswordSubmitFailure(_)
        | Event::ChangePasswordFailure(_)
        | Event::SignOut { .. }
        | Event::GlobalSignOut { .. }
        | Event::ResendUserAttributeCode { .. }
        | Event::UpdateUserAttributesFailure(_)
        | Event::VerifyUserAttributeFailure { .. }
        | Event::AdminCreateUser { .. }
        | Event::AdminResetUserPassword { .. }
        | Event::AdminDisableUser { .. }
        | Event::AdminEnableUser { .. }
        | Event::AdminResetMfa { .. }
        | Event::KeepPasskey { .. }
        | Event::VoidUndo { .. }
        | Event::AdminVoidUndo { .. } => return None,
    })
}

fn updated(outcome: &UpdateOutcome) -> String {
    let done: Vec<_> =
        outcome.iter().filter(|(_, it)| it.is_updated).map(|(name, _)| name_of(name)).collect();
    let waiting: Vec<_> =
        outcome.iter().filter(|(_, it)| !it.is_updated).map(|(name, _)| name_of(name)).collect();
    let done = (!done.is_empty()).then(|| format!("Changed on another page: {}.", done.join(", ")));
    let waiting = (!waiting.is_empty()).then(|| format!("Waiting for a code: {}.", waiting.join(", ")));
    [done, waiting].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn name_of(name: &AttributeName) -> String {
    match name {
        AttributeName::Standard(standard) => standard_label(*standard).to_owned(),
        AttributeName::Other(text) => text.trim_start_matches(model::attribute::CUSTOM_PREFIX).to_owned(),
    }
}
