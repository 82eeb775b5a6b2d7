//! The words of the two pages on which a contact is replaced or proven.

use super::pages::{EMAIL, PHONE_NUMBER};
use model::{DeliveryMedium, Factor};

/// What the page about an email address and the page about a phone number say differently.
#[derive(Debug)]
pub struct ContactWords {
    /// The page's heading.
    pub heading: &'static str,
    /// The button that asks for the change, and the link to the page.
    pub update: &'static str,
    pub new: &'static str,
    /// Below the field for the new one…
    pub hint: &'static str,
    /// …and for the first.
    pub first_hint: &'static str,
    pub confirm_new: &'static str,
    pub confirm_this: &'static str,
    /// The label of the code of a new one…
    pub code: &'static str,
    /// …and of one that is in force already.
    pub code_here: &'static str,
    pub unverified: &'static str,
    pub no_message: &'static str,
    pub cancelled: &'static str,
    /// Between the words of a change that was cancelled and what stays.
    pub stays: &'static str,
    pub is_now: &'static str,
    /// Opens the question whether the old one is lost…
    pub old_is_lost: &'static str,
    /// …which is answered by a tick at this.
    pub old_undoes_nothing: &'static str,
    /// What the one in force is for, until the new one is proven.
    pub in_force_as: &'static str,
}

pub const EMAIL_WORDS: ContactWords = ContactWords {
    heading: "Update email",
    update: "Update Email",
    new: "New email",
    hint: "We send a 6-digit code to this address. Your old address stays in force until you enter it.",
    first_hint: "We send a 6-digit code to this address.",
    confirm_new: "Confirm your new email",
    confirm_this: "Confirm your email",
    code: "Verification Code (sent to the new email)",
    code_here: "Verification Code (sent to your email)",
    unverified: "This address isn’t verified yet.",
    no_message: "No message? Look in your spam folder, and check the address above for typing mistakes.",
    cancelled: "The change is cancelled. Your address stays as it is.",
    stays: "The change is cancelled. Your address stays ",
    is_now: "Your email address is now ",
    old_is_lost: "Is your old address no longer yours?",
    old_undoes_nothing: "My old address is no longer mine. Don’t let it undo this change or earlier ones.",
    in_force_as: "stays your address for signing in",
};

pub const PHONE_WORDS: ContactWords = ContactWords {
    heading: "Update phone",
    update: "Update Phone",
    new: "New phone number",
    hint: "We text a 6-digit code to this number. Your old number stays in force until you enter it.",
    first_hint: "We text a 6-digit code to this number.",
    confirm_new: "Confirm your new phone number",
    confirm_this: "Confirm your phone number",
    code: "Verification Code (sent to the new number)",
    code_here: "Verification Code (sent to your number)",
    unverified: "This number isn’t verified yet.",
    no_message: "No message? Check the number above for typing mistakes, and that the phone can receive text messages.",
    cancelled: "The change is cancelled. Your number stays as it is.",
    stays: "The change is cancelled. Your number stays ",
    is_now: "Your phone number is now ",
    old_is_lost: "Is your old number no longer yours?",
    old_undoes_nothing: "My old number is no longer mine. Don’t let anyone undo this change or earlier ones.",
    in_force_as: "stays your number",
};

/// Below the field for a new number where no text messages are sent.
pub const NO_TEXTS: &str =
    "We can’t send text messages here, so this number is stored without being verified.";

/// Beside the field for the code of a second step that has been on for long.
pub const fn code_that_ends_undo(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => {
            "If you tick the box, enter the code that your authenticator app shows. A recovery code doesn’t work here."
        }
        Factor::Sms => {
            "If you tick the box, leave this empty first: we text you a code for your second step."
        }
        Factor::Email => {
            "If you tick the box, leave this empty first: we send a code for your second step to the address in use now."
        }
    }
}

// Verify a contact after sign-in.
pub const VERIFY_CONTACT_TITLE: &str = "Verify a contact";
pub const VERIFY_CONTACT_HEADING: &str = "Account recovery requires verified contact information";
pub const VERIFY_CONTACT_WHY: &str =
    "We send a 6-digit code to make sure it’s yours. You can also do this later, from your profile.";
pub const VERIFY_WHICH: &str = "Which one shall we verify?";
pub const SKIP_VERIFYING: &str = "Skip";

pub const fn contact_label(medium: DeliveryMedium) -> &'static str {
    match medium {
        DeliveryMedium::Email => EMAIL,
        DeliveryMedium::Sms => PHONE_NUMBER,
    }
}

impl ContactWords {
    /// The change is done.
    pub fn is_now(&self, value: &str) -> String {
        format!("{}{value}.", self.is_now)
    }

    /// The change is off.
    pub fn stays(&self, value: Option<&str>) -> String {
        value.map_or_else(|| self.cancelled.to_owned(), |value| format!("{}{value}.", self.stays))
    }

    /// The end of the sentence about the code that was sent to a new contact.
    pub fn stays_until_then(&self, old: Option<&str>) -> String {
        match old {
            Some(old) => format!(". Until you do, {old} {}.", self.in_force_as),
            None => ". Nothing changes until you do.".into(),
        }
    }
}
