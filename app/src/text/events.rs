//! Events in plain words, for the account's other open pages.

use super::attributes::standard_label;
use super::words;
use model::{AttributeName, Event, UpdateOutcome};

/// What an open page says about an event; `None` where there is nothing to say.
pub fn event(event: &Event) -> Option<String> {
    Some(match event {
        Event::UpdateUserAttributes(outcome) => updated(outcome),
        Event::VerifyUserAttribute { attribute } => words().event_verified(&name_of(attribute)),
        Event::CancelUserAttributeUpdate { attribute } => words().event_change_cancelled(&name_of(attribute)),
        Event::DeleteUserAttributes { attributes } => {
            words().event_deleted(&attributes.iter().map(name_of).collect::<Vec<_>>().join(", "))
        }
        Event::SignIn { .. } | Event::SignInWithPasskey { .. } => words().event_signed_in().into(),
        Event::AddPasskey { .. } => words().event_passkey_added().into(),
        Event::RemovePasskey { .. } => words().event_passkey_removed().into(),
        Event::ForgotPassword { .. } => words().event_reset_asked().into(),
        Event::ChangePassword { .. } => words().event_password_changed().into(),
        Event::EnableMfa { .. } => words().event_factor_on().into(),
        Event::DisableMfa { .. } => words().event_factor_off().into(),
        Event::CreateRecoveryCodes { .. } => words().event_recovery_codes().into(),
        Event::UseRecoveryCode { .. } => words().event_recovery_used().into(),
        Event::UndoChanges { .. } => words().event_undone().into(),
        Event::DownloadUserData { .. } => words().event_downloaded().into(),
        Event::SignOutOthers { .. } => words().event_others_signed_out().into(),
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
    let done = (!done.is_empty()).then(|| words().event_changed(&done.join(", ")));
    let waiting = (!waiting.is_empty()).then(|| words().event_waiting(&waiting.join(", ")));
    [done, waiting].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn name_of(name: &AttributeName) -> String {
    match name {
        AttributeName::Standard(standard) => standard_label(*standard).to_owned(),
        AttributeName::Other(text) => text.trim_start_matches(model::attribute::CUSTOM_PREFIX).to_owned(),
    }
}
