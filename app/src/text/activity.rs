//! What happened to an account, in plain words, for its owner to look through.

use super::attributes::label;
use super::errors::sentence;
use super::factors::second_step;
use super::pages::field_label;
use super::words;
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
        Event::SignUp { .. } => Told::done(words().did_sign_up()),
        Event::ConfirmSignUp { .. } => Told::done(words().did_confirm_account()),
        Event::ResendSignUpCode { .. } => Told::done(words().did_resend_sign_up_code()),
        Event::SignIn { .. } => Told::done(words().did_sign_in()),
        Event::EnableMfa { factor } => Told::done(words().did_turn_factor_on(second_step(*factor))),
        Event::DisableMfa { factor } => Told::done(words().did_turn_factor_off(second_step(*factor))),
        Event::PreferMfa { factor: Some(factor) } => {
            Told::done(words().did_prefer_factor(second_step(*factor)))
        }
        Event::PreferMfa { factor: None } => Told::done(words().did_prefer_no_factor()),
        Event::CreateRecoveryCodes { .. } => Told::done(words().did_make_recovery_codes()),
        Event::UseRecoveryCode { left } => Told::done(words().did_use_recovery_code(*left)),
        Event::SignInWithPasskey { passkey, .. } => Told::done(words().did_sign_in_with_passkey(passkey)),
        Event::AddPasskey { passkey } => Told::done(words().did_add_passkey(passkey)),
        Event::RemovePasskey { passkey } => Told::done(words().did_remove_passkey(passkey)),
        Event::KeepPasskey { passkey } => Told::done(words().did_keep_passkey(passkey)),
        Event::VoidUndo { .. } => Told::done(words().did_void_undo()),
        Event::ForgotPassword { .. } => Told::done(words().did_ask_for_reset()),
        Event::ForgotPasswordSubmit { .. } => Told::done(words().did_reset()),
        Event::ChangePassword { .. } => Told::done(words().did_change_password()),
        Event::SignOut { .. } => Told::done(words().did_sign_out()),
        Event::SignOutOthers { sessions, .. } => Told::done(words().did_sign_out_others(*sessions)),
        Event::GlobalSignOut { .. } => Told::done(words().did_sign_out_everywhere()),
        Event::UpdateUserAttributes(outcome) => Told::done(updated(outcome, schema)),
        Event::VerifyUserAttribute { attribute } => {
            Told::done(words().did_verify_attribute(&label(attribute)))
        }
        Event::ResendUserAttributeCode { attribute } => {
            Told::done(words().did_resend_code(&label(attribute)))
        }
        Event::CancelUserAttributeUpdate { attribute } => {
            Told::done(words().did_cancel_change(&label(attribute)))
        }
        Event::DeleteUserAttributes { attributes } => Told::done(
            words().did_delete_attributes(&attributes.iter().map(label).collect::<Vec<_>>().join(", ")),
        ),
        Event::DownloadUserData { .. } => Told::done(words().did_download()),
        Event::AdminCreateUser { .. } => Told::done(words().did_admin_create()),
        Event::AdminResetUserPassword { .. } => Told::done(words().did_admin_reset()),
        Event::AdminDisableUser { .. } => Told::done(words().did_admin_disable()),
        Event::AdminEnableUser { .. } => Told::done(words().did_admin_enable()),
        Event::UndoChanges { .. } => Told::done(words().did_undo()),
        Event::AdminVoidUndo { .. } => Told::done(words().did_admin_void_undo()),
        Event::AdminResetMfa { .. } => Told::done(words().did_admin_reset_factors()),
        Event::SignInFailure { .. } => Told::refused(words().refused_password()),
        Event::ConfirmSignInFailure(refusal) => Told::refused(words().refused_second_step(&reasons(refusal))),
        Event::SignInWithPasskeyFailure { passkey, .. } => Told::refused(words().refused_passkey(passkey)),
        Event::ConfirmSignUpFailure(refusal) => {
            Told::refused(words().refused_confirm_account(&reasons(refusal)))
        }
        Event::ForgotPasswordSubmitFailure(refusal) => {
            Told::refused(words().refused_reset(&reasons(refusal)))
        }
        Event::ChangePasswordFailure(_) => Told::refused(words().refused_change_password()),
        Event::UpdateUserAttributesFailure(refusal) => {
            Told::refused(words().refused_update(&reasons(refusal)))
        }
        Event::DeleteUserAttributesFailure(refusal) => {
            Told::refused(words().refused_delete(&reasons(refusal)))
        }
        Event::VerifyUserAttributeFailure { attribute, refusal } => {
            Told::refused(words().refused_verify(&label(attribute), &reasons(refusal)))
        }
    }
}

fn updated(outcome: &UpdateOutcome, schema: &Schema) -> String {
    let done: Vec<_> =
        outcome.iter().filter(|(_, it)| it.is_updated).map(|(name, _)| label(name, schema)).collect();
    let done = (!done.is_empty()).then(|| words().did_update(&done.join(", ")));
    let waiting = outcome.iter().filter_map(|(name, it)| {
        let to = &it.code_delivery_details.as_ref()?.destination;
        Some(words().did_ask_for_change(&label(name, schema), to))
    });
    done.into_iter().chain(waiting).collect::<Vec<_>>().join(". ")
}

/// Each reason with the field that it is about; codes and passwords need no mention.
fn reasons(refusal: &FormErrors, schema: &Schema) -> String {
    let about = |(name, why): &(FieldName, model::ErrorCode)| {
        let why = sentence(*why).replace('\n', "; ");
        if let FieldName::Attribute(name) = name {
            words().label_and_reason(&label(name, schema), &why)
        } else if *name == FieldName::Code {
            why
        } else {
            words().label_and_reason(&field_label(name), &why)
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
