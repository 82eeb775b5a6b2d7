//! What differs between codes by what they are for. A new purpose doesn't compile without its policy.

use crate::limits::LimitName;
use delivery::{Asked, Message};
use nameplate_core::clock::Timestamp;
use nameplate_core::code::CodePurpose;
use nameplate_core::contact::Contact;
use nameplate_core::settings::Settings;
use std::time::Duration;

/// The rules for the codes of one purpose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CodePolicy {
    pub(crate) purpose: CodePurpose,
    /// How long a code works, from when it is sent.
    pub(crate) lifetime: Duration,
    pub(crate) cooldown: Cooldown,
    pub(crate) limits: CodeLimits,
    /// What it is sent with, unless a request says otherwise.
    pub(crate) message: CodeMessage,
}

/// How soon another code may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cooldown {
    pub(crate) time: Duration,
    pub(crate) after: CooldownAfter,
}

/// What a cooldown begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CooldownAfter {
    /// A request: it is the shortest gap of a ladder, and gaps grow.
    Request,
    /// A code to the same contact that hasn't been used.
    SameContact,
    /// A code that can still be entered, wherever it went.
    UsableCode,
}

/// What counts the requests for codes of one purpose. What counts everybody's alike is named where it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CodeLimits {
    /// The requests of one asker: an account, or a requester for one name.
    pub(crate) asker: Option<LimitName>,
    /// The codes that go to one contact.
    pub(crate) contact: LimitName,
    /// Attempts by name at a code that an administrator sent, where administrators send any.
    pub(crate) unasked_by_name: Option<LimitName>,
}

impl CodePolicy {
    /// The policy for a purpose.
    pub(crate) fn of(purpose: CodePurpose, settings: &Settings) -> Self {
        let times = &settings.codes;
        let cooldown = |after| Cooldown { time: times.resend_after, after };
        let strangers = CodeLimits {
            asker: Some(LimitName::CodesAskedFor),
            contact: LimitName::CodesToContact,
            unasked_by_name: None,
        };
        match purpose {
            CodePurpose::SignUp => Self {
                purpose,
                lifetime: times.lifetime,
                cooldown: cooldown(CooldownAfter::Request),
                limits: strangers,
                message: CodeMessage::SignUp { before: None },
            },
            CodePurpose::Reset => Self {
                purpose,
                lifetime: times.reset_lifetime,
                cooldown: cooldown(CooldownAfter::Request),
                limits: CodeLimits { unasked_by_name: Some(LimitName::UnaskedCodesTriedByName), ..strangers },
                message: CodeMessage::Reset,
            },
            CodePurpose::Verify => Self {
                purpose,
                lifetime: times.lifetime,
                cooldown: cooldown(CooldownAfter::SameContact),
                limits: CodeLimits {
                    asker: Some(LimitName::CodesOfAccount),
                    contact: LimitName::CodesOfAccountTo,
                    unasked_by_name: None,
                },
                message: CodeMessage::VerifyContact,
            },
            CodePurpose::SignIn => Self {
                purpose,
                lifetime: times.sign_in_lifetime,
                cooldown: cooldown(CooldownAfter::UsableCode),
                limits: CodeLimits { asker: None, contact: LimitName::SignInCodes, unasked_by_name: None },
                message: CodeMessage::SignIn,
            },
            CodePurpose::StepUp => Self {
                purpose,
                lifetime: times.sign_in_lifetime,
                cooldown: cooldown(CooldownAfter::UsableCode),
                limits: CodeLimits {
                    asker: Some(LimitName::CodesOfAccount),
                    contact: LimitName::SignInCodes,
                    unasked_by_name: None,
                },
                message: CodeMessage::StepUp,
            },
        }
    }
}

/// The message that carries a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeMessage {
    /// Confirms a new account.
    SignUp {
        /// When the contact was signed up before, if that may have been another person.
        before: Option<Timestamp>,
    },
    /// The same for a contact that belongs to an account already: its owner reads it.
    SignUpAddressTaken,
    /// Sets a new password.
    Reset,
    /// The same because an administrator asks for it.
    ResetByAdministrator,
    /// Verifies a contact that the account has already.
    VerifyContact,
    /// Verifies a contact that is about to take another one's place.
    ChangeContact,
    /// The second step of a sign-in.
    SignIn,
    /// A change of what protects the account.
    StepUp,
}

/// What every message that carries a code says.
pub(crate) struct Carried {
    pub(crate) to: Contact,
    pub(crate) code: String,
    pub(crate) expires_at: Timestamp,
    pub(crate) asked: Asked,
}

impl CodeMessage {
    /// What the code is for.
    pub(crate) const fn purpose(self) -> CodePurpose {
        match self {
            Self::SignUp { .. } | Self::SignUpAddressTaken => CodePurpose::SignUp,
            Self::Reset | Self::ResetByAdministrator => CodePurpose::Reset,
            Self::VerifyContact | Self::ChangeContact => CodePurpose::Verify,
            Self::SignIn => CodePurpose::SignIn,
            Self::StepUp => CodePurpose::StepUp,
        }
    }

    /// The message with its code.
    pub(crate) fn carrying(self, carried: Carried) -> Message {
        let Carried { to, code, expires_at, asked } = carried;
        match self {
            Self::SignUp { before } => Message::SignUpCode { to, code, expires_at, asked, before },
            Self::SignUpAddressTaken => Message::SignUpCodeAddressTaken { to, code, expires_at, asked },
            Self::Reset => Message::ResetCode { to, code, expires_at, asked },
            Self::ResetByAdministrator => Message::ResetCodeByOperator { to, code, expires_at, asked },
            Self::VerifyContact => Message::VerifyCode { to, code, expires_at, asked },
            Self::ChangeContact => Message::ChangeCode { to, code, expires_at, asked },
            Self::SignIn => Message::SignInCode { to, code, expires_at, asked },
            Self::StepUp => Message::StepUpCode { to, code, expires_at, asked },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::origin;

    #[test]
    fn policy_of_every_purpose_has_a_message_that_carries_its_code() {
        let settings = Settings::default();
        for purpose in CodePurpose::ALL {
            let policy = CodePolicy::of(purpose, &settings);
            assert_eq!((policy.purpose, policy.message.purpose()), (purpose, purpose));
            let message = policy.message.carrying(Carried {
                to: Contact::email("me@domain.com"),
                code: "418207".into(),
                expires_at: Timestamp(0),
                asked: Asked::new(None, Timestamp(0), &origin()),
            });
            assert_eq!(message.code(), Some("418207"), "{purpose:?}");
        }
    }

    #[test]
    fn policy_of_every_purpose_sends_another_code_before_one_expires() {
        let settings = Settings::default();
        for purpose in CodePurpose::ALL {
            let policy = CodePolicy::of(purpose, &settings);
            assert!(policy.cooldown.time < policy.lifetime, "{purpose:?}");
        }
    }
}
