//! What happened to an account, in plain words, for its owner to look through.

use super::attributes::label;
use super::factors::second_step;
use super::pages::field_label;
use super::refusals::sentence;
use model::{AttributeName, Event, FieldName, Refusal, Schema, UpdateOutcome};

/// An event as its page tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub words: String,
    /// Somebody tried, and nothing came of it.
    pub refused: bool,
}

/// An event in words.
pub fn told(event: &Event, schema: &Schema) -> Told {
    match refused(event, schema) {
        Some(words) => Told { words, refused: true },
        None => Told { words: done(event, schema), refused: false },
    }
}

fn done(event: &Event, schema: &Schema) -> String {
    let label = |name: &AttributeName| label(name, schema);
    match event {
        Event::SignUp { .. } => "Account created".into(),
        Event::ConfirmSignUp { .. } => "Account confirmed".into(),
        Event::ResendSignUpCode { .. } => "Another code for the new account was sent".into(),
        Event::SignIn { .. } => "Signed in".into(),
        Event::EnableMfa { factor } => {
            format!("Signing in now takes a second step: {}", second_step(*factor))
        }
        Event::DisableMfa { factor } => {
            format!("Signing in no longer takes this second step: {}", second_step(*factor))
        }
        Event::PreferMfa { factor: Some(factor) } => {
            format!("Asked for first when signing in: {}", second_step(*factor))
        }
        Event::PreferMfa { factor: None } => "No second step is asked for before the others".into(),
        Event::CreateRecoveryCodes { .. } => "New recovery codes made, the old ones no longer work".into(),
        Event::UseRecoveryCode { left } => format!("Recovery code used to sign in, {left} left"),
        Event::SignInWithPasskey { passkey, .. } => format!("Signed in with the passkey “{passkey}”"),
        Event::AddPasskey { passkey } => format!("Passkey added: {passkey}"),
        Event::RemovePasskey { passkey } => format!("Passkey removed: {passkey}"),
        Event::ForgotPassword { .. } => "A code for a new password was asked for".into(),
        Event::ForgotPasswordSubmit { .. } => {
            "Password replaced with a code, every browser signed out".into()
        }
        Event::ChangePassword { .. } => "Password changed, every other browser signed out".into(),
        Event::SignOut { .. } => "Signed out".into(),
        Event::SignOutOthers { sessions: 1, .. } => "Another browser signed out from here".into(),
        Event::SignOutOthers { sessions, .. } => format!("{sessions} other browsers signed out from here"),
        Event::GlobalSignOut { .. } => "Signed out everywhere".into(),
        Event::UpdateUserAttributes(outcome) => updated(outcome, schema),
        Event::VerifyUserAttribute { attribute } => format!("{} confirmed", label(attribute)),
        Event::ResendUserAttributeCode { attribute } => {
            format!("{}: another code was sent", label(attribute))
        }
        Event::CancelUserAttributeUpdate { attribute } => {
            format!("{}: the change was cancelled", label(attribute))
        }
        Event::DeleteUserAttributes { attributes } => {
            format!(
                "Deleted from the profile: {}",
                attributes.iter().map(label).collect::<Vec<_>>().join(", ")
            )
        }
        Event::DownloadUserData { .. } => "Everything we keep about you was downloaded".into(),
        Event::AdminCreateUser { .. } => "Account created by whoever runs the service".into(),
        Event::AdminResetUserPassword { .. } => "Password reset by whoever runs the service".into(),
        Event::AdminDisableUser { .. } => "Account disabled by whoever runs the service".into(),
        Event::AdminEnableUser { .. } => "Account enabled again by whoever runs the service".into(),
        Event::AdminResetMfa { .. } => {
            "Every second step to sign in removed by whoever runs the service".into()
        }
        // What was refused is told with its reason, above.
        Event::ConfirmSignUpFailure(_)
        | Event::SignInFailure { .. }
        | Event::ConfirmSignInFailure(_)
        | Event::SignInWithPasskeyFailure { .. }
        | Event::ForgotPasswordSubmitFailure(_)
        | Event::ChangePasswordFailure(_)
        | Event::UpdateUserAttributesFailure(_)
        | Event::VerifyUserAttributeFailure { .. }
        | Event::DeleteUserAttributesFailure(_) => String::new(),
    }
}

/// What somebody tried, and why it was refused; `None` for what was done.
fn refused(event: &Event, schema: &Schema) -> Option<String> {
    Some(match event {
        Event::SignInFailure { .. } => "Sign-in with a wrong password".into(),
        Event::ConfirmSignInFailure(refusal) => {
            format!("Sign-in with the right password and a wrong code. {}", reasons(refusal, schema))
        }
        Event::SignInWithPasskeyFailure { passkey, .. } => format!("Sign-in with the passkey “{passkey}”"),
        Event::ConfirmSignUpFailure(refusal) => {
            format!("Confirming the account. {}", reasons(refusal, schema))
        }
        Event::ForgotPasswordSubmitFailure(refusal) => {
            format!("A new password with a code. {}", reasons(refusal, schema))
        }
        Event::ChangePasswordFailure(_) => "Changing the password without the current one".into(),
        Event::UpdateUserAttributesFailure(refusal) => {
            format!("Changing the profile. {}", reasons(refusal, schema))
        }
        Event::DeleteUserAttributesFailure(refusal) => {
            format!("Deleting from the profile. {}", reasons(refusal, schema))
        }
        Event::VerifyUserAttributeFailure { attribute, refusal } => {
            format!("Confirming: {}. {}", label(attribute, schema), reasons(refusal, schema))
        }
        _ => return None,
    })
}

fn updated(outcome: &UpdateOutcome, schema: &Schema) -> String {
    let done: Vec<_> =
        outcome.iter().filter(|(_, it)| it.is_updated).map(|(name, _)| label(name, schema)).collect();
    let done = (!done.is_empty()).then(|| format!("Profile changed: {}", done.join(", ")));
    let waiting = outcome.iter().filter_map(|(name, it)| {
        let to = &it.code_delivery_details.as_ref()?.destination;
        Some(format!("{}: a change was asked for, and a code sent to {to}", label(name, schema)))
    });
    done.into_iter().chain(waiting).collect::<Vec<_>>().join(". ")
}

/// Each reason with the field that it is about; codes and passwords need no mention.
fn reasons(refusal: &Refusal, schema: &Schema) -> String {
    let about = |(name, why): &(FieldName, model::Why)| {
        let why = sentence(*why).replace('\n', "; ");
        match name {
            FieldName::Attribute(name) => format!("{}: {why}", label(name, schema)),
            FieldName::Code => why,
            other => format!("{}: {why}", field_label(other)),
        }
    };
    let form = refusal.form.map(sentence);
    form.into_iter().chain(refusal.fields.iter().map(about)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::code::{CodeDeliveryDetails, DeliveryMedium};
    use model::{Standard, Updated, Why};
    use std::collections::BTreeMap;

    fn words(event: &Event) -> (String, bool) {
        let Told { words, refused } = told(event, &Schema::standard());
        (words, refused)
    }

    #[test]
    fn an_update_tells_what_changed_and_what_waits_for_a_code() {
        let details = CodeDeliveryDetails {
            attribute_name: Standard::Email.into(),
            delivery_medium: DeliveryMedium::Email,
            destination: "m***@a***".into(),
        };
        let event = Event::UpdateUserAttributes(BTreeMap::from([
            (Standard::Email.into(), Updated { is_updated: false, code_delivery_details: Some(details) }),
            (Standard::FamilyName.into(), Updated { is_updated: true, code_delivery_details: None }),
        ]));
        let expected =
            "Profile changed: Family Name. Email: a change was asked for, and a code sent to m***@a***";
        assert_eq!(words(&event), (expected.into(), false));
    }

    #[test]
    fn what_was_refused_is_told_with_its_reason() {
        let refusal =
            Refusal::field(FieldName::Attribute(Standard::Website.into()), Why::TooLong { max: 2048 });
        let (told, refused) = words(&Event::UpdateUserAttributesFailure(refusal));
        assert_eq!(
            (told.as_str(), refused),
            ("Changing the profile. Website: Use at most 2048 characters.", true)
        );
        let refusal = Refusal::field(FieldName::Code, Why::WrongCode { tries_left: 4 });
        let (told, refused) =
            words(&Event::VerifyUserAttributeFailure { attribute: Standard::Email.into(), refusal });
        assert!(told.starts_with("Confirming: Email. That is not the code we sent.") && refused, "{told}");
    }

    #[test]
    fn browsers_are_counted_in_words() {
        let event = |sessions| Event::SignOutOthers { username: "jdoe".into(), sessions };
        assert_eq!(words(&event(1)), ("Another browser signed out from here".into(), false));
        assert_eq!(words(&event(3)), ("3 other browsers signed out from here".into(), false));
    }
}
