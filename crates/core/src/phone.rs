//! Phone numbers: what somebody types, with the country they are in, as the one spelling that a number has
//! abroad (E.164). The numbering plans are those of `libphonenumber`.
//!
//! Every door reads numbers with this: pages, the API, the command line and imports. The browser only guesses
//! ([`model::identifier::join_phone`]).

use model::ErrorCode;
use model::identifier::check_phone;
use model::typed;
use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, country};
use std::fmt;

/// A number in E.164, such as `+12128601234`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// The number with its `+`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same for one that is stored or sent.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text isn't the number of any phone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneFault {
    /// Empty, or only what stands between digits.
    #[error("nothing was typed")]
    Missing,
    /// Letters, far too few digits or too many, or digits of no country.
    #[error("not a phone number")]
    NotANumber,
    /// It has the form of a number, and the country's numbering plan has none like it. Plans change before
    /// their copies do: it may be kept, in this spelling, but nothing is sent there.
    #[error("{0} is not in the numbering plan")]
    NotInPlan(PhoneNumber),
}

impl From<PhoneFault> for ErrorCode {
    fn from(fault: PhoneFault) -> Self {
        match fault {
            PhoneFault::Missing => Self::Missing,
            PhoneFault::NotANumber => Self::NotAPhoneNumber,
            PhoneFault::NotInPlan(_) => Self::NoSuchPhoneNumber,
        }
    }
}

/// Reads a number as it was typed in the country with this calling code (`+49`): in the country's own way or
/// in that of all countries (`+49 151 …`).
///
/// A country's way is tried before what people know from elsewhere: `00` in front of another country's number
/// counts everywhere where it makes one, because most countries dial that.
///
/// # Errors
/// The text is no number, or one that no phone has.
pub fn parse(text: &str, country: &str) -> Result<PhoneNumber, PhoneFault> {
    let digits = typed::phone(text);
    if digits.is_empty() {
        return Err(PhoneFault::Missing);
    }
    if let Some(international) = digits.strip_prefix('+') {
        return from_abroad(international);
    }
    // The library reads letters and extensions too.
    if !digits.bytes().all(|c| c.is_ascii_digit()) {
        return Err(PhoneFault::NotANumber);
    }
    let code = country.strip_prefix('+').unwrap_or_default();
    let at_home = main_region(code).and_then(|region| phonenumber::parse(Some(region), &digits).ok());
    let at_home = at_home.map(|number| from_abroad(e164(&number).trim_start_matches('+')));
    if let Some(Ok(number)) = at_home {
        return Ok(number);
    }
    let others = [digits.strip_prefix("00").map(ToOwned::to_owned), Some(format!("{code}{digits}"))];
    let other = others.iter().flatten().find_map(|digits| from_abroad(digits).ok());
    other.ok_or_else(|| at_home.and_then(Result::err).unwrap_or(PhoneFault::NotANumber))
}

/// The spelling of a number that is looked for, or kept although no plan has it. `None`: it can't be one.
pub fn canonical(text: &str, country: &str) -> Option<String> {
    match parse(text, country) {
        Ok(number) | Err(PhoneFault::NotInPlan(number)) => Some(number.into_string()),
        Err(PhoneFault::Missing | PhoneFault::NotANumber) => None,
    }
}

/// Whether a stored number is one that a phone can have.
pub fn is_in_plan(number: &str) -> bool {
    parse(number, "").is_ok()
}

/// Reads what stands behind a `+`. A number that no plan has stays as it is: its spelling can't be told.
fn from_abroad(digits: &str) -> Result<PhoneNumber, PhoneFault> {
    let typed = format!("+{digits}");
    // With the zero that is dialled at home it may be longer than a number can be.
    if !digits.bytes().all(|c| c.is_ascii_digit()) {
        return Err(PhoneFault::NotANumber);
    }
    match phonenumber::parse(None, &typed) {
        Ok(number) if number.is_valid() => Ok(PhoneNumber(e164(&number))),
        _ if check_phone(&typed).is_ok() => Err(PhoneFault::NotInPlan(PhoneNumber(typed))),
        _ => Err(PhoneFault::NotANumber),
    }
}

fn e164(number: &phonenumber::PhoneNumber) -> String {
    number.format().mode(Mode::E164).to_string()
}

/// The region that most numbers with this calling code are from.
fn main_region(code: &str) -> Option<country::Id> {
    DATABASE.region(&code.parse().ok()?)?.first()?.parse().ok()
}

#[cfg(test)]
mod tests;
