//! Files with accounts: our own, one line of JSON for each; what `aws cognito-idp list-users` prints, in all
//! its forms; the CSV that Cognito's user pools are filled with.

mod arrival;
mod cognito;
pub mod contents;
mod csv;
pub mod decode;
pub mod error;
pub mod json;
mod table;
mod values;

use accounts::Timestamp;
use contents::Contents;
use error::LineError;

/// Reads a file of whichever kind it is. The error is about the file as a whole.
pub fn read(text: &str, now: Timestamp) -> Result<Contents<'_>, LineError> {
    if text.trim_start().starts_with(['{', '[']) { json::read(text, now) } else { table::read(text) }
}

#[cfg(test)]
mod tests;
