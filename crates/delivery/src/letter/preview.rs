//! Every message with sample data, for the preview page and the tests.

use crate::letter::{Service, Written, write};
use crate::message::{Asked, ContactChange, Message, MessageKind, UndoLink};
use model::Factor;
use model::code::DeliveryMedium;
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::settings::Settings;
use std::net::Ipv4Addr;

/// A message as it would look.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Which message it is.
    pub kind: MessageKind,
    /// How it travels.
    pub medium: DeliveryMedium,
    /// What its templates are called, and how it travels: `change_code.email`.
    pub name: String,
    /// Empty for text messages.
    pub subject: String,
    /// The words of a text message, or the plain part of a mail.
    pub text: String,
    /// Empty for text messages.
    pub html: String,
}

/// Every message in every medium, with sample data.
///
/// # Errors
/// Only if a template fails, which is a fault in it.
pub fn preview(settings: &Settings) -> Result<Vec<Preview>, askama::Error> {
    let service = Service::of(settings);
    [SampleData::by_mail(), SampleData::by_text()]
        .iter()
        .flat_map(|data| MessageKind::ALL.into_iter().flat_map(|kind| data.samples(kind)))
        .map(|Sample { variant, message }| {
            let Written { medium, subject, text, html, .. } = write(&service, &message)?;
            let name = format!("{}{variant}.{}", message.name(), medium.as_str().to_lowercase());
            Ok(Preview { kind: message.kind(), medium, name, subject, text, html })
        })
        .collect()
}

/// A message, and what tells it from the other samples of its kind.
struct Sample {
    variant: &'static str,
    message: Message,
}

/// What samples say.
#[derive(Clone)]
struct SampleData {
    to: Contact,
    /// The contact that takes the place of that one.
    new: Contact,
    asked: Asked,
}

impl SampleData {
    const CODE: &str = "418207";

    fn by_mail() -> Self {
        Self::of(Contact::email("me@domain.com"), Contact::email("me@anotherdomain.com"))
    }

    fn by_text() -> Self {
        Self::of(Contact::phone("+12128601234"), Contact::phone("+442079460000"))
    }

    fn of(to: Contact, new: Contact) -> Self {
        let asked = Asked {
            username: Some("jdoe".to_owned()),
            // 22 November 2026, 14:02 UTC.
            at: Timestamp(1_795_356_120_000),
            network: Ipv4Addr::new(192, 0, 2, 7).into(),
            user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned(),
            undo: None,
        };
        Self { to, new, asked }
    }

    fn minutes_later(&self, minutes: i64) -> Timestamp {
        Timestamp(self.asked.at.millis() + minutes * 60_000)
    }

    /// The samples of a kind: one, or one for each way in which its words differ.
    fn samples(&self, kind: MessageKind) -> Vec<Sample> {
        let again = (kind == MessageKind::SignUpCode)
            .then(|| Sample { variant: "_again", message: self.sign_up_code(Some(self.minutes_later(-90))) });
        let undone = self.undone_sample(kind).map(|message| Sample { variant: "_undo", message });
        let change = (kind == MessageKind::RecoveryCodeUsed)
            .then(|| Sample { variant: "_change", message: self.recovery_code_used_for_change() });
        let others = self.contact_changes(kind).into_iter().chain(undone).chain(again).chain(change);
        [Sample { variant: "", message: self.sample(kind) }].into_iter().chain(others).collect()
    }

    /// The same of a change that whoever gets the mail can undo.
    fn undone_sample(&self, kind: MessageKind) -> Option<Message> {
        let is_change = matches!(
            kind,
            MessageKind::ChangeDone
                | MessageKind::AddressDeleted
                | MessageKind::ContactChanged
                | MessageKind::SecondFactorOn
                | MessageKind::SecondFactorReplaced
                | MessageKind::SecondFactorOff
                | MessageKind::PasskeyAdded
        );
        let mut message = (is_change && self.to.kind == ContactKind::Email).then(|| self.sample(kind))?;
        let until = self.minutes_later(7 * 24 * 60);
        message.asked_mut().undo = Some(UndoLink { secret: "c2FtcGxl".repeat(5), until });
        Some(message)
    }

    fn contact_changes(&self, kind: MessageKind) -> Vec<Sample> {
        let changes = [("_replaced", ContactChange::Replaced), ("_removed", ContactChange::Removed)];
        let sample = |(variant, change)| {
            let Self { to, new, asked } = self.clone();
            Sample { variant, message: Message::ContactChanged { to, new, asked, change } }
        };
        changes.into_iter().filter(|_| kind == MessageKind::ContactChanged).map(sample).collect()
    }

    fn recovery_code_used_for_change(&self) -> Message {
        let Self { to, asked, .. } = self.clone();
        Message::RecoveryCodeUsed { to, left: 9, for_change: true, asked }
    }

    fn sign_up_code(&self, before: Option<Timestamp>) -> Message {
        let Self { to, asked, .. } = self;
        let (to, asked, code) = (to.clone(), asked.clone(), Self::CODE.to_owned());
        Message::SignUpCode { to, code, expires_at: self.minutes_later(24 * 60), asked, before }
    }

    fn sample(&self, kind: MessageKind) -> Message {
        let Self { to, new, asked } = self;
        let (to, new, asked, code) = (to.clone(), new.clone(), asked.clone(), Self::CODE.to_owned());
        let [soon, hour, day] = [10, 60, 24 * 60].map(|minutes| self.minutes_later(minutes));
        match kind {
            MessageKind::SignUpCode => self.sign_up_code(None),
            MessageKind::SignUpCodeAddressTaken => {
                Message::SignUpCodeAddressTaken { to, code, expires_at: day, asked }
            }
            MessageKind::ChangeCode => Message::ChangeCode { to: new, code, expires_at: day, asked },
            MessageKind::VerifyCode => Message::VerifyCode { to, code, expires_at: day, asked },
            MessageKind::ChangeRequested => Message::ChangeRequested { to, new, expires_at: day, asked },
            MessageKind::ChangeDone => Message::ChangeDone { to, new, asked },
            MessageKind::AddressDeleted => Message::AddressDeleted { to, asked },
            MessageKind::ContactChanged => {
                Message::ContactChanged { to, new, asked, change: ContactChange::Added }
            }
            MessageKind::ChangesUndone => Message::ChangesUndone { to, asked, factor_until: Some(day) },
            MessageKind::ResetCode => Message::ResetCode { to, code, expires_at: hour, asked },
            MessageKind::ResetCodeByOperator => {
                Message::ResetCodeByOperator { to, code, expires_at: hour, asked }
            }
            MessageKind::SignInCode => Message::SignInCode { to, code, expires_at: soon, asked },
            MessageKind::StepUpCode => Message::StepUpCode { to, code, expires_at: soon, asked },
            MessageKind::SecondFactorOn => {
                Message::SecondFactorOn { to, factor: Factor::SoftwareToken, asked }
            }
            MessageKind::SecondFactorReplaced => {
                Message::SecondFactorReplaced { to, factor: Factor::SoftwareToken, asked }
            }
            MessageKind::SecondFactorOff => Message::SecondFactorOff { to, factor: Factor::Sms, asked },
            MessageKind::RecoveryCodeUsed => {
                Message::RecoveryCodeUsed { to, left: 9, for_change: false, asked }
            }
            MessageKind::PasswordChanged => Message::PasswordChanged { to, asked },
            MessageKind::SignInPaused => Message::SignInPaused { to, until: day, asked },
            MessageKind::PasskeyAdded => Message::PasskeyAdded { to, asked },
            MessageKind::PasskeyRemoved => Message::PasskeyRemoved { to, asked },
            MessageKind::AccountDeleted => Message::AccountDeleted { to, asked },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SampleData, preview};
    use crate::message::{Message, MessageKind};
    use nameplate_core::settings::Settings;

    #[test]
    fn samples_of_every_kind_carry_a_code_only_where_it_does() {
        for data in [SampleData::by_mail(), SampleData::by_text()] {
            for kind in MessageKind::ALL {
                let samples = data.samples(kind);
                assert!(!samples.is_empty());
                for sample in samples {
                    assert_eq!(sample.message.kind(), kind);
                    assert_eq!(sample.message.code().is_some(), kind.carries_code(), "{kind:?}");
                }
            }
        }
    }

    /// An upgrade finds what the version before has put into the outbox.
    #[test]
    fn message_in_the_outbox_is_read_back_as_it_was() {
        for data in [SampleData::by_mail(), SampleData::by_text()] {
            for sample in MessageKind::ALL.into_iter().flat_map(|kind| data.samples(kind)) {
                let json = serde_json::to_value(&sample.message).unwrap();
                let [variant] = &json.as_object().unwrap().keys().collect::<Vec<_>>()[..] else { panic!() };
                assert_eq!(**variant, format!("{:?}", sample.message.kind()));
                assert!(serde_json::from_value::<Message>(json).unwrap() == sample.message);
            }
        }
    }

    #[test]
    fn preview_has_every_kind_in_every_medium_under_its_own_name() {
        let mut names: Vec<_> =
            preview(&Settings::default()).unwrap().into_iter().map(|it| it.name).collect();
        for kind in MessageKind::ALL {
            for medium in ["email", "sms"] {
                assert!(names.contains(&format!("{}.{medium}", kind.as_str())), "{kind:?} {medium}");
            }
        }
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
