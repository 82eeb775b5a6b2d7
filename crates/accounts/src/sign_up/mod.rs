//! New accounts, until their contact is verified.

pub(crate) mod become_account;
pub(crate) mod change_address;
pub(crate) mod code;
pub(crate) mod confirm;
pub(crate) mod confirm_error;
pub(crate) mod confirmation;
pub(crate) mod entered;
pub(crate) mod first_password;
pub(crate) mod former_contact;
pub(crate) mod pending;
pub(crate) mod resend;
pub(crate) mod start;

pub use change_address::{AnotherAddress, ChangeAddressError, change_address};
pub use confirm::{confirm, confirm_for_application};
pub use confirm_error::ConfirmSignUpError;
pub use confirmation::{Confirmed, Confirming, PendingSignUp, Stage, Who};
pub use first_password::{
    FirstPassword, FirstPasswordError, choose_first_password, confirm_with_first_password,
};
pub use former_contact::{begin_anew, take_back};
pub use pending::pending;
pub use resend::{ResendError, Resent, resend, resend_by_name};
pub use start::{SignUp, SignUpError, SignedUp, start};
