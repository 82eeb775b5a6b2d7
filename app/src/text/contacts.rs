//! The words of the two pages on which a contact is replaced or verified.

use super::{Around, words};
use model::{DeliveryMedium, Factor};

/// What the page about an email address and the page about a phone number say differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactWords {
    Email,
    Phone,
}

/// One sentence for each of the two.
macro_rules! either {
    ($($(#[$doc:meta])* $name:ident: $email:ident, $phone:ident;)+) => {
        impl ContactWords {
            $($(#[$doc])*
            pub fn $name(self) -> &'static str {
                match self {
                    Self::Email => words().$email(),
                    Self::Phone => words().$phone(),
                }
            })+
        }
    };
}

either! {
    /// The page's heading.
    heading: update_email_heading, update_phone_heading;
    /// The button that asks for the change, and the link to the page.
    update: update_email, update_phone;
    /// The label of the field for the new one.
    new_one: new_email, new_phone;
    /// Below the field for the new one…
    hint: update_email_hint, update_phone_hint;
    /// …and for the first.
    first_hint: first_email_hint, first_phone_hint;
    /// The heading above the code of a new one…
    confirm_new: confirm_new_email, confirm_new_phone;
    /// …and of one that is in force already.
    confirm_this: confirm_this_email, confirm_this_phone;
    /// The label of the code of a new one…
    code: code_sent_to_new_email, code_sent_to_new_phone;
    /// …and of one that is in force already.
    code_here: code_sent_to_your_email, code_sent_to_your_phone;
    unverified: email_unverified, phone_unverified;
    no_message: no_email_arrived, no_text_arrived;
    /// Opens the question whether the old one is lost…
    old_is_lost: old_email_lost, old_phone_lost;
    /// …which is answered by a tick at this.
    old_undoes_nothing: old_email_undoes_nothing, old_phone_undoes_nothing;
}

impl ContactWords {
    /// The change is done.
    pub fn is_now(self, value: &str) -> String {
        match self {
            Self::Email => words().email_is_now(value),
            Self::Phone => words().phone_is_now(value),
        }
    }

    /// The change is off.
    pub fn stays(self, value: Option<&str>) -> String {
        match (self, value) {
            (Self::Email, Some(value)) => words().email_stays(value),
            (Self::Phone, Some(value)) => words().phone_stays(value),
            (Self::Email, None) => words().email_change_cancelled().to_owned(),
            (Self::Phone, None) => words().phone_change_cancelled().to_owned(),
        }
    }

    /// The sentences around the new contact that a code was sent to.
    pub fn until_then(self, old: Option<&str>) -> Around {
        Around::of(|new| match (self, old) {
            (Self::Email, Some(old)) => words().email_in_force_until_then(new, old),
            (Self::Phone, Some(old)) => words().phone_in_force_until_then(new, old),
            (_, None) => words().contact_unchanged_until_then(new),
        })
    }
}

pub fn contact_label(medium: DeliveryMedium) -> &'static str {
    match medium {
        DeliveryMedium::Email => words().email(),
        DeliveryMedium::Sms => words().phone_number(),
    }
}

/// Beside the field for the code of a second step that has been on for long.
pub fn code_that_ends_undo(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => words().app_code_ends_undo(),
        Factor::Sms => words().sms_code_ends_undo(),
        Factor::Email => words().email_code_ends_undo(),
    }
}
