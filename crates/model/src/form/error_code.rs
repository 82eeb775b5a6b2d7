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
            $($(#[$doc:meta])+ $Code:ident $({ $($(#[$about:meta])* $number:ident: $type:ty),+ })? = $status:literal),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        pub enum ErrorCode {
            $(
                $(#[$doc])*
                #[doc = ""]
                #[doc = concat!("Status ", $status, ".")]
                $Code $({ $($(#[$about])* $number: $type),+ })?
            ),+
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
        /// Left empty, and needed.
        Missing = 422,
        /// Too many characters.
        TooLong {
            /// The most that are accepted.
            max: u32
        } = 422,
        /// Too few characters.
        TooShort {
            /// The least that are accepted.
            min: u32
        } = 422,
        /// Not of the form of an email address.
        NotAnEmail = 422,
        /// Not of the form of a phone number, or without its country.
        NotAPhoneNumber = 422,
        /// It has the form of a number, and its country has none like it.
        NoSuchPhoneNumber = 422,
        /// No text messages are sent to its country for people who aren't signed in.
        NoTextsToCountry = 422,
        /// Not a day of the calendar, written `YYYY-MM-DD`.
        NotADate = 422,
        /// Not a whole number.
        NotANumber = 422,
        /// Neither `true` nor `false`.
        NotABoolean = 422,
        /// A whole number outside of the attribute's bounds.
        OutOfRange {
            /// The smallest that is accepted.
            min: i64,
            /// The largest that is accepted.
            max: i64
        } = 422,
        /// It has characters that can't be seen, or that turn the reading direction around.
        ControlCharacters = 422,
        /// None of the choices that the form offers.
        NotInList = 422,
        /// A username with spaces, or with characters that no name needs and a page, a log or a command would mangle.
        BadUsername = 422,
        /// A username that could be taken for an email address or a phone number.
        UsernameLooksLikeContact = 422,
        /// A username that people would take for the service's own.
        UsernameReserved = 422,
        /// A new password that the policy doesn't accept.
        PasswordPolicy {
            /// All the rules that it breaks.
            broken: Rules,
            /// Characters that the policy asks for.
            min_length: u8
        } = 422,
        /// The new password and its repetition aren't the same.
        PasswordsDiffer = 422,
        /// The new address is the one in force already.
        SameAsNow = 422,
        // Attributes.
        /// The schema has no attribute of this name.
        UnknownAttribute = 422,
        /// The person, or the application they use, may not set this attribute.
        NotWritable = 403,
        /// The attribute is set once, at sign-up (`Mutable` of `SchemaAttributeType`).
        Immutable = 422,
        /// The schema requires it, so it can be replaced but not deleted.
        RequiredAttribute = 422,
        /// The person signs in with it, so it can be replaced but not deleted.
        SignsInWithIt = 422,
        /// The only verified contact: without it nobody could be sent a code for a new password.
        LastVerifiedContact = 422,
        /// Sign-in sends codes to it: that has to be turned off before it can be deleted.
        IsSecondStep = 422,
        /// Nothing was named to be changed or deleted.
        NothingToDo = 422,
        // Who.
        /// Another account has this username.
        UsernameTaken = 409,
        /// Told only to the person who has proved the address.
        AliasExists = 409,
        /// No such account, or not its password; which of the two isn't told.
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
        /// What they want takes the code of their authenticator app, or a recovery code.
        AppCodeAgain = 422,
        /// The same with a code that was sent.
        SentCodeAgain = 422,
        /// Not the word that whoever means it types.
        NotConfirmed = 422,
        /// No session, or one that has ended.
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
        /// The account has as many passkeys as it may have.
        TooManyPasskeys = 422,
        /// The question that the authenticator answered is too old, or was answered before.
        ChallengeOver = 422,
        // Codes.
        /// Not 6 to 8 digits.
        NotACode = 422,
        /// Not the code that was sent.
        WrongCode {
            /// How many more tries this code has; with none it is worn out.
            tries_left: u32
        } = 422,
        /// Too long ago sent, whatever was typed.
        ExpiredCode = 422,
        /// Used already, or replaced by a newer one.
        UsedCode = 422,
        /// Tried as often as it may be; only a new one is accepted.
        WornOutCode = 422,
        /// Not what the authenticator app shows.
        WrongAppCode = 422,
        /// None of the account's unused recovery codes.
        WrongRecoveryCode = 422,
        /// There is no contact, or no app, that could take or show a code.
        NoSuchFactor = 422,
        /// It takes a second factor that has been on for a week.
        FactorTooNew = 422,
        /// No code is waiting for this.
        NoCode = 422,
        // Limits and faults.
        /// Too soon or too often.
        Wait {
            /// After how many it is worth trying again.
            seconds: u32
        } = 429,
        /// So many text messages were asked for that the number can't be verified now.
        NoTextsNow {
            /// After how many it is worth trying again.
            seconds: u32
        } = 429,
        /// So many messages were asked for by people who have proven nothing that none is sent to them now.
        NoMessagesNow {
            /// After how many it is worth trying again.
            seconds: u32
        } = 429,
        /// Nothing that a form of ours would send.
        BadRequest = 400,
        /// Sent by a page of another site.
        CrossSite = 403,
        /// The page belongs to another account than the one that is signed in by now.
        OtherAccount = 409,
        /// The changes can't be undone any more: the link was used, is too old, or an administrator ended it.
        UndoOver = 410,
        /// More bytes, or more attributes, than a request may have.
        TooLarge = 413,
        /// Too many passwords are being checked at this moment.
        Busy = 503,
        /// The database failed; whether the change was made isn't known.
        Unavailable = 503,
    }
}

/// What is said for [`ErrorCode::NoTextsToCountry`], to people and to applications.
pub const NO_TEXTS_TO_COUNTRY: &str = "No text messages are sent to this country. Use another number.";

/// What is said for [`ErrorCode::NoTextsNow`], likewise.
pub const NO_TEXTS_NOW: &str = "Too many text messages are being sent at the moment. Try again later.";

impl ErrorCode {
    /// After how many seconds it is worth trying again, where that is known.
    pub const fn retry_after(self) -> Option<u32> {
        if let Self::Wait { seconds } | Self::NoTextsNow { seconds } | Self::NoMessagesNow { seconds } = self
        {
            Some(seconds)
        } else if matches!(self, Self::Busy) {
            Some(1)
        } else if matches!(self, Self::Unavailable) {
            Some(2)
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
    fn parse_error_code_reads_back_every_name_and_number() {
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
    fn parse_error_code_with_malformed_numbers_is_refused() {
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
