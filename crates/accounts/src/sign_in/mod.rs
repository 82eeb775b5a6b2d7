//! The ways to sign in, and what is asked for in between.

pub(crate) mod admission;
pub(crate) mod candidates;
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
pub mod second_factor;
pub mod srp;
pub(crate) mod typed_name;

pub use for_tokens::{Entered, for_tokens};
pub use freshness::{NotFresh, is_fresh};
pub use outcome::{NewPasswordAsked, SignInError, SignedIn};
pub use password::{SignIn, with_password};
pub use reauthenticate::{SignInAgainError, reauthenticate};
