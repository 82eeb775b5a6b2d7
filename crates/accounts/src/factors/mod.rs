//! Second factors: what is asked for at sign-in beside the password.

pub(crate) mod after_reset;
pub(crate) mod app;
pub(crate) mod change;
pub(crate) mod error;
pub(crate) mod recovery;
pub(crate) mod recovery_codes;
pub(crate) mod second_factors;
pub(crate) mod set_up_app;
pub(crate) mod settled;
pub(crate) mod step_up;

pub use app::AppSecret;
#[cfg(any(test, feature = "testing"))]
pub use app::shown_by;
pub use change::{Wish, change, change_with_code};
pub use error::FactorError;
pub use recovery_codes::{hide_recovery_codes, make_recovery_codes, recovery_codes};
pub use second_factors::{SecondFactors, Way, second_factors};
pub use set_up_app::{Then, app_being_set_up, confirm_app, set_up_app, set_up_app_with_code};
pub use step_up::{StepUpError, factor_that_ends_undo};

#[cfg(test)]
mod thief;
