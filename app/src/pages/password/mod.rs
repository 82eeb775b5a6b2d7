//! `/forgot-password` and `/reset-password`: another password for whoever has none that works.

pub mod forgot;
pub mod reset;
