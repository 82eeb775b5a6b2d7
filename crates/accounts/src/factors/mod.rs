//! Second factors: what is asked for at sign-in beside the password.

pub(crate) mod after_reset;
pub(crate) mod app;
pub(crate) mod change;
pub(crate) mod recovery;
pub(crate) mod second_factors;
pub(crate) mod set_up_app;

pub use app::AppSecret;
#[cfg(any(test, feature = "testing"))]
pub use app::shown_by;
pub use change::{Wish, change};
pub use recovery::{hide_recovery_codes, make_recovery_codes, recovery_codes};
pub use second_factors::{FactorError, SecondFactors, Way, second_factors};
pub use set_up_app::{Then, app_being_set_up, confirm_app, set_up_app};
