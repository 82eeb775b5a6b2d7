//! Passwords: changing one, and setting a new one with a code.

pub(crate) mod canonical;
pub(crate) mod change;
pub(crate) mod confirm_forgot;
pub(crate) mod costs;
pub(crate) mod forgot;
pub(crate) mod hasher;
pub(crate) mod reset_code;
pub(crate) mod rules;
pub(crate) mod strength;

pub use change::{ChangePasswordError, PasswordChange, PasswordChanged, change};
pub use confirm_forgot::{ConfirmForgotPasswordError, PasswordReset, PasswordSet, confirm_forgot};
pub use forgot::{ForgotPasswordError, PendingReset, ResetCodeSent, forgot, pending_reset};
