//! Second steps to sign in, in words.

use super::words;
use model::Factor;

/// What a second step is called in a list.
pub fn factor_label(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => words().app(),
        Factor::Sms => words().factor_sms(),
        Factor::Email => words().factor_email(),
    }
}

/// The same within a sentence.
pub fn second_step(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => words().within_app(),
        Factor::Sms => words().within_sms(),
        Factor::Email => words().within_email(),
    }
}

/// The heading above the code, as the Authenticator has it.
pub fn confirm_code(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => words().confirm_totp_code(),
        Factor::Sms => words().confirm_sms_code(),
        Factor::Email => words().confirm_email_code(),
    }
}

/// The button that asks for this one instead.
pub fn instead(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => words().instead_app(),
        Factor::Sms => words().instead_sms(),
        Factor::Email => words().instead_email(),
    }
}

/// As the beginning of a line.
pub fn capitalised(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// The file that people keep.
pub fn codes_file(service: &str, url: &str, username: &str, codes: &[String]) -> String {
    format!("{}\n\n{}\n", words().codes_file(username, service, url), codes.join("\n"))
}
