//! A sentence with an element inside it: a link, or what a person typed.

/// What stands before the element, and behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    pub before: String,
    pub after: String,
}

impl Around {
    /// Of a message, by filling in a mark in place of the element.
    pub fn of(message: impl FnOnce(&str) -> String) -> Self {
        /// U+FFFC, the object replacement character: nobody types it.
        const MARK: char = '\u{FFFC}';
        let whole = message(MARK.encode_utf8(&mut [0; 4]));
        let (before, after) = whole.split_once(MARK).unwrap_or((&whole, ""));
        Self { before: before.to_owned(), after: after.to_owned() }
    }
}
