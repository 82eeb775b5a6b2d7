//! What is wrong with a file of accounts.

use std::fmt;

/// Where a file of accounts that were left out says why. It is read over.
pub const REASON: &str = "nameplate:reason";

/// What is wrong at one place of the file.
#[derive(Debug, Clone)]
pub struct LineError {
    pub place: String,
    /// Empty: the place as a whole.
    pub field: String,
    pub wrong: String,
}

impl LineError {
    /// At a place, and not in one of its fields.
    pub fn at(place: impl Into<String>, wrong: impl Into<String>) -> Self {
        Self { place: place.into(), field: String::new(), wrong: wrong.into() }
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, field, wrong } = self;
        match (place.as_str(), field.as_str()) {
            ("", _) => f.write_str(wrong),
            (_, "") => write!(f, "{place}: {wrong}"),
            _ => write!(f, "{place}, {field}: {wrong}"),
        }
    }
}

/// Text from a file as it can be shown: nothing in it moves a cursor, and it isn't long.
pub fn printable(text: &str) -> String {
    const LONGEST: usize = 80;
    let plain = |c: char| if c.is_control() || model::characters::is_invisible(c) { '\u{FFFD}' } else { c };
    let mut shown: String = text.chars().take(LONGEST).map(plain).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
