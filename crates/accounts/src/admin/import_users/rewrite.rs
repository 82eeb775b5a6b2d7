//! Forms that other services write, brought into ours.

use model::{Standard, typed};
use nameplate_core::phone;

/// The value as it is kept here, where that differs from what was read. A phone number without a country is one
/// of `country`.
pub(crate) fn rewritten(attribute: &str, value: &str, country: &str) -> Option<String> {
    let kept = match attribute {
        name if name == Standard::Birthdate.as_str() => iso_date(&typed::number(value))?,
        name if name == Standard::PhoneNumber.as_str() => phone::canonical(value, country)?,
        _ => return None,
    };
    (kept != value).then_some(kept)
}

/// `02/01/1985`, the first of February in the files that Cognito's user pools are filled with.
fn iso_date(text: &str) -> Option<String> {
    let mut parts = text.split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |text: &str, longest: usize| {
        let shaped = (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        shaped.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (month, day) = (number(month, 2)?, number(day, 2)?);
    let whole = parts.next().is_none() && year.len() == 4 && number(year, 4).is_some();
    whole.then(|| format!("{year}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewritten_date_or_number_of_another_service_is_in_our_form() {
        let kept = |attribute, value| rewritten(attribute, value, "+49");
        assert_eq!(kept("birthdate", "02/01/1985").as_deref(), Some("1985-02-01"));
        assert_eq!(kept("birthdate", " 2/1/1985 ").as_deref(), Some("1985-02-01"));
        assert_eq!(
            kept("birthdate", "13/31/1985").as_deref(),
            Some("1985-13-31"),
            "which is refused as no real date"
        );
        assert_eq!(kept("phone_number", "+1 (212) 860-1234").as_deref(), Some("+12128601234"));
        assert_eq!(kept("phone_number", "0151 23456789").as_deref(), Some("+4915123456789"));
        assert_eq!(kept("phone_number", "+225 712345678").as_deref(), Some("+225712345678"));
    }

    #[test]
    fn rewritten_value_in_our_form_or_no_known_one_is_none() {
        for value in ["1985-02-01", "soon", "2/1/85", "02/01/1985/1", "+2/01/1985", "//", ""] {
            assert_eq!(rewritten("birthdate", value, "+49"), None, "{value}");
        }
        assert_eq!(rewritten("phone_number", "+12128601234", "+49"), None);
        assert_eq!(rewritten("custom:since", "02/01/1985", "+49"), None);
    }
}
