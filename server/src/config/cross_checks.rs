//! What sections ask of each other.

use super::problems::Problems;
use super::sections::File;
use super::sections::pool::SignInWith;
use super::sections::server::ServerConfig;
use model::{AttributeName, Standard};

/// Whether text messages reach anybody: through a gateway, or on the mailbox page of development.
pub fn sends_texts(file: &File) -> bool {
    file.sms.is_on() || file.mail.smtp_url.is_none()
}

/// Whoever signs in with a contact alone must have one that a code can reach.
pub fn check_sign_in(file: &File, problems: &mut Problems<'_>) {
    let sign_in = &file.pool.sign_in;
    let contacts = [(SignInWith::Email, "email"), (SignInWith::PhoneNumber, "phone_number")];
    // Next to a username an address is one more way in, for those who have given one.
    for (with, attribute) in contacts.into_iter().filter(|_| !sign_in.contains(&SignInWith::Username)) {
        if sign_in.contains(&with) && !file.attributes.required.iter().any(|name| name == attribute) {
            problems.add(
                "pool.sign_in",
                format!("\"{attribute}\" signs people in, who have no username, but they need not give one when they sign up"),
                format!("\"{attribute}\" in attributes.required, or \"username\" in sign_in, or a sign_in without \"{attribute}\""),
            );
        }
    }
    if sign_in.contains(&SignInWith::PhoneNumber) && !sends_texts(file) {
        problems.add(
            "pool.sign_in",
            "there is no gateway for text messages, so no code would ever reach a phone number",
            "\"username\" or \"email\", or a gateway in [sms]",
        );
    }
}

/// A new account is confirmed by a code: one of the addresses that can get it must be asked for.
pub fn check_code_can_be_sent(file: &File, asked: &[AttributeName], problems: &mut Problems<'_>) {
    let required = file.attributes.required.iter().any(|name| name == "email");
    if !sends_texts(file) && !required {
        problems.add(
            "attributes.required",
            "people could sign up without an email address, and there is no gateway for text messages that could reach them otherwise",
            "\"email\" in the list, or a gateway in [sms]",
        );
    }
    if !asked.iter().any(|name| *name == Standard::Email || *name == Standard::PhoneNumber) {
        problems.add(
            "attributes.sign_up",
            "sign-up asks for no address that a confirmation code could be sent to",
            "\"email\" in attributes.required or in attributes.sign_up",
        );
    }
}

/// The development mailbox shows every code to whoever opens it: it must not be where others can go.
pub fn refuse_unreachable_mailbox(file: &File, server: &ServerConfig, problems: &mut Problems<'_>) {
    if file.mail.smtp_url.is_none() && !server.public_url.is_loopback() {
        problems.add(
            "mail.smtp_url",
            format!("{} is no loopback address, and no mail could be sent from there", server.public_url),
            "the address of a mail server (NAMEPLATE_SMTP_URL), or a public address such as http://localhost:3000 (NAMEPLATE_PUBLIC_URL)",
        );
    }
}
