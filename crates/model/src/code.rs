//! Codes that prove an address, and how a destination is shown to somebody who may not know it.

use crate::attribute::AttributeName;
use crate::closed_set;
use serde::{Deserialize, Serialize};

/// How many digits a code has.
pub const DIGITS: usize = 6;
/// How many it has where strangers ask for many.
pub const MORE_DIGITS: usize = 8;
/// How often a code may be tried before a new one is needed.
pub const MAX_ATTEMPTS: u32 = 5;

closed_set! {
    serialized
    /// How a message travels (`DeliveryMediumType`).
    pub enum DeliveryMedium {
        /// A mail to [`Standard::Email`](crate::Standard::Email).
        Email = "EMAIL",
        /// A text message to [`Standard::PhoneNumber`](crate::Standard::PhoneNumber).
        Sms = "SMS",
    }
}

/// Where a code was sent (`CodeDeliveryDetailsType`): the destination is masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CodeDeliveryDetails {
    /// The contact that the code verifies, or that it was sent to.
    pub attribute_name: AttributeName,
    /// Mail or text message.
    pub delivery_medium: DeliveryMedium,
    /// The address or number, masked by [`mask_email`] or [`mask_phone`].
    pub destination: String,
}

/// `me@domain.com` becomes `m***@d***`, as on the wire.
pub fn mask_email(email: &str) -> String {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    format!("{}***@{}***", first(local), first(domain))
}

/// `+12128601234` becomes `+*******1234`, as on the wire.
pub fn mask_phone(phone: &str) -> String {
    let last: Vec<char> = phone.chars().rev().take(4).collect();
    format!("+*******{}", last.into_iter().rev().collect::<String>())
}

/// Whether a text could be a code at all, once [it is cleaned](crate::typed::code).
pub fn is_shaped(code: &str) -> bool {
    (DIGITS..=MORE_DIGITS).contains(&code.len()) && code.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mask_of_email_and_phone_is_that_of_the_wire_api() {
        assert_eq!(mask_email("me@anotherdomain.com"), "m***@a***");
        assert_eq!(mask_phone("+12128601234"), "+*******1234");
        assert_eq!(mask_email("日本@例え.jp"), "日***@例***");
    }

    #[test]
    fn is_shaped_is_true_for_six_to_eight_ascii_digits() {
        assert!(
            is_shaped("123456")
                && is_shaped("12345678")
                && !is_shaped("12345")
                && !is_shaped("123456789")
                && !is_shaped("12345६")
        );
    }
}
