//! What a browser can tell about a field before anything is sent. The server decides all of it again.

use model::identifier::{check_email, check_new_username, join_phone};
use model::password::Rules;
use model::{Definition, ErrorCode, FieldName, Format, Policy, code, typed};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How one field is checked once it is left, and before the form is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// Anything but nothing.
    Given,
    Username,
    Email,
    /// A new password against the pool's policy.
    NewPassword(Policy),
    /// The same as in another field.
    SameAs(FieldName),
    Code,
    Attribute(Definition),
}

impl Check {
    /// Judges a value as typed; `other` gives the values of the form's other fields.
    pub fn judge(&self, typed: &str, other: impl Fn(&FieldName) -> String) -> Result<(), ErrorCode> {
        match self {
            Self::Given if typed.is_empty() => Err(ErrorCode::Missing),
            Self::Given => Ok(()),
            Self::Username => check_new_username(&typed::word(typed)),
            Self::Email => check_email(&typed::email(typed)),
            Self::NewPassword(_) if typed.is_empty() => Err(ErrorCode::Missing),
            Self::NewPassword(policy) => policy.judge(typed),
            Self::SameAs(name) => {
                if typed == other(name) {
                    Ok(())
                } else {
                    Err(ErrorCode::PasswordsDiffer)
                }
            }
            Self::Code => match typed::code(typed).as_str() {
                "" => Err(ErrorCode::Missing),
                code if code::is_shaped(code) => Ok(()),
                _ => Err(ErrorCode::NotACode),
            },
            Self::Attribute(definition) if definition.clean(typed).is_empty() => {
                if definition.required {
                    Err(ErrorCode::Missing)
                } else {
                    Ok(())
                }
            }
            Self::Attribute(definition) if definition.format == Format::PhoneNumber => {
                definition.check(&join_phone(&other(&FieldName::CountryCode), typed))
            }
            Self::Attribute(definition) => definition.check(&definition.clean(typed)),
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given => f.write_str("given"),
            Self::Username => f.write_str("username"),
            Self::Email => f.write_str("email"),
            Self::Code => f.write_str("code"),
            Self::SameAs(name) => write!(f, "same {name}"),
            Self::NewPassword(policy) => write!(f, "policy {} {}", policy.min_length, policy.rules().bits()),
            Self::Attribute(definition) => write!(f, "attribute {}", definition.to_rule()),
        }
    }
}

impl FromStr for Check {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
        Ok(match kind {
            "given" => Self::Given,
            "username" => Self::Username,
            "email" => Self::Email,
            "code" => Self::Code,
            "same" => Self::SameAs(rest.parse().map_err(drop)?),
            "attribute" => Self::Attribute(Definition::from_rule(rest).ok_or(())?),
            "policy" => {
                let (length, bits) = rest.split_once(' ').ok_or(())?;
                Self::NewPassword(Policy::from_rules(
                    length.parse().map_err(drop)?,
                    Rules::from_bits(bits.parse().map_err(drop)?),
                ))
            }
            _ => return Err(()),
        })
    }
}

/// The checks of a form's fields. They travel as text, a line a field, which costs the browser less than
/// JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Checks(pub Vec<(FieldName, Check)>);

impl From<Vec<(FieldName, Check)>> for Checks {
    fn from(checks: Vec<(FieldName, Check)>) -> Self {
        Self(checks)
    }
}

impl From<Checks> for String {
    fn from(Checks(checks): Checks) -> Self {
        checks.iter().map(|(name, check)| format!("{name} {check}\n")).collect()
    }
}

impl From<String> for Checks {
    /// What can't be read is not checked here; the server checks it all again.
    fn from(text: String) -> Self {
        let line = |line: &str| {
            let (name, check) = line.split_once(' ')?;
            Some((name.parse().ok()?, check.parse().ok()?))
        };
        Self(text.lines().filter_map(line).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_same_as_with_trailing_space_is_passwords_differ() {
        let same = Check::SameAs(FieldName::Password);
        assert_eq!(same.judge("secret12", |_| "secret12".into()), Ok(()));
        assert_eq!(same.judge("secret12 ", |_| "secret12".into()), Err(ErrorCode::PasswordsDiffer));
    }

    #[test]
    fn check_code_with_spaces_passes_and_with_letters_is_refused() {
        assert_eq!(Check::Code.judge("123 456", |_| String::new()), Ok(()));
        assert_eq!(Check::Code.judge("12345a", |_| String::new()), Err(ErrorCode::NotACode));
        assert_eq!(Check::Code.judge(" ", |_| String::new()), Err(ErrorCode::Missing));
    }

    #[test]
    fn checks_written_to_a_string_are_read_back_equal() {
        let schema = model::Schema::standard();
        let attribute = |definition: &Definition| {
            (
                FieldName::Attribute(definition.name.clone()),
                Check::Attribute(Definition { mutable: true, ..definition.clone() }),
            )
        };
        let strict = Policy { require_numbers: true, ..Policy::default() };
        let fixed = [
            (FieldName::Username, Check::Username),
            (FieldName::Email, Check::Email),
            (FieldName::Next, Check::Given),
            (FieldName::Code, Check::Code),
            (FieldName::Password, Check::NewPassword(strict)),
            (FieldName::ConfirmPassword, Check::SameAs(FieldName::Password)),
        ];
        let checks = Checks(schema.definitions().map(attribute).chain(fixed).collect());
        assert_eq!(Checks::from(String::from(checks.clone())), checks);
    }
}
