//! What is asked for at sign-in beside the password.

use crate::closed_set;
use std::str::FromStr;

closed_set! {
    serialized
    /// A second factor, called as in user pools (`UserMFASettingListType`), in the order in which they are
    /// offered.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum Factor {
        /// The code that an authenticator app shows (RFC 6238).
        SoftwareToken = "SOFTWARE_TOKEN_MFA",
        /// A code in a text message.
        Sms = "SMS_MFA",
        /// A code in a mail.
        Email = "EMAIL_OTP",
    }
}

/// Not a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownFactor;

impl FromStr for Factor {
    type Err = UnknownFactor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::named(text).ok_or(UnknownFactor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_factor_reads_back_every_spelling() {
        for factor in Factor::ALL {
            assert_eq!(factor.as_str().parse(), Ok(factor));
            assert_eq!(serde_json::to_string(&factor).unwrap(), format!("\"{}\"", factor.as_str()));
        }
        assert_eq!("TOTP".parse::<Factor>(), Err(UnknownFactor));
    }
}
