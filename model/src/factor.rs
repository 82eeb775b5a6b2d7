//! What is asked for at sign-in beside the password.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A second factor, called as in user pools (`UserMFASettingListType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Factor {
    /// The code that an authenticator app shows (RFC 6238).
    #[serde(rename = "SOFTWARE_TOKEN_MFA")]
    SoftwareToken,
    /// A code in a text message.
    #[serde(rename = "SMS_MFA")]
    Sms,
    /// A code in a mail.
    #[serde(rename = "EMAIL_OTP")]
    Email,
}

impl Factor {
    /// In the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::SoftwareToken, Self::Sms, Self::Email];

    /// As the wire API and the store spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            Self::Sms => "SMS_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }
}

/// Not a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownFactor;

impl FromStr for Factor {
    type Err = UnknownFactor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|factor| factor.as_str() == text).ok_or(UnknownFactor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_is_read_back_as_it_is_spelled_and_travels() {
        for factor in Factor::ALL {
            assert_eq!(factor.as_str().parse(), Ok(factor));
            assert_eq!(serde_json::to_string(&factor).unwrap(), format!("\"{}\"", factor.as_str()));
        }
        assert_eq!("TOTP".parse::<Factor>(), Err(UnknownFactor));
    }
}
