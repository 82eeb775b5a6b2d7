//! Messages in words. The words stand in `templates/`, checked against the data when the crate is compiled.

use crate::message::{Asked, Message};
use crate::words;
use askama::Template;
use model::code::DeliveryMedium;
use model::{Factor, paths};
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::secretive;
use nameplate_core::settings::Settings;
use std::net::Ipv4Addr;

/// Who writes: what people call the service and where it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The service's name.
    pub name: String,
    /// Its public address without a slash at the end, for links.
    pub url: String,
    /// The host of that address, named at the foot and in `Message-ID`.
    pub host: String,
}

impl Service {
    /// The service that these settings describe.
    pub fn of(settings: &Settings) -> Self {
        Self::new(&settings.name, &settings.public_url)
    }

    fn new(name: &str, public_url: &str) -> Self {
        let url = public_url.trim_end_matches('/').to_owned();
        let after_scheme = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
        let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        // The colon before a port stands behind the bracket of an IPv6 address.
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|c| c.is_ascii_digit()) => host,
            _ => authority,
        };
        Self { name: words::one_line(name), host: host.to_owned(), url }
    }
}

/// A message in words, ready to travel.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// Mail or text message.
    pub medium: DeliveryMedium,
    /// The address or number, as its owner wrote it.
    pub to: String,
    /// One line. Never holds a code: mail servers log subjects.
    pub subject: String,
    /// The whole message without markup.
    pub text: String,
    /// Empty for text messages.
    pub html: String,
}

secretive!(Written);

#[derive(Template)]
#[template(path = "en/subject.txt")]
struct Subject<'a> {
    service: &'a Service,
    message: &'a Message,
}

#[derive(Template)]
#[template(path = "en/sms.txt")]
struct Sms<'a> {
    service: &'a Service,
    message: &'a Message,
}

#[derive(Template)]
#[template(path = "en/letter.txt")]
struct Text<'a> {
    service: &'a Service,
    message: &'a Message,
}

#[derive(Template)]
#[template(path = "en/letter.html")]
struct Html<'a> {
    service: &'a Service,
    message: &'a Message,
}

/// Puts a message into words.
///
/// # Errors
/// Only if a template fails, which is a fault in it.
pub fn write(service: &Service, message: &Message) -> Result<Written, askama::Error> {
    let message = &tidied(message);
    let subject = words::one_line(&Subject { service, message }.render()?);
    let medium = message.medium();
    let (text, html) = match medium {
        DeliveryMedium::Email => (Text { service, message }.render()?, Html { service, message }.render()?),
        DeliveryMedium::Sms => (Sms { service, message }.render()?, String::new()),
    };
    Ok(Written { medium, to: message.to().value.clone(), subject, text, html })
}

/// The same message with everything that people typed on one line.
fn tidied(message: &Message) -> Message {
    let mut message = message.clone();
    let tidy = |contact: &mut Contact| contact.value = words::one_line(&contact.value);
    match &mut message {
        Message::SignUpCode { to, .. }
        | Message::SignUpCodeAddressTaken { to, .. }
        | Message::ChangeCode { to, .. }
        | Message::VerifyCode { to, .. }
        | Message::AddressDeleted { to, .. }
        | Message::ResetCode { to, .. }
        | Message::ResetCodeByOperator { to, .. }
        | Message::SignInCode { to, .. }
        | Message::SecondFactorOn { to, .. }
        | Message::SecondFactorOff { to, .. }
        | Message::RecoveryCodeUsed { to, .. }
        | Message::PasswordChanged { to, .. }
        | Message::PasskeyAdded { to, .. }
        | Message::PasskeyRemoved { to, .. }
        | Message::AccountDeleted { to, .. } => tidy(to),
        Message::ChangeRequested { to, new, .. } | Message::ChangeDone { to, new, .. } => {
            tidy(to);
            tidy(new);
        }
    }
    let asked = message.asked_mut();
    asked.username = asked.username.as_deref().map(words::one_line);
    message
}

/// A message as it would look, for the preview page and the tests.
#[derive(Debug, Clone)]
pub struct Preview {
    /// What its templates are called, and how it travels: `change_code.email`.
    pub name: String,
    /// As [`Written::subject`].
    pub subject: String,
    /// As [`Written::text`].
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
    samples()
        .iter()
        .map(|message| {
            let Written { medium, subject, text, html, .. } = write(&service, message)?;
            let again =
                if matches!(message, Message::SignUpCode { before: Some(_), .. }) { "_again" } else { "" };
            let name = format!("{}{again}.{}", message.name(), medium.as_str().to_lowercase());
            Ok(Preview { name, subject, text, html })
        })
        .collect()
}

/// One message of each kind for each medium.
#[expect(clippy::too_many_lines, reason = "a list")]
fn samples() -> Vec<Message> {
    // 22 November 2026, 14:02 UTC.
    let at = Timestamp(1_795_356_120_000);
    let earlier = Timestamp(at.millis() - 5_400_000);
    let [soon, hour, day] = [600_000, 3_600_000, 86_400_000].map(|later| Timestamp(at.millis() + later));
    let user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned();
    let asked = Asked {
        username: Some("jdoe".to_owned()),
        at,
        network: Ipv4Addr::new(192, 0, 2, 7).into(),
        user_agent,
    };
    let emails = (Contact::email("me@domain.com"), Contact::email("me@anotherdomain.com"));
    let phones = (Contact::phone("+12128601234"), Contact::phone("+442079460000"));
    let code = "418207".to_owned();
    [emails, phones]
        .into_iter()
        .flat_map(|(old, new)| {
            let (code, asked, expires_at) = (code.clone(), asked.clone(), day);
            [
                Message::SignUpCode {
                    to: old.clone(),
                    code: code.clone(),
                    expires_at,
                    asked: asked.clone(),
                    before: None,
                },
                Message::SignUpCode {
                    to: old.clone(),
                    code: code.clone(),
                    expires_at,
                    asked: asked.clone(),
                    before: Some(earlier),
                },
                Message::SignUpCodeAddressTaken {
                    to: old.clone(),
                    code: code.clone(),
                    expires_at,
                    asked: asked.clone(),
                },
                Message::ChangeCode { to: new.clone(), code: code.clone(), expires_at, asked: asked.clone() },
                Message::VerifyCode { to: old.clone(), code: code.clone(), expires_at, asked: asked.clone() },
                Message::ChangeRequested {
                    to: old.clone(),
                    new: new.clone(),
                    expires_at,
                    asked: asked.clone(),
                },
                Message::ChangeDone { to: old.clone(), new, asked: asked.clone() },
                Message::AddressDeleted { to: old.clone(), asked: asked.clone() },
                Message::ResetCode {
                    to: old.clone(),
                    code: code.clone(),
                    expires_at: hour,
                    asked: asked.clone(),
                },
                Message::ResetCodeByOperator {
                    to: old.clone(),
                    code: code.clone(),
                    expires_at: hour,
                    asked: asked.clone(),
                },
                Message::SignInCode { to: old.clone(), code, expires_at: soon, asked: asked.clone() },
                Message::SecondFactorOn {
                    to: old.clone(),
                    factor: Factor::SoftwareToken,
                    asked: asked.clone(),
                },
                Message::SecondFactorOff { to: old.clone(), factor: Factor::Sms, asked: asked.clone() },
                Message::RecoveryCodeUsed { to: old.clone(), left: 9, asked: asked.clone() },
                Message::PasswordChanged { to: old.clone(), asked: asked.clone() },
                Message::PasskeyAdded { to: old.clone(), asked: asked.clone() },
                Message::PasskeyRemoved { to: old.clone(), asked: asked.clone() },
                Message::AccountDeleted { to: old, asked },
            ]
        })
        .collect()
}
