//! Messages in words. The words stand in `templates/`, checked against the data when the crate is compiled.

pub mod preview;

use crate::message::{ContactChange, Message};
use crate::words;
use askama::Template;
use model::code::DeliveryMedium;
use model::{Factor, paths};
use nameplate_core::secretive;
use nameplate_core::settings::Settings;

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
    /// As the settings call it.
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
    /// How it travels.
    pub medium: DeliveryMedium,
    /// The address or number.
    pub to: String,
    /// One line. Never holds a code: mail servers log subjects.
    pub subject: String,
    /// The words of a text message, or the plain part of a mail.
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
    for contact in message.contacts_mut() {
        contact.value = words::one_line(&contact.value);
    }
    let asked = message.asked_mut();
    asked.username = asked.username.as_deref().map(words::one_line);
    message
}
