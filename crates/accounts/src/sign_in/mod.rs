//! The ways to sign in, and what is asked for in between.

pub(crate) mod admission;
pub(crate) mod candidates;
pub(crate) mod confirmation;
pub(crate) mod failure_counters;
pub(crate) mod failures;
pub(crate) mod for_tokens;
pub(crate) mod freshness;
pub(crate) mod known_origins;
pub mod new_password;
pub(crate) mod outcome;
pub mod passkey;
pub(crate) mod password;
pub(crate) mod reauthenticate;
pub(crate) mod reauthenticate_code;
pub(crate) mod reauthenticate_passkey;
pub(crate) mod renewal;
pub mod second_factor;
pub mod srp;
pub(crate) mod typed_name;

pub use confirmation::{ConfirmationWays, confirmation_ways};
pub use for_tokens::{Entered, for_tokens};
pub use freshness::{NotFresh, is_fresh};
pub use outcome::{NewPasswordAsked, SignInError, SignedIn};
pub use password::{SignIn, with_password};
pub use reauthenticate::{SignInAgainError, reauthenticate};
pub use reauthenticate_code::{ConfirmWithCodeError, reauthenticate_with_code, send_confirmation_code};
pub use reauthenticate_passkey::{ask_for_own_passkey, reauthenticate_with_passkey};
