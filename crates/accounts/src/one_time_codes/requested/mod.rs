//! Codes that anyone can ask for who names an account: to confirm a sign-up, or to set a new password.
//!
//! A code belongs to whoever asked for it. Each requester's newest code lives until it is used, has expired
//! or was tried five times by its requester, however many others ask for codes of the same account, and
//! however often they guess. Those who only know the name may try the newest codes too, within limits that
//! take nothing from the requesters.

pub(crate) mod admission;
pub(crate) mod asker;
pub(crate) mod attempts;
pub(crate) mod dummy;
pub(crate) mod join;
pub(crate) mod nobody;
pub(crate) mod send;
pub(crate) mod turn;
