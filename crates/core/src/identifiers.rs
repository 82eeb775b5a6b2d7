//! Canonical keys: what two spellings of the same name or address have in common.

use crate::phone;
use model::ErrorCode;
use model::attribute::{AttributeName, Standard};
use model::code::{CodeDeliveryDetails, DeliveryMedium, mask_email, mask_phone};
use model::identifier::{IdentifierKind, SignInOptions, USERNAME_MAX};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// NFKC and case folding, until nothing changes (Unicode, section 3.13, D147).
pub fn fold(text: &str) -> String {
    let mut folded = text.to_owned();
    // Folding can undo the normalisation and the other way round; a few rounds settle every known text.
    for _ in 0..4 {
        let next: String = caseless::default_case_fold_str(&folded).nfkc().collect();
        if next == folded {
            break;
        }
        folded = next;
    }
    folded
}

/// The same letter by letter: what case folding makes several letters of stays one, since a mail server tells `ß` from
/// `ss` (Unicode, section 5.18, simple case folding).
fn fold_letters(text: &str) -> String {
    let letter = |c: char| {
        let folded = caseless::default_case_fold_str(c.encode_utf8(&mut [0; 4]));
        let mut letters = folded.chars();
        match (letters.next(), letters.next()) {
            (Some(one), None) => one,
            // The capital of a letter that stays.
            _ if c == 'ẞ' => 'ß',
            _ => c,
        }
    };
    let mut folded = text.to_owned();
    for _ in 0..4 {
        let next: String = folded.nfkc().map(letter).nfkc().collect();
        if next == folded {
            break;
        }
        folded = next;
    }
    folded
}

/// What a username is found by, and is unique in: letter case, compatibility forms, and letters of other
/// scripts that look like Latin ones (Unicode Technical Standard 39, section 4) make no other name.
///
/// Characters of ASCII stay themselves: `m` is not `rn`, `1` is not `l`, or half the names would be taken.
pub fn username_key(typed: &str) -> String {
    let mut plain = String::with_capacity(typed.len());
    for c in fold(typed.trim()).chars() {
        if c.is_ascii() {
            plain.push(c);
        } else {
            plain.extend(unicode_security::skeleton(c.encode_utf8(&mut [0; 4])));
        }
    }
    fold(&plain)
}

/// A new username: its shape as the browser checks it, and that of its key, so that compatibility forms can't
/// bring in what is refused plainly, such as an `@`.
pub fn check_username(typed: &str) -> Result<(), ErrorCode> {
    model::identifier::check_username(typed)?;
    model::identifier::check_username(&username_key(typed))
        .map_err(|why| if why == ErrorCode::UsernameLooksLikeContact { why } else { ErrorCode::BadUsername })
}

/// What people would take for the service's own, or for those who run it (RFC 2142 has many of them).
const RESERVED: [&str; 25] = [
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "everyone",
    "help",
    "hostmaster",
    "info",
    "moderator",
    "nameplate",
    "no-reply",
    "nobody",
    "noreply",
    "null",
    "official",
    "operator",
    "postmaster",
    "root",
    "security",
    "staff",
    "support",
    "system",
    "undefined",
    "webmaster",
];

/// A username that a person chooses for a new account: its shape as the browser checks it, letters, marks and digits of
/// any script, and none that is reserved, in any spelling.
pub fn check_new_username(typed: &str) -> Result<(), ErrorCode> {
    check_username(typed)?;
    model::identifier::check_new_username(typed)?;
    let key = username_key(typed);
    let is_word = |c: char| c.is_ascii() || c.is_alphanumeric() || is_combining_mark(c);
    if !key.chars().all(is_word) {
        return Err(ErrorCode::BadUsername);
    }
    model::identifier::check_new_username(&key).map_err(|_| ErrorCode::BadUsername)?;
    if RESERVED.contains(&key.as_str()) { Err(ErrorCode::UsernameReserved) } else { Ok(()) }
}

/// What an email address is found by: the local part folded letter by letter, the domain as the DNS has it (IDNA, UTS 46).
///
/// `None`: no domain can be called that.
fn email_key(typed: &str) -> Option<String> {
    let (local, domain) = typed.trim().rsplit_once('@')?;
    let domain = idna::domain_to_ascii(&domain.nfkc().collect::<String>()).ok()?;
    (!domain.is_empty() && !local.is_empty()).then(|| format!("{}@{domain}", fold_letters(local)))
}

/// What a stored phone number is found by: E.164 has one spelling.
fn phone_key(number: &str) -> String {
    phone::canonical(number, "").unwrap_or_else(|| number.to_owned())
}

/// An email address or a phone number that messages go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ContactKind {
    /// Reached by mail.
    Email,
    /// Reached by text message.
    PhoneNumber,
}

impl ContactKind {
    /// The contact that an attribute is, if it is one.
    pub fn of(attribute: &AttributeName) -> Option<Self> {
        let standard = attribute.standard()?;
        [Self::Email, Self::PhoneNumber].into_iter().find(|kind| kind.attribute() == standard)
    }

    /// The attribute that holds it.
    pub const fn attribute(self) -> Standard {
        match self {
            Self::Email => Standard::Email,
            Self::PhoneNumber => Standard::PhoneNumber,
        }
    }

    /// The flag that says it is proven.
    pub const fn verified_flag(self) -> Standard {
        match self {
            Self::Email => Standard::EmailVerified,
            Self::PhoneNumber => Standard::PhoneNumberVerified,
        }
    }

    /// How a message gets there.
    pub const fn medium(self) -> DeliveryMedium {
        match self {
            Self::Email => DeliveryMedium::Email,
            Self::PhoneNumber => DeliveryMedium::Sms,
        }
    }

    /// As the store spells it: the attribute's name.
    pub const fn as_str(self) -> &'static str {
        self.attribute().as_str()
    }

    /// What this contact is found by, and is unique in. `None`: it can't be one.
    pub fn key(self, value: &str) -> Option<String> {
        match self {
            Self::Email => email_key(value),
            Self::PhoneNumber => Some(phone_key(value)),
        }
    }

    /// Whether somebody who typed this means that contact.
    pub fn names(self, contact: &str, typed: &str) -> bool {
        let typed = match self {
            Self::Email => email_key(&model::typed::email(typed)),
            Self::PhoneNumber => Some(phone_key(typed)),
        };
        self.key(contact) == typed
    }

    /// The address as somebody may see it who may not know it.
    pub fn mask(self, value: &str) -> String {
        match self {
            Self::Email => mask_email(value),
            Self::PhoneNumber => mask_phone(value),
        }
    }

    /// Where a code went, as callers are told.
    pub fn delivery(self, value: &str) -> CodeDeliveryDetails {
        CodeDeliveryDetails {
            attribute_name: self.attribute().into(),
            delivery_medium: self.medium(),
            destination: self.mask(value),
        }
    }
}

/// Who somebody says to be, in canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier {
    /// By [`username_key`].
    Username(String),
    /// A contact's [key](ContactKind::key).
    Contact(ContactKind, String),
    /// What is a phone number in this country, and may be somebody's username: the number goes first, because
    /// it is proven.
    Number {
        /// By [`username_key`].
        username: String,
        /// E.164.
        phone: String,
    },
}

impl Identifier {
    /// What a typed text names; a phone number may be written as in the country with this calling code.
    /// `None`: it can't be anybody, as an email address without a domain.
    pub fn parse(typed: &str, options: SignInOptions, country: &str) -> Option<Self> {
        let typed = &*model::typed::identifier(typed);
        // Longer than any name, or with what no name has and not every database takes.
        if typed.len() > 4 * USERNAME_MAX || typed.chars().any(char::is_control) {
            return None;
        }
        let by_phone = |number| Self::Contact(ContactKind::PhoneNumber, number);
        Some(match options.kind_of(typed) {
            IdentifierKind::Username => {
                let username = username_key(typed);
                match options.phone_number.then(|| phone::parse(typed, country)) {
                    Some(Ok(phone)) if check_username(typed).is_err() => by_phone(phone.into_string()),
                    Some(Ok(phone)) => Self::Number { username, phone: phone.into_string() },
                    _ => Self::Username(username),
                }
            }
            IdentifierKind::Email => match options.phone_number.then(|| phone::canonical(typed, country)) {
                Some(Some(number)) => by_phone(number),
                _ => Self::Contact(ContactKind::Email, email_key(typed)?),
            },
            IdentifierKind::PhoneNumber => by_phone(phone::canonical(typed, country)?),
        })
    }

    /// As the store and the limits spell it: `username:jdoe`, `email:me@domain.com`. However a number is
    /// written, it counts as the same.
    pub fn to_key(&self) -> String {
        match self {
            Self::Username(key) => format!("username:{key}"),
            Self::Contact(kind, key) => format!("{}:{key}", kind.as_str()),
            Self::Number { phone, .. } => format!("{}:{phone}", ContactKind::PhoneNumber.as_str()),
        }
    }

    /// What a sign-up of that name waits under.
    pub fn to_waiting_key(&self) -> String {
        match self {
            Self::Number { username, .. } => format!("username:{username}"),
            Self::Username(_) | Self::Contact(..) => self.to_key(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_new_username_takes_words_of_any_script_and_nothing_else() {
        for good in [
            "jdoe",
            "j.doe",
            "j-doe_2+x",
            "用户",
            "Jürgen",
            "e\u{301}va",
            "हिन्दी",
            "straße",
            "admin1",
            "o_0",
            "9lives",
        ] {
            assert_eq!(check_new_username(good), Ok(()), "{good}");
        }
        for bad in [
            "-h", "--help", "../x", "=1+1", ".x", "_x", "a/b", "a=b", "a;b", "$x", "x%", "a,b", "a:b", "a'b",
            "a(b)", "😀", "a★", "－h", "．．/x",
        ] {
            assert_eq!(check_new_username(bad), Err(ErrorCode::BadUsername), "{bad}");
        }
        for reserved in ["admin", "Admin", "ADMIN", "аdmin", "ａｄｍｉｎ", "root", "postmaster"] {
            assert_eq!(check_new_username(reserved), Err(ErrorCode::UsernameReserved), "{reserved}");
        }
        // What administrators make, and what exists, isn't asked.
        for name in ["-h", "admin", "../x", "=1+1"] {
            assert_eq!(check_username(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn username_key_of_equivalent_spellings_is_the_same() {
        for same in ["jdoe", "JDoe", "ＪＤＯＥ", "ϳdoe", "јdое", "𝐣𝐝𝐨𝐞"] {
            assert_eq!(username_key(same), "jdoe", "{same}");
        }
        assert_eq!(username_key("straße"), username_key("STRASSE"));
        assert_eq!(username_key("Σίσυφος"), username_key("ΣΊΣΥΦΟΣ"));
        assert_eq!(username_key("аdmin1"), username_key("admin1"));
    }

    #[test]
    fn username_key_of_ascii_lookalikes_differs() {
        for (one, other) in
            [("modern", "modem"), ("user1", "userl"), ("bob0", "bobo"), ("山田", "山口"), ("jose", "josé")]
        {
            assert_ne!(username_key(one), username_key(other), "{one} {other}");
        }
    }

    #[test]
    fn username_key_of_a_key_is_itself() {
        for name in ["jdoe", "Straße", "Ǆ", "ﬁn", "İstanbul", "ΰ", "用户", "ᾳ", "ﷺ"] {
            let key = username_key(name);
            assert_eq!(username_key(&key), key, "{name}");
        }
    }

    #[test]
    fn check_username_in_compatibility_forms_is_refused_as_in_ascii() {
        assert_eq!(check_username("me＠domain.com"), Err(ErrorCode::UsernameLooksLikeContact));
        assert_eq!(check_username("＋12128601234"), Err(ErrorCode::UsernameLooksLikeContact));
        assert_eq!(check_username("＜b＞"), Err(ErrorCode::BadUsername));
        assert_eq!(check_username("用户"), Ok(()));
        assert_eq!(check_username("Jürgen"), Ok(()));
    }

    #[test]
    fn email_key_of_equivalent_spellings_is_the_same() {
        assert_eq!(email_key("Me@Domain.COM").as_deref(), Some("me@domain.com"));
        assert_eq!(email_key("me@BÜCHER.example").as_deref(), Some("me@xn--bcher-kva.example"));
        assert_eq!(email_key("me@xn--bcher-kva.example"), email_key("me@bücher.example"));
        assert_eq!(email_key("first.last+tag@x.org").as_deref(), Some("first.last+tag@x.org"));
        assert_eq!(email_key("STRAẞE@x.org").as_deref(), Some("straße@x.org"));
        assert_ne!(email_key("straße@x.org"), email_key("strasse@x.org"));
        assert_eq!(email_key("ΣΊΣΥΦΟΣ@x.org"), email_key("σίσυφος@x.org"));
        assert_eq!(email_key("Jürgen@x.org"), email_key("JU\u{308}RGEN@x.org"));
        assert_eq!(email_key("ｍｅ@x.org"), email_key("me@x.org"));
        assert_eq!(email_key("me@"), None);
        assert_eq!(email_key("me"), None);
    }

    #[test]
    fn parse_identifier_with_default_options_tells_its_kind() {
        let parse = |typed| Identifier::parse(typed, SignInOptions::default(), "+1").map(|it| it.to_key());
        assert_eq!(parse(" JDoe ").as_deref(), Some("username:jdoe"));
        assert_eq!(parse("Me@Domain.com").as_deref(), Some("email:me@domain.com"));
        for nobody in ["me@", "a\0b", &"x".repeat(513)] {
            assert_eq!(parse(nobody), None, "{nobody:?}");
        }
    }

    #[test]
    fn parse_identifier_as_national_number_finds_its_owner() {
        let options = |username, email| SignInOptions { username, email, phone_number: true };
        let parse = |typed, options| Identifier::parse(typed, options, "+49");
        let owner = Identifier::Contact(ContactKind::PhoneNumber, "+4915123456789".to_owned());
        for typed in ["0151 23456789", "0049 151 23456789", "+49 (0)151 23456789"] {
            assert_eq!(parse(typed, options(false, true)), Some(owner.clone()), "{typed}");
            assert_eq!(parse(typed, options(false, false)), Some(owner.clone()), "{typed}");
        }
        for typed in ["0151 23456789", "+49 (0)151 23456789"] {
            assert_eq!(
                parse(typed, options(true, true)),
                Some(owner.clone()),
                "{typed}: no username has spaces"
            );
        }
        let either = Identifier::Number { username: "015123456789".into(), phone: "+4915123456789".into() };
        assert_eq!(parse("015123456789", options(true, true)), Some(either.clone()));
        assert_eq!(either.to_key(), "phone_number:+4915123456789");
        assert_eq!(either.to_waiting_key(), "username:015123456789");
        assert_eq!(parse("1234", options(true, true)), Some(Identifier::Username("1234".into())));
        assert_eq!(
            Identifier::parse("015123456789", SignInOptions::default(), "+49"),
            Some(Identifier::Username("015123456789".into())),
            "where nobody signs in with a number"
        );
    }
}
