//! Everything a person may be told when something is refused. Closed: no text crosses the wire, only these.

use crate::password::Rules;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Declares the codes, each with the HTTP status of what it refuses (RFC 9110, section 15.5).
macro_rules! error_codes {
    (
        $(#[$meta:meta])*
        pub enum ErrorCode {
            $($(#[$doc:meta])* $Code:ident $({ $($number:ident: $type:ty),+ })? = $status:literal),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        pub enum ErrorCode {
            $($(#[$doc])* $Code $({ $($number: $type),+ })?),+
        }

        impl ErrorCode {
            /// One of each, with an example of its numbers.
            pub const ALL: [Self; [$(stringify!($Code)),+].len()] =
                [$(Self::$Code { $($($number: <$type as Number>::EXAMPLE),+)? }),+];

            /// The name by which it travels.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Code { .. } => stringify!($Code)),+
                }
            }

            /// The status of an answer that refuses for this reason alone.
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$Code { .. } => $status),+
                }
            }
        }

        impl fmt::Display for ErrorCode {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())?;
                match *self {
                    $(Self::$Code { $($($number),+)? } => {
                        $($(write!(f, ":{}", $number.to_number())?;)+)?
                    })+
                }
                Ok(())
            }
        }

        impl FromStr for ErrorCode {
            type Err = UnknownCode;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut parts = text.split(':');
                let name = parts.next().unwrap_or_default();
                let mut code = *Self::ALL.iter().find(|code| code.name() == name).ok_or(UnknownCode)?;
                match &mut code {
                    $(Self::$Code { $($($number),+)? } => {
                        $($(*$number = Number::read(parts.next())?;)+)?
                    })+
                }
                Ok(code)
            }
        }
    };
}

error_codes! {
    /// Why a whole form, or one field of it, was refused.
    ///
    /// It travels as its name, and its numbers after colons (`WrongCode:3`).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(try_from = "String", into = "String")]
    pub enum ErrorCode {
        // What was typed.
        Missing = 422,
        TooLong { max: u32 } = 422,
        TooShort { min: u32 } = 422,
        NotAnEmail = 422,
        NotAPhoneNumber = 422,
        /// It has the form of a number, and its country has none like it.
        NoSuchPhoneNumber = 422,
        NotADate = 422,
        NotANumber = 422,
        NotABoolean = 422,
        OutOfRange { min: i64, max: i64 } = 422,
        ControlCharacters = 422,
        NotInList = 422,
        BadUsername = 422,
        UsernameLooksLikeContact = 422,
        PasswordPolicy { broken: Rules, min_length: u8 } = 422,
        PasswordsDiffer = 422,
        /// The new address is the one in force already.
        SameAsNow = 422,
        // Attributes.
        UnknownAttribute = 422,
        NotWritable = 403,
        Immutable = 422,
        RequiredAttribute = 422,
        /// The person signs in with it, so it can be replaced but not deleted.
        SignsInWithIt = 422,
        LastVerifiedContact = 422,
        /// Nothing was named to be changed or deleted.
        NothingToDo = 422,
        // Who.
        UsernameTaken = 409,
        /// Told only to the person who has proved the address.
        AliasExists = 409,
        WrongCredentials = 401,
        /// Not the password of the account that somebody is signed in to.
        WrongPassword = 422,
        /// Not the password that was entered at sign-up.
        WrongFirstPassword = 422,
        /// The account has no password any more: another one is set with a code. Told only to whoever has the
        /// last one.
        ResetRequired = 401,
        /// They signed in long ago, and what they want is dangerous: their password is asked for once more.
        PasswordAgain = 422,
        /// Not the word that whoever means it types.
        NotConfirmed = 422,
        SignedOut = 401,
        /// The sign-in waited too long for its second step, or something changed meanwhile: it begins anew.
        SignInOver = 401,
        /// The operator disabled the account; told only to whoever has its password.
        Disabled = 403,
        // Passkeys.
        /// No account has this passkey, or what it answered isn't right.
        WrongPasskey = 401,
        /// What the authenticator answered can't be added.
        PasskeyFailed = 422,
        TooManyPasskeys = 422,
        /// The question that the authenticator answered is too old, or was answered before.
        ChallengeOver = 422,
        // Codes.
        /// Not six digits.
        NotACode = 422,
        WrongCode { tries_left: u32 } = 422,
        ExpiredCode = 422,
        UsedCode = 422,
        WornOutCode = 422,
        /// Not what the authenticator app shows.
        WrongAppCode = 422,
        WrongRecoveryCode = 422,
        /// There is no contact, or no app, that could take or show a code.
        NoSuchFactor = 422,
        /// No code is waiting for this.
        NoCode = 422,
        // Limits and faults.
        /// Too soon or too often; again after so many seconds.
        Wait { seconds: u32 } = 429,
        BadRequest = 400,
        CrossSite = 403,
        TooLarge = 413,
        Busy = 503,
        Unavailable = 503,
    }
}

impl ErrorCode {
    /// After how many seconds it is worth trying again, where that is known.
    pub const fn retry_after(self) -> Option<u32> {
        if let Self::Wait { seconds } = self {
            Some(seconds)
        } else if matches!(self, Self::Busy) {
            Some(1)
        } else {
            None
        }
    }
}

/// What a code says beside its name.
trait Number: Copy {
    /// Stands for any of them.
    const EXAMPLE: Self;

    fn to_number(self) -> i64;

    fn from_number(number: i64) -> Option<Self>;

    fn read(text: Option<&str>) -> Result<Self, UnknownCode> {
        text.and_then(|text| text.parse().ok()).and_then(Self::from_number).ok_or(UnknownCode)
    }
}

impl Number for i64 {
    const EXAMPLE: Self = 1;

    fn to_number(self) -> i64 {
        self
    }

    fn from_number(number: i64) -> Option<Self> {
        Some(number)
    }
}

impl Number for u32 {
    const EXAMPLE: Self = 1;

    fn to_number(self) -> i64 {
        self.into()
    }

    fn from_number(number: i64) -> Option<Self> {
        number.try_into().ok()
    }
}

impl Number for u8 {
    const EXAMPLE: Self = 1;

    fn to_number(self) -> i64 {
        self.into()
    }

    fn from_number(number: i64) -> Option<Self> {
        number.try_into().ok()
    }
}

impl Number for Rules {
    const EXAMPLE: Self = Self::from_bits(1);

    fn to_number(self) -> i64 {
        self.bits().into()
    }

    fn from_number(number: i64) -> Option<Self> {
        number.try_into().ok().map(Self::from_bits)
    }
}

/// A code that isn't one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownCode;

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the code of an error")
    }
}

impl std::error::Error for UnknownCode {}

impl TryFrom<String> for ErrorCode {
    type Error = UnknownCode;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        code.parse()
    }
}

impl From<ErrorCode> for String {
    fn from(code: ErrorCode) -> Self {
        code.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::Rule;

    #[test]
    fn every_code_is_read_back_from_its_name_and_its_numbers() {
        for code in ErrorCode::ALL {
            let text = code.to_string();
            assert_eq!(text.parse(), Ok(code));
            assert_eq!(text.split(':').next(), Some(code.name()));
            let debugged = format!("{code:?}");
            assert_eq!(debugged.split([' ', '{']).next(), Some(code.name()), "the name is the variant's");
            assert_eq!(
                text.matches(':').count(),
                debugged.matches(": ").count(),
                "every number travels: {text}"
            );
        }
    }

    #[test]
    fn numbers_survive_their_journey() {
        for (code, text) in [
            (ErrorCode::TooLong { max: 2048 }, "TooLong:2048"),
            (
                ErrorCode::OutOfRange { min: i64::MIN, max: i64::MAX },
                "OutOfRange:-9223372036854775808:9223372036854775807",
            ),
            (
                ErrorCode::PasswordPolicy { broken: Rules::default().with(Rule::Number), min_length: 8 },
                "PasswordPolicy:8:8",
            ),
            (ErrorCode::WrongCode { tries_left: 3 }, "WrongCode:3"),
        ] {
            assert_eq!(code.to_string(), text);
            assert_eq!(text.parse(), Ok(code));
        }
        for text in
            ["Nope", "", "WrongCode", "WrongCode:-1", "TooLong:x", "OutOfRange:1", "PasswordPolicy:1:256"]
        {
            assert_eq!(text.parse::<ErrorCode>(), Err(UnknownCode), "{text}");
        }
    }
}
