//! Which attributes there are, and what their values may be. The one definition that browser and server
//! share.

use crate::attribute::{AttributeName, Standard};
use crate::characters::{is_invisible, is_joiner};
use crate::closed_set;
use crate::form::ErrorCode;
use crate::identifier::{check_email, check_phone};
use crate::typed;
use serde::{Deserialize, Serialize};

/// The longest value of any attribute (`AttributeValueType`).
pub const VALUE_MAX: u32 = 2048;

closed_set! {
    /// What the text of a value must look like, in the order of the formats' numbers. Every value travels as
    /// text.
    #[derive(Serialize, Deserialize)]
    pub enum Format {
        /// Anything, within the definition's lengths.
        Text,
        /// An email address ([`check_email`]).
        Email,
        /// An E.164 number ([`check_phone`]).
        PhoneNumber,
        /// `YYYY-MM-DD`, a real day (OpenID Connect Core 1.0, section 5.1, `birthdate`).
        Date,
        /// An integer between the definition's bounds.
        Number,
        /// `true` or `false`.
        Boolean,
    }
}

/// One attribute of the schema (`SchemaAttributeType`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// By which the attribute is stored and travels.
    pub name: AttributeName,
    /// What people call it; standard attributes have their label among the pages' texts.
    pub label: Option<String>,
    /// What its values must look like (`AttributeDataType`).
    pub format: Format,
    /// Whether nobody can sign up without it, or delete it later.
    pub required: bool,
    /// Whether its value can change after sign-up.
    pub mutable: bool,
    /// Characters for texts, the value itself for numbers.
    pub min: i64,
    /// Characters for texts, the value itself for numbers.
    pub max: i64,
}

impl Definition {
    fn standard(standard: Standard) -> Self {
        let (format, min, max) = match standard {
            Standard::Email => (Format::Email, 0, i64::from(VALUE_MAX)),
            Standard::PhoneNumber => (Format::PhoneNumber, 0, i64::from(VALUE_MAX)),
            Standard::Birthdate => (Format::Date, 10, 10),
            Standard::UpdatedAt => (Format::Number, 0, i64::MAX),
            Standard::EmailVerified | Standard::PhoneNumberVerified => {
                (Format::Boolean, 0, i64::from(VALUE_MAX))
            }
            Standard::Sub
            | Standard::Name
            | Standard::GivenName
            | Standard::MiddleName
            | Standard::FamilyName
            | Standard::Nickname
            | Standard::PreferredUsername
            | Standard::Gender
            | Standard::Address
            | Standard::Website
            | Standard::Profile
            | Standard::Picture
            | Standard::Locale
            | Standard::Zoneinfo => (Format::Text, 0, i64::from(VALUE_MAX)),
        };
        Self {
            name: standard.into(),
            label: None,
            format,
            required: standard == Standard::Sub,
            mutable: standard != Standard::Sub,
            min,
            max,
        }
    }

    /// Whether a value, already [cleaned](Self::clean), may stand in this attribute. An empty one is not judged here: it
    /// means "none".
    pub fn check(&self, value: &str) -> Result<(), ErrorCode> {
        let length = value.chars().count() as i64;
        if length > i64::from(VALUE_MAX) {
            return Err(ErrorCode::TooLong { max: VALUE_MAX });
        }
        if has_bad_characters(value, self.allows_lines()) {
            return Err(ErrorCode::ControlCharacters);
        }
        match self.format {
            Format::Email => check_email(value),
            Format::PhoneNumber => check_phone(value),
            Format::Date => {
                if is_real_date(value) {
                    Ok(())
                } else {
                    Err(ErrorCode::NotADate)
                }
            }
            Format::Boolean => {
                if matches!(value, "true" | "false") {
                    Ok(())
                } else {
                    Err(ErrorCode::NotABoolean)
                }
            }
            Format::Number => match parse_integer(value) {
                Some(number) if (self.min..=self.max).contains(&number) => Ok(()),
                Some(_) => Err(ErrorCode::OutOfRange { min: self.min, max: self.max }),
                None => Err(ErrorCode::NotANumber),
            },
            Format::Text if length > self.max => {
                Err(ErrorCode::TooLong { max: self.max.try_into().unwrap_or(VALUE_MAX) })
            }
            Format::Text if length < self.min => {
                Err(ErrorCode::TooShort { min: self.min.try_into().unwrap_or(VALUE_MAX) })
            }
            Format::Text => Ok(()),
        }
    }

    /// Everything that [`check`](Self::check) can say of a value.
    pub fn refusals(&self) -> Vec<ErrorCode> {
        let any = [ErrorCode::TooLong { max: VALUE_MAX }, ErrorCode::ControlCharacters];
        let length = |length: i64| u32::try_from(length).unwrap_or(VALUE_MAX);
        let own = match self.format {
            Format::Email => crate::identifier::EMAIL_REFUSALS.to_vec(),
            Format::PhoneNumber => vec![ErrorCode::Missing, ErrorCode::NotAPhoneNumber],
            Format::Date => vec![ErrorCode::NotADate],
            Format::Boolean => vec![ErrorCode::NotABoolean],
            Format::Number => {
                vec![ErrorCode::NotANumber, ErrorCode::OutOfRange { min: self.min, max: self.max }]
            }
            Format::Text => vec![
                ErrorCode::TooLong { max: length(self.max) },
                ErrorCode::TooShort { min: length(self.min) },
            ],
        };
        any.into_iter().chain(own).collect()
    }

    /// What a browser needs to check the value, as one short text: derived readers cost it more than the
    /// check.
    pub fn to_rule(&self) -> String {
        format!("{}|{}|{}|{}|{}", self.name, self.format as u8, u8::from(self.required), self.min, self.max)
    }

    /// The definition behind [`Self::to_rule`], without its label.
    pub fn from_rule(rule: &str) -> Option<Self> {
        let mut parts = rule.rsplitn(5, '|');
        let (max, min) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let required = parts.next()? == "1";
        let format = *Format::ALL.get(parts.next()?.parse::<usize>().ok()?)?;
        let name = parts.next()?.parse().ok()?;
        Some(Self { name, label: None, format, required, mutable: true, min, max })
    }

    /// Whether the value may have several lines.
    pub fn allows_lines(&self) -> bool {
        self.name == Standard::Address
    }
}

impl Definition {
    /// What was typed for this attribute, cleaned as its kind is. A phone number is left to whoever knows its
    /// country.
    pub fn clean(&self, text: &str) -> String {
        match self.format {
            Format::Email => typed::email(text),
            Format::PhoneNumber => typed::text(text).to_owned(),
            Format::Date | Format::Number => typed::number(text),
            Format::Boolean => typed::word(text),
            Format::Text if self.is_word() => typed::word(text),
            Format::Text => typed::text(text).to_owned(),
        }
    }

    /// Links, and names out of a list that programs know.
    fn is_word(&self) -> bool {
        let words =
            [Standard::Website, Standard::Profile, Standard::Picture, Standard::Locale, Standard::Zoneinfo];
        words.iter().any(|word| self.name == *word)
    }
}

/// The schema of a user pool: the standard attributes and the pool's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    definitions: Vec<Definition>,
}

impl Schema {
    /// The standard attributes, none of them required but `sub`.
    pub fn standard() -> Self {
        Self { definitions: Standard::ALL.into_iter().map(Definition::standard).collect() }
    }

    /// The definition of an attribute, if the schema has it.
    pub fn get(&self, name: &AttributeName) -> Option<&Definition> {
        self.definitions.iter().find(|it| it.name == *name)
    }

    /// The same for an attribute to be changed while the schema is put together.
    pub fn get_mut(&mut self, name: &AttributeName) -> Option<&mut Definition> {
        self.definitions.iter_mut().find(|it| it.name == *name)
    }

    /// Adds the pool's own attribute; one of the same name is replaced.
    pub fn add(&mut self, definition: Definition) {
        self.definitions.retain(|it| it.name != definition.name);
        self.definitions.push(definition);
    }

    /// All of them, standard ones first.
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.definitions.iter()
    }
}

fn has_bad_characters(value: &str, allows_lines: bool) -> bool {
    let line = |c| allows_lines && matches!(c, '\n' | '\r');
    value.chars().any(|c| (c.is_control() && !line(c)) || (is_invisible(c) && !is_joiner(c)))
}

/// A plain integer as people write it: no plus, no exponent, no fraction.
fn parse_integer(value: &str) -> Option<i64> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    (!digits.is_empty() && digits.bytes().all(|d| d.is_ascii_digit())).then(|| value.parse().ok())?
}

/// `YYYY-MM-DD` in the proleptic Gregorian calendar; `0000` stands for a year that is not told (OpenID
/// Connect).
pub fn is_real_date(value: &str) -> bool {
    let number = |range: std::ops::Range<usize>| {
        value
            .get(range)
            .filter(|part| part.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|part| part.parse::<u32>().ok())
    };
    let shaped =
        value.len() == 10 && value.as_bytes().get(4) == Some(&b'-') && value.as_bytes().get(7) == Some(&b'-');
    let (true, Some(year), Some(month), Some(day)) = (shaped, number(0..4), number(5..7), number(8..10))
    else {
        return false;
    };
    let leap =
        year == 0 || (year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: Standard, value: &str) -> Result<(), ErrorCode> {
        Schema::standard().get(&name.into()).unwrap().check(value)
    }

    #[test]
    fn check_attribute_with_malformed_value_is_refused() {
        assert_eq!(check(Standard::Name, &"x".repeat(5000)), Err(ErrorCode::TooLong { max: VALUE_MAX }));
        assert_eq!(check(Standard::Birthdate, "not-a-date"), Err(ErrorCode::NotADate));
        assert_eq!(check(Standard::Birthdate, "2023-02-29"), Err(ErrorCode::NotADate));
        assert_eq!(check(Standard::UpdatedAt, "NaN"), Err(ErrorCode::NotANumber));
        assert_eq!(check(Standard::UpdatedAt, "-1"), Err(ErrorCode::OutOfRange { min: 0, max: i64::MAX }));
    }

    #[test]
    fn check_birthdate_accepts_only_real_days() {
        for day in ["2024-02-29", "2000-02-29", "1970-01-01", "0000-02-29", "9999-12-31"] {
            assert_eq!(check(Standard::Birthdate, day), Ok(()), "{day}");
        }
        for day in ["1900-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "2024-01-1x", "２０２４-01-01"]
        {
            assert_eq!(check(Standard::Birthdate, day), Err(ErrorCode::NotADate), "{day}");
        }
    }

    #[test]
    fn check_text_with_control_characters_is_refused_but_joiners_pass() {
        assert_eq!(check(Standard::Name, "a\u{0}b"), Err(ErrorCode::ControlCharacters));
        assert_eq!(check(Standard::Name, "a\u{202E}b"), Err(ErrorCode::ControlCharacters));
        assert_eq!(check(Standard::Nickname, "👩\u{200D}🚀"), Ok(()));
        assert_eq!(check(Standard::Address, "1 Street\nTown"), Ok(()));
        assert_eq!(check(Standard::Name, "two\nlines"), Err(ErrorCode::ControlCharacters));
    }

    #[test]
    fn from_rule_reads_back_every_standard_definition() {
        for definition in Schema::standard().definitions() {
            let read = Definition::from_rule(&definition.to_rule()).unwrap();
            assert_eq!(read, Definition { mutable: true, label: None, ..definition.clone() });
        }
        assert_eq!(Definition::from_rule("email|1"), None);
    }

    proptest::proptest! {
        #[test]
        fn check_attribute_with_any_value_never_panics(value in "\\PC{0,40}|[0-9-]{8,12}") {
            for standard in Standard::ALL { let _ = check(standard, &value); }
        }

        // A page brings along the sentences of these, and of no others.
        #[test]
        fn check_attribute_refuses_only_with_what_refusals_lists(value in "\\PC{0,40}|[+0-9-]{0,20}|.{2040,2060}|[a-z]{1,300}@[a-z.]{0,9}") {
            let text = Definition { min: 3, max: 9, ..Definition::standard(Standard::Nickname) };
            let number = Definition { format: Format::Number, min: -5, max: 50, ..text.clone() };
            let boolean = Definition { format: Format::Boolean, ..text.clone() };
            for definition in Schema::standard().definitions().chain([&text, &number, &boolean]) {
                if let Err(refusal) = definition.check(&value) {
                    proptest::prop_assert!(definition.refusals().contains(&refusal), "{}: {refusal}", definition.name);
                }
            }
            if let Err(refusal) = crate::identifier::check_username(&value) {
                proptest::prop_assert!(crate::identifier::USERNAME_REFUSALS.contains(&refusal), "{refusal}");
            }
        }
    }
}
