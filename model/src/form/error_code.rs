//! Everything a person may be told when something is refused. Closed: no text crosses the wire, only these.

use crate::password::Rules;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Why a whole form, or one field of it, was refused.
///
/// It travels as a code: its name, and its numbers after colons (`WrongCode:3`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Why {
    // What was typed.
    Missing,
    TooLong {
        max: u32,
    },
    TooShort {
        min: u32,
    },
    NotAnEmail,
    NotAPhoneNumber,
    NotADate,
    NotANumber,
    NotABoolean,
    OutOfRange {
        min: i64,
        max: i64,
    },
    ControlCharacters,
    NotInList,
    BadUsername,
    UsernameLooksLikeContact,
    PasswordPolicy {
        broken: Rules,
        min_length: u8,
    },
    PasswordsDiffer,
    /// The new address is the one in force already.
    SameAsNow,
    // Attributes.
    UnknownAttribute,
    NotWritable,
    Immutable,
    RequiredAttribute,
    /// The person signs in with it, so it can be replaced but not deleted.
    SignsInWithIt,
    LastVerifiedContact,
    /// Nothing was named to be changed or deleted.
    NothingToDo,
    // Who.
    UsernameTaken,
    /// Told only to the person who has proved the address.
    AliasExists,
    WrongCredentials,
    /// Not the password of the account that somebody is signed in to.
    WrongPassword,
    /// Not the password that was entered at sign-up.
    WrongFirstPassword,
    /// The account has no password any more: another one is set with a code. Told only to whoever has the
    /// last one.
    ResetRequired,
    /// They signed in long ago, and what they want is dangerous: their password is asked for once more.
    PasswordAgain,
    /// Not the word that whoever means it types.
    NotConfirmed,
    SignedOut,
    /// The sign-in waited too long for its second step, or something changed meanwhile: it begins anew.
    SignInOver,
    /// The operator disabled the account; told only to whoever has its password.
    Disabled,
    // Passkeys.
    /// No account has this passkey, or what it answered isn't right.
    WrongPasskey,
    /// What the authenticator answered can't be added.
    PasskeyFailed,
    TooManyPasskeys,
    /// The question that the authenticator answered is too old, or was answered before.
    ChallengeOver,
    // Codes.
    /// Not six digits.
    NotACode,
    WrongCode {
        tries_left: u32,
    },
    ExpiredCode,
    UsedCode,
    WornOutCode,
    /// Not what the authenticator app shows.
    WrongAppCode,
    WrongRecoveryCode,
    /// There is no contact, or no app, that could take or show a code.
    NoSuchFactor,
    /// No code is waiting for this.
    NoCode,
    // Limits and faults.
    /// Too soon or too often; again after so many seconds.
    Wait {
        seconds: u32,
    },
    BadRequest,
    CrossSite,
    TooLarge,
    Busy,
    Unavailable,
}

/// The codes of the refusals that have no numbers. One short table costs the browser less than a derived
/// reader.
const PLAIN: &[(Why, &str)] = &[
    (Why::Missing, "Missing"),
    (Why::NotAnEmail, "NotAnEmail"),
    (Why::NotAPhoneNumber, "NotAPhoneNumber"),
    (Why::NotADate, "NotADate"),
    (Why::NotANumber, "NotANumber"),
    (Why::NotABoolean, "NotABoolean"),
    (Why::ControlCharacters, "ControlCharacters"),
    (Why::NotInList, "NotInList"),
    (Why::BadUsername, "BadUsername"),
    (Why::UsernameLooksLikeContact, "UsernameLooksLikeContact"),
    (Why::PasswordsDiffer, "PasswordsDiffer"),
    (Why::SameAsNow, "SameAsNow"),
    (Why::UnknownAttribute, "UnknownAttribute"),
    (Why::NotWritable, "NotWritable"),
    (Why::Immutable, "Immutable"),
    (Why::RequiredAttribute, "RequiredAttribute"),
    (Why::SignsInWithIt, "SignsInWithIt"),
    (Why::LastVerifiedContact, "LastVerifiedContact"),
    (Why::NothingToDo, "NothingToDo"),
    (Why::UsernameTaken, "UsernameTaken"),
    (Why::AliasExists, "AliasExists"),
    (Why::WrongCredentials, "WrongCredentials"),
    (Why::WrongPassword, "WrongPassword"),
    (Why::WrongFirstPassword, "WrongFirstPassword"),
    (Why::ResetRequired, "ResetRequired"),
    (Why::PasswordAgain, "PasswordAgain"),
    (Why::NotConfirmed, "NotConfirmed"),
    (Why::SignedOut, "SignedOut"),
    (Why::SignInOver, "SignInOver"),
    (Why::Disabled, "Disabled"),
    (Why::WrongPasskey, "WrongPasskey"),
    (Why::PasskeyFailed, "PasskeyFailed"),
    (Why::TooManyPasskeys, "TooManyPasskeys"),
    (Why::ChallengeOver, "ChallengeOver"),
    (Why::NotACode, "NotACode"),
    (Why::ExpiredCode, "ExpiredCode"),
    (Why::UsedCode, "UsedCode"),
    (Why::WornOutCode, "WornOutCode"),
    (Why::WrongAppCode, "WrongAppCode"),
    (Why::WrongRecoveryCode, "WrongRecoveryCode"),
    (Why::NoSuchFactor, "NoSuchFactor"),
    (Why::NoCode, "NoCode"),
    (Why::BadRequest, "BadRequest"),
    (Why::CrossSite, "CrossSite"),
    (Why::TooLarge, "TooLarge"),
    (Why::Busy, "Busy"),
    (Why::Unavailable, "Unavailable"),
];

impl Why {
    /// The name and the numbers of the code.
    fn parts(self) -> (&'static str, [Option<i64>; 2]) {
        match self {
            Self::TooLong { max } => ("TooLong", [Some(max.into()), None]),
            Self::TooShort { min } => ("TooShort", [Some(min.into()), None]),
            Self::OutOfRange { min, max } => ("OutOfRange", [Some(min), Some(max)]),
            Self::PasswordPolicy { broken, min_length } => {
                ("PasswordPolicy", [Some(broken.bits().into()), Some(min_length.into())])
            }
            Self::WrongCode { tries_left } => ("WrongCode", [Some(tries_left.into()), None]),
            Self::Wait { seconds } => ("Wait", [Some(seconds.into()), None]),
            plain => (
                PLAIN.iter().find(|(why, _)| *why == plain).map_or("Unavailable", |(_, code)| code),
                [None, None],
            ),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, numbers) = self.parts();
        f.write_str(name)?;
        numbers.into_iter().flatten().try_for_each(|number| write!(f, ":{number}"))
    }
}

/// A code that isn't one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownCode;

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the code of a refusal")
    }
}

impl std::error::Error for UnknownCode {}

impl FromStr for Why {
    type Err = UnknownCode;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let mut parts = code.split(':');
        let name = parts.next().unwrap_or_default();
        let mut number = || parts.next().and_then(|part| part.parse::<i64>().ok()).ok_or(UnknownCode);
        let small = |number: i64| u32::try_from(number).map_err(|_| UnknownCode);
        let byte = |number: i64| u8::try_from(number).map_err(|_| UnknownCode);
        Ok(match name {
            "TooLong" => Self::TooLong { max: small(number()?)? },
            "TooShort" => Self::TooShort { min: small(number()?)? },
            "OutOfRange" => Self::OutOfRange { min: number()?, max: number()? },
            "PasswordPolicy" => Self::PasswordPolicy {
                broken: Rules::from_bits(byte(number()?)?),
                min_length: byte(number()?)?,
            },
            "WrongCode" => Self::WrongCode { tries_left: small(number()?)? },
            "Wait" => Self::Wait { seconds: small(number()?)? },
            plain => PLAIN.iter().find(|(_, code)| *code == plain).map(|(why, _)| *why).ok_or(UnknownCode)?,
        })
    }
}

impl TryFrom<String> for Why {
    type Error = UnknownCode;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        code.parse()
    }
}

impl From<Why> for String {
    fn from(why: Why) -> Self {
        why.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::Rule;

    #[test]
    fn every_refusal_is_read_back_from_its_code() {
        let numbered = [
            Why::TooLong { max: 2048 },
            Why::TooShort { min: 1 },
            Why::OutOfRange { min: i64::MIN, max: i64::MAX },
            Why::PasswordPolicy { broken: Rules::default().with(Rule::Number), min_length: 8 },
            Why::WrongCode { tries_left: 3 },
            Why::Wait { seconds: 30 },
        ];
        for why in PLAIN.iter().map(|(why, _)| *why).chain(numbered) {
            assert_eq!(why.to_string().parse(), Ok(why));
            assert_eq!(
                why.to_string().split(':').next(),
                Some(format!("{why:?}").split([' ', '{']).next().unwrap()),
                "the code is the name"
            );
        }
        assert_eq!(Why::WrongCode { tries_left: 3 }.to_string(), "WrongCode:3");
        assert_eq!("Nope".parse::<Why>(), Err(UnknownCode));
    }
}
