//! What happened to an account, in plain words, for its owner to look through.

use super::attributes::label;
use super::errors::sentence;
use super::factors::second_step;
use super::pages::field_label;
use model::{AttributeName, Event, FieldName, FormErrors, Schema, UpdateOutcome};

/// An event as its page tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub words: String,
    /// Somebody tried, and nothing came of it.
    pub refused: bool,
}

impl Told {
    fn done(words: impl Into<String>) -> Self {
        Self { words: words.into(), refused: false }
    }

    fn refused(words: impl Into<String>) -> Self {
        Self { words: words.into(), refused: true }
    }
}

/// An event in words; what was refused with its reason.
#[expect(clippy::too_many_lines, reason = "a line for each event")]
pub fn told(event: &Event, schema: &Schema) -> Told {
    let label = |name: &AttributeName| label(name, schema);
    let reasons = |refusal| reasons(refusal, schema);
    match event {
        Event::SignUp { .. } => Told::done("Account created"),
        Event::ConfirmSignUp { .. } => Told::done("Account confirmed"),
        Event::ResendSignUpCode { .. } => Told::done("Another code for the new account was sent"),
        Event::SignIn { .. } => Told::done("Signed in"),
        Event::EnableMfa { factor } => Told::done(format!(
            "Signing in now takes a second step: {}. Every other browser signed out",
            second_step(*factor)
        )),
        Event::DisableMfa { factor } => {
            Told::done(format!("Signing in no longer takes this second step: {}", second_step(*factor)))
        }
        Event::PreferMfa { factor: Some(factor) } => {
            Told::done(format!("Asked for first when signing in: {}", second_step(*factor)))
        }
        Event::PreferMfa { factor: None } => Told::done("No second step is asked for before the others"),
        Event::CreateRecoveryCodes { .. } => {
            Told::done("New recovery codes made, the old ones no longer work")
        }
        Event::UseRecoveryCode { left } => Told::done(format!("Recovery code used to sign in, {left} left")),
        Event::SignInWithPasskey { passkey, .. } => {
            Told::done(format!("Signed in with the passkey “{passkey}”"))
        }
        Event::AddPasskey { passkey } => Told::done(format!("Passkey added: {passkey}")),
        Event::KeepPasskey { passkey } => {
            Told::done(format!("Passkey kept after a password reset: {passkey}"))
        }
        Event::RemovePasskey { passkey } => Told::done(format!("Passkey removed: {passkey}")),
        Event::ForgotPassword { .. } => Told::done("A code for a new password was asked for"),
        Event::ForgotPasswordSubmit { .. } => {
            Told::done("Password replaced with a code, every browser signed out")
        }
        Event::ChangePassword { .. } => Told::done("Password changed, every other browser signed out"),
        Event::SignOut { .. } => Told::done("Signed out"),
        Event::SignOutOthers { sessions: 1, .. } => Told::done("Another browser signed out from here"),
        Event::SignOutOthers { sessions, .. } => {
            Told::done(format!("{sessions} other browsers signed out from here"))
        }
        Event::GlobalSignOut { .. } => Told::done("Signed out everywhere"),
        Event::UpdateUserAttributes(outcome) => Told::done(updated(outcome, schema)),
        Event::VerifyUserAttribute { attribute } => Told::done(format!("{} confirmed", label(attribute))),
        Event::ResendUserAttributeCode { attribute } => {
            Told::done(format!("{}: another code was sent", label(attribute)))
        }
        Event::CancelUserAttributeUpdate { attribute } => {
            Told::done(format!("{}: the change was cancelled", label(attribute)))
        }
        Event::DeleteUserAttributes { attributes } => Told::done(format!(
            "Deleted from the profile: {}",
            attributes.iter().map(label).collect::<Vec<_>>().join(", ")
        )),
        Event::DownloadUserData { .. } => Told::done("Everything we keep about you was downloaded"),
        Event::AdminCreateUser { .. } => Told::done("Account created by whoever runs the service"),
        Event::AdminResetUserPassword { .. } => Told::done("Password reset by whoever runs the service"),
        Event::AdminDisableUser { .. } => Told::done("Account disabled by whoever runs the service"),
        Event::AdminEnableUser { .. } => Told::done("Account enabled again by whoever runs the service"),
        Event::UndoChanges { .. } => {
            Told::done("Changes of contacts and second steps taken back, and everyone signed out")
        }
        Event::VoidUndo { .. } => Told::done(
            "A former address or number is no longer yours: the latest changes can’t be taken back from it",
        ),
        Event::AdminVoidUndo { .. } => {
            Told::done("An administrator decided that the latest changes can’t be taken back")
        }
        Event::AdminResetMfa { .. } => {
            Told::done("Every second step to sign in removed by whoever runs the service")
        }
        Event::SignInFailure { .. } => Told::refused("Sign-in with a wrong password"),
        Event::ConfirmSignInFailure(refusal) => {
            Told::refused(format!("Sign-in with the right password and a wrong code. {}", reasons(refusal)))
        }
        Event::SignInWithPasskeyFailure { passkey, .. } => {
            Told::refused(format!("Sign-in with the passkey “{passkey}”"))
        }
        Event::ConfirmSignUpFailure(refusal) => {
            Told::refused(format!("Confirming the account. {}", reasons(refusal)))
        }
        Event::ForgotPasswordSubmitFailure(refusal) => {
            Told::refused(format!("A new password with a code. {}", reasons(refusal)))
        }
        Event::ChangePasswordFailure(_) => Told::refused("Changing the password without the current one"),
        Event::UpdateUserAttributesFailure(refusal) => {
            Told::refused(format!("Changing the profile. {}", reasons(refusal)))
        }
        Event::DeleteUserAttributesFailure(refusal) => {
            Told::refused(format!("Deleting from the profile. {}", reasons(refusal)))
        }
        Event::VerifyUserAttributeFailure { attribute, refusal } => {
            Told::refused(format!("Confirming: {}. {}", label(attribute), reasons(refusal)))
        }
    }
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
fn reasons(refusal: &FormErrors, schema: &Schema) -> String {
    let about = |(name, why): &(FieldName, model::ErrorCode)| {
        let why = sentence(*why).replace('\n', "; ");
        if let FieldName::Attribute(name) = name {
            format!("{}: {why}", label(name, schema))
        } else if *name == FieldName::Code {
            why
        } else {
            format!("{}: {why}", field_label(name))
        }
    };
    let form = refusal.form.map(sentence);
    form.into_iter().chain(refusal.fields.iter().map(about)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::code::{CodeDeliveryDetails, DeliveryMedium};
    use model::{ErrorCode, Standard, Updated};
    use std::collections::BTreeMap;

    fn words(event: &Event) -> (String, bool) {
        let Told { words, refused } = told(event, &Schema::standard());
        (words, refused)
    }

    #[test]
    fn words_of_an_update_tell_what_changed_and_what_is_pending() {
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
    fn words_of_a_failure_tell_its_reason() {
        let refusal = FormErrors::field(
            FieldName::Attribute(Standard::Website.into()),
            ErrorCode::TooLong { max: 2048 },
        );
        let (told, refused) = words(&Event::UpdateUserAttributesFailure(refusal));
        assert_eq!(
            (told.as_str(), refused),
            ("Changing the profile. Website: Use at most 2048 characters.", true)
        );
        let refusal = FormErrors::field(FieldName::Code, ErrorCode::WrongCode { tries_left: 4 });
        let (told, refused) =
            words(&Event::VerifyUserAttributeFailure { attribute: Standard::Email.into(), refusal });
        assert!(told.starts_with("Confirming: Email. That is not the code we sent.") && refused, "{told}");
    }

    #[test]
    fn words_of_every_event_exist_and_mark_failures() {
        // What any of the events has to say; each takes what it needs.
        let data = serde_json::json!({
            "username": "jdoe", "attribute": "email", "attributes": ["email"], "factor": "SMS_MFA",
            "passkey": "phone", "left": 1, "sessions": 2, "form": "Busy", "fields": [],
        });
        let updated = serde_json::json!({ "email": { "isUpdated": true } });
        for name in Event::NAMES {
            let with = |data| serde_json::from_value(serde_json::json!({ "event": name, "data": data }));
            let event: Event = with(&data).or_else(|_| with(&updated)).unwrap();
            let (told, refused) = words(&event);
            assert!(
                told.starts_with(|first: char| first.is_uppercase() || first.is_numeric()),
                "{name}: {told:?}"
            );
            assert_eq!(refused, name.ends_with("_failure"), "{name}");
        }
    }

    #[test]
    fn words_of_sign_out_others_count_the_browsers() {
        let event = |sessions| Event::SignOutOthers { username: "jdoe".into(), sessions };
        assert_eq!(words(&event(1)), ("Another browser signed out from here".into(), false));
        assert_eq!(words(&event(3)), ("3 other browsers signed out from here".into(), false));
    }
}
