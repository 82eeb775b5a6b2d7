//! What people type to say who they are, as far as a browser can judge it.
//!
//! Normalisation (NFKC, case folding) needs tables and lives in `pool`.

use crate::characters::is_invisible;
use crate::form::ErrorCode;
use crate::typed;
use serde::{Deserialize, Serialize};

/// The longest username (`UsernameType`).
pub const USERNAME_MAX: usize = 128;
/// The longest email address (RFC 5321, section 4.5.3.1.3, less the angle brackets).
pub const EMAIL_MAX: usize = 254;

/// A way to say who one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierKind {
    /// Chosen at sign-up; it can't look like a contact ([`check_username`]).
    Username,
    /// A verified email address.
    Email,
    /// A verified phone number.
    PhoneNumber,
}

/// How people sign in to this user pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInOptions {
    /// By [`IdentifierKind::Username`].
    pub username: bool,
    /// By [`IdentifierKind::Email`].
    pub email: bool,
    /// By [`IdentifierKind::PhoneNumber`].
    pub phone_number: bool,
}

impl Default for SignInOptions {
    /// By username or by verified email address.
    fn default() -> Self {
        Self { username: true, email: true, phone_number: false }
    }
}

impl SignInOptions {
    /// Whether people may sign in with this kind.
    pub const fn allows(self, kind: IdentifierKind) -> bool {
        match kind {
            IdentifierKind::Username => self.username,
            IdentifierKind::Email => self.email,
            IdentifierKind::PhoneNumber => self.phone_number,
        }
    }

    /// What kind of identifier a typed text is meant to be, by its looks and by what is allowed here.
    pub fn kind_of(self, typed: &str) -> IdentifierKind {
        if self.email && typed.contains('@') {
            IdentifierKind::Email
        } else if self.phone_number && typed.starts_with('+') {
            IdentifierKind::PhoneNumber
        } else if self.username {
            IdentifierKind::Username
        } else if self.email {
            IdentifierKind::Email
        } else {
            IdentifierKind::PhoneNumber
        }
    }
}

/// Everything that [`check_username`] can say.
pub const USERNAME_REFUSALS: [ErrorCode; 5] = [
    ErrorCode::Missing,
    ErrorCode::TooLong { max: USERNAME_MAX as u32 },
    ErrorCode::UsernameLooksLikeContact,
    ErrorCode::ControlCharacters,
    ErrorCode::BadUsername,
];

/// Everything that [`check_email`] can say.
pub const EMAIL_REFUSALS: [ErrorCode; 3] =
    [ErrorCode::Missing, ErrorCode::TooLong { max: EMAIL_MAX as u32 }, ErrorCode::NotAnEmail];

/// A new username: 1 to 128 visible characters, no spaces, and nothing that could be taken for an email
/// address or a phone number.
pub fn check_username(typed: &str) -> Result<(), ErrorCode> {
    let length = typed.chars().count();
    if length == 0 {
        return Err(ErrorCode::Missing);
    }
    if length > USERNAME_MAX {
        return Err(ErrorCode::TooLong { max: USERNAME_MAX as u32 });
    }
    if typed.contains('@') || typed.starts_with('+') {
        return Err(ErrorCode::UsernameLooksLikeContact);
    }
    if typed.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Err(ErrorCode::ControlCharacters);
    }
    if typed.chars().any(|c| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\\' | '&')) {
        return Err(ErrorCode::BadUsername);
    }
    Ok(())
}

/// A username that a person chooses for a new account, as far as a browser can judge it: letters, marks and digits of
/// any script, and in ASCII `.`, `_`, `-` and `+` besides, but not in front. Accounts that exist, and what
/// administrators make, may be called otherwise ([`check_username`]).
pub fn check_new_username(typed: &str) -> Result<(), ErrorCode> {
    check_username(typed)?;
    let inside = |c: char| matches!(c, '.' | '_' | '-' | '+');
    let is_safe = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || inside(c);
    if typed.starts_with(inside) || !typed.chars().all(is_safe) {
        Err(ErrorCode::BadUsername)
    } else {
        Ok(())
    }
}

/// The shape of an email address as browsers see it (HTML, section 4.10.5.1.5), with a dot in the domain, and
/// with letters beyond ASCII allowed (RFC 6531).
pub fn check_email(typed: &str) -> Result<(), ErrorCode> {
    if typed.is_empty() {
        return Err(ErrorCode::Missing);
    }
    if typed.len() > EMAIL_MAX {
        return Err(ErrorCode::TooLong { max: EMAIL_MAX as u32 });
    }
    let (local, domain) = typed.rsplit_once('@').ok_or(ErrorCode::NotAnEmail)?;
    let visible = |c: char| !c.is_control() && !c.is_whitespace() && !is_invisible(c);
    let in_local = |c: char| {
        visible(c) && (!c.is_ascii() || c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c))
    };
    let good_local = (1..=64).contains(&local.len())
        && local.chars().all(in_local)
        && local.split('.').all(|part| !part.is_empty());
    let in_label = |c: char| visible(c) && (!c.is_ascii() || c.is_ascii_alphanumeric() || c == '-');
    let good_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(in_label)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if good_local && domain.contains('.') && domain.split('.').all(good_label) {
        Ok(())
    } else {
        Err(ErrorCode::NotAnEmail)
    }
}

/// The shape of an E.164 number: `+`, no leading zero, 7 to 15 digits.
pub fn check_phone(typed: &str) -> Result<(), ErrorCode> {
    if typed.is_empty() {
        return Err(ErrorCode::Missing);
    }
    let digits = typed.strip_prefix('+').ok_or(ErrorCode::NotAPhoneNumber)?;
    let shaped = (7..=15).contains(&digits.len())
        && digits.bytes().all(|d| d.is_ascii_digit())
        && !digits.starts_with('0');
    if shaped { Ok(()) } else { Err(ErrorCode::NotAPhoneNumber) }
}

/// A browser's guess at the number that somebody means, good enough to see whether it can be one; a typed `+`
/// wins. What it really is, the server tells: numbering plans are large.
///
/// Characters that can't be in a number stay, to be refused.
pub fn join_phone(country_code: &str, typed: &str) -> String {
    let digits = typed::phone(typed);
    if digits.is_empty() || digits.starts_with('+') {
        return digits;
    }
    if let Some(international) = digits.strip_prefix("00") {
        return format!("+{international}");
    }
    format!("{country_code}{}", digits.strip_prefix('0').unwrap_or(&digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_identifier_accepts_the_values_of_the_guide() {
        assert_eq!(check_username("jdoe"), Ok(()));
        assert_eq!(check_email("me@domain.com"), Ok(()));
        assert_eq!(check_phone("+12128601234"), Ok(()));
    }

    #[test]
    fn check_email_that_is_malformed_is_refused() {
        for typed in [
            "me",
            "me@",
            "@domain.com",
            "me@domain",
            "me@.com",
            "a b@c.de",
            "me@domain..com",
            "me@-a.de",
            "a@b@c.de",
            ".a@b.de",
            "a\u{202E}@b.de",
            "a\n@b.de",
            "<a@b.de>",
        ] {
            assert_eq!(check_email(typed), Err(ErrorCode::NotAnEmail), "{typed:?}");
        }
        assert_eq!(check_email("jürgen@bücher.example"), Ok(()));
        assert_eq!(check_email("first.last+tag@sub.example.co"), Ok(()));
    }

    #[test]
    fn check_username_that_looks_like_a_contact_is_refused() {
        assert_eq!(check_username("me@domain.com"), Err(ErrorCode::UsernameLooksLikeContact));
        assert_eq!(check_username("+12128601234"), Err(ErrorCode::UsernameLooksLikeContact));
        assert_eq!(check_username("j doe"), Err(ErrorCode::BadUsername));
        for typed in ["jdoe\u{200B}", "a\0b", "a\nb"] {
            assert_eq!(check_username(typed), Err(ErrorCode::ControlCharacters), "{typed:?}");
        }
        assert_eq!(check_username("用户"), Ok(()));
    }

    #[test]
    fn join_phone_adds_the_country_to_a_national_number() {
        assert_eq!(join_phone("+1", "(212) 860-1234"), "+12128601234");
        assert_eq!(join_phone("+44", "020 7946 0000"), "+442079460000");
        assert_eq!(join_phone("+1", "+49 30 123456"), "+4930123456");
        assert_eq!(join_phone("+1", "0049 30 123456"), "+4930123456");
        assert_eq!(join_phone("+1", " "), "");
        assert_eq!(check_phone(&join_phone("+1", "call me")), Err(ErrorCode::NotAPhoneNumber));
    }

    #[test]
    fn kind_of_an_identifier_follows_its_spelling_and_the_options() {
        let all = SignInOptions { username: true, email: true, phone_number: true };
        assert_eq!(all.kind_of("jdoe"), IdentifierKind::Username);
        assert_eq!(all.kind_of("me@domain.com"), IdentifierKind::Email);
        assert_eq!(all.kind_of("+12128601234"), IdentifierKind::PhoneNumber);
        let only_email = SignInOptions { username: false, email: true, phone_number: false };
        assert_eq!(only_email.kind_of("jdoe"), IdentifierKind::Email);
    }
}
