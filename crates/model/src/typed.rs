//! What people type or paste, without what clings to it: one function for each kind of field, the same in the
//! browser and at every door of the server.
//!
//! Messengers, address books, spreadsheets and phones put characters around a copied value that nobody sees,
//! write digits in the script of their language, and end a sentence with a full stop. None of that is meant.
//! What is meant and wrong stays, to be refused in words. Passwords aren't cleaned: see
//! [`crate::password`].

use crate::characters::{is_between_digits, is_invisible, is_joiner};
use crate::code;

/// The zeros of the decimal digits of all scripts (Unicode 14, general category Nd): nine more follow each.
const ZEROS: [u32; 66] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50,
    0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066,
    0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950,
    0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
    0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];

/// A digit of any script, or a character in full width, as ASCII has it. Others stay.
fn plain(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    let code = u32::from(c);
    let ascii = match code {
        0xFF01..=0xFF5E => Some(code - 0xFEE0),
        _ => {
            let zero = ZEROS.iter().rev().find(|zero| **zero <= code);
            zero.map(|zero| code - zero).filter(|digit| *digit < 10).map(|digit| 0x30 + digit)
        }
    };
    ascii.and_then(char::from_u32).unwrap_or(c)
}

/// What stands for a hyphen or a minus in texts that programs have set (Unicode, general category Pd, and the
/// minus).
pub(crate) const fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{58A}' | '\u{5BE}' | '\u{1806}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2212}'
                | '\u{2E3A}'
                | '\u{2E3B}'
                | '\u{301C}'
                | '\u{3030}'
                | '\u{30A0}'
                | '\u{30FC}'
                | '\u{FE58}'
                | '\u{FE63}'
                | '\u{FF0D}'
    )
}

/// What programs put around a text that is copied, and nobody sees. What turns the reading direction of what
/// follows around is no such thing: it is there to deceive.
const fn is_noise(c: char) -> bool {
    is_invisible(c) && c != '\u{202E}'
}

fn visible(typed: &str) -> impl Iterator<Item = char> {
    typed.chars().filter(|c| !is_noise(*c))
}

/// A text of one or more lines: without spaces and marks that show nothing at its ends. Inside they are part of
/// it, or refused.
pub fn text(typed: &str) -> &str {
    typed.trim_matches(|c: char| c.is_whitespace() || (is_noise(c) && !is_joiner(c)))
}

/// A word that stands for somebody or something, such as a username or a link.
pub fn word(typed: &str) -> String {
    visible(typed).collect::<String>().trim().to_owned()
}

/// An email address, also as a link or a mail program has it: `mailto:me@domain.com`, `Jane <me@domain.com>`.
pub fn email(typed: &str) -> String {
    let typed: String = visible(typed).map(plain).collect();
    let mut email = typed.trim();
    if let Some((_, inner)) = email.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        email = inner;
    }
    let scheme = "mailto:";
    if email.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)) {
        email = &email[scheme.len()..];
    }
    email.trim_end_matches(['.', ',', ';', ':']).trim().to_owned()
}

/// Who somebody says to be: a username, an email address or a phone number.
pub fn identifier(typed: &str) -> String {
    let plain_text: String = visible(typed).map(plain).collect();
    if plain_text.contains('@') { email(typed) } else { word(typed) }
}

/// A phone number: its digits, with what isn't one and was meant. A `+` in front stays.
pub fn phone(typed: &str) -> String {
    let number: String =
        visible(typed).map(plain).filter(|c| !is_between_digits(*c) && !is_dash(*c)).collect();
    let scheme = "tel:";
    let is_link = number.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    number[if is_link { scheme.len() } else { 0 }..].trim_end_matches([',', ';', ':']).to_owned()
}

/// A code that was sent or is shown: its digits, also out of the message that they came in, if there are no
/// others in it that could be one.
pub fn code(typed: &str) -> String {
    let is_between = |c: char| c.is_whitespace() || is_dash(c);
    let typed: String = visible(typed).map(plain).collect();
    let close = |part: &str| part.chars().filter(|c| !is_between(*c)).collect::<String>();
    let mut numbers = typed
        .split(|c: char| !c.is_ascii_digit() && !is_between(c))
        .filter(|part| !touches_a_letter(&typed, part))
        .map(close)
        .filter(|number| code::is_shaped(number));
    match (numbers.next(), numbers.next()) {
        (Some(code), None) => code,
        _ => close(&typed),
    }
}

/// Whether the digits at an end of this part of a text belong to a word, as in a recovery code.
fn touches_a_letter(text: &str, part: &str) -> bool {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    let (before, after) = (&text[..start], &text[start + part.len()..]);
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    (is_digit(part.chars().next()) && is_letter(before.chars().next_back()))
        || (is_digit(part.chars().next_back()) && is_letter(after.chars().next()))
}

/// A recovery code: letters and digits, without what people put between them.
pub fn recovery_code(typed: &str) -> String {
    let close = |c: &char| {
        c.is_ascii_alphanumeric() || !(c.is_whitespace() || is_dash(*c) || c.is_ascii_punctuation())
    };
    visible(typed).map(plain).filter(close).collect::<String>().to_lowercase()
}

/// A whole number or a date: digits, with what stands for a minus or a hyphen.
pub fn number(typed: &str) -> String {
    let number: String = visible(typed).map(plain).map(|c| if is_dash(c) { '-' } else { c }).collect();
    number.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::check_email;

    #[test]
    fn code_pasted_with_other_text_is_found() {
        for typed in [
            "123456",
            " 123 456 ",
            "123-456",
            "123–456",
            "\u{200B}123456",
            "123456\u{200E}",
            "\u{FEFF}123\u{A0}456",
            "１２３４５６",
            "١٢٣٤٥٦",
            "۱۲۳۴۵۶",
            "१२३४५६",
            "123456.",
            "123456,",
            "“123456”",
            "Your code is 123456.",
            "Code: 123 456",
            "G-123456 is your code",
            "123456\n",
        ] {
            assert_eq!(code(typed), "123456", "{typed:?}");
        }
        assert_eq!(code("1234 5678"), "12345678");
        assert_eq!(code("Valid for 24 hours: 123456"), "123456");
    }

    #[test]
    fn code_in_ambiguous_text_is_left_to_be_refused() {
        for typed in [
            "12345",
            "123456 or 654321",
            "12345a",
            "123456789",
            "123456a",
            "ab2345678c",
            "ab234-5678c",
            "1234-5678-9012",
            "sesame",
            "12 34 ",
            "①②③④⑤⑥",
            "½",
        ] {
            assert!(!code::is_shaped(&code(typed)), "{typed:?}");
        }
        assert_eq!(code(" \u{200B} "), "");
    }

    #[test]
    fn recovery_code_in_any_spelling_is_normalized() {
        for typed in
            ["abcde-23456", "ABCDE 23456", "abcde–23456.", "\u{200B}abcde23456", "ａｂｃｄｅ-２３４５６"]
        {
            assert_eq!(recovery_code(typed), "abcde23456", "{typed:?}");
        }
        assert_eq!(recovery_code("äbcde-23456"), "äbcde23456");
    }

    #[test]
    fn phone_pasted_from_address_books_and_links_is_cleaned() {
        for typed in [
            "+1 212 860 1235",
            "\u{202D}+1 212 860 1235\u{202C}",
            "\u{2068}+1 (212) 860-1235\u{2069}",
            "＋１ ２１２ ８６０ １２３５",
            "+١ ٢١٢ ٨٦٠ ١٢٣٥",
            "+1 212 860–1235",
            "+1\u{2011}212\u{2011}860\u{2011}1235",
            "tel:+1-212-860-1235",
            "TEL:+12128601235",
            "+1.212.860.1235.",
            "+1 212 860 1235;",
            "\u{FEFF}+1\u{A0}212\u{202F}860\u{2009}1235",
        ] {
            assert_eq!(phone(typed), "+12128601235", "{typed:?}");
        }
        assert_eq!(phone("call me"), "callme");
    }

    #[test]
    fn email_pasted_from_links_and_mail_programs_is_cleaned() {
        for typed in [
            "me@domain.com",
            " me@domain.com\u{200B}",
            "\u{FEFF}me@domain.com",
            "me\u{AD}@domain.com",
            "mailto:me@domain.com",
            "MailTo:me@domain.com",
            "<me@domain.com>",
            "Jane Doe <me@domain.com>",
            "me@domain.com.",
            "me@domain.com;",
            "me＠domain.com",
            "ｍｅ＠ｄｏｍａｉｎ．ｃｏｍ",
            "\u{202A}me@domain.com\u{202C}",
        ] {
            assert_eq!(email(typed), "me@domain.com", "{typed:?}");
        }
        for typed in ["me @domain.com", "a@b@c.de", "me@domain.com, you@domain.com", "Jane"] {
            assert!(check_email(&email(typed)).is_err(), "{typed:?}");
        }
        assert_eq!(email("jürgen@bücher.example"), "jürgen@bücher.example");
    }

    #[test]
    fn identifier_with_invisible_characters_loses_only_those() {
        for typed in ["jdoe", " jdoe ", "\u{200B}jdoe", "j\u{2060}doe\u{FEFF}", "\u{202D}jdoe\u{202C}"] {
            assert_eq!(identifier(typed), "jdoe", "{typed:?}");
        }
        assert_eq!(identifier("ｊｄｏｅ"), "ｊｄｏｅ", "as it is spelled; it is found by another form");
        assert_eq!(identifier("Jane <me@domain.com>"), "me@domain.com");
    }

    #[test]
    fn clean_with_a_direction_override_keeps_it_to_be_refused() {
        for clean in [word, email, phone, number, identifier, |typed: &str| text(typed).to_owned()] {
            assert!(clean("\u{202E}123456").contains('\u{202E}'));
        }
    }

    #[test]
    fn text_with_invisible_characters_is_cleaned_at_its_ends_only() {
        assert_eq!(text("\u{202D} Jane\u{202C}\n"), "Jane");
        assert_eq!(text("\u{FEFF}Jane \u{200B} Doe"), "Jane \u{200B} Doe");
        assert_eq!(text("Jane ❤\u{FE0F}"), "Jane ❤\u{FE0F}", "a part of the heart");
    }

    #[test]
    fn number_in_any_script_is_read_as_ascii_digits() {
        assert_eq!(number("1985–02–01"), "1985-02-01");
        assert_eq!(number("\u{200E}१९८५-०२-०१ "), "1985-02-01");
        assert_eq!(number("−42"), "-42");
        assert_eq!(number("1,5"), "1,5");
    }

    #[test]
    fn zeros_of_every_script_begin_ten_digits() {
        for zero in ZEROS {
            for digit in 0..10 {
                let c = char::from_u32(zero + digit).expect("no surrogate is a digit");
                assert!(c.is_numeric(), "{c:?}");
                assert_eq!(plain(c).to_digit(10), Some(digit), "{c:?}");
            }
        }
        assert!(ZEROS.is_sorted());
    }
}
