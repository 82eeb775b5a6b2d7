//! The languages there are.

use std::fmt;
use std::str::FromStr;

/// A language that people can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Nobody's: English that is longer, accented and in brackets, to see what isn't translated and what
    /// doesn't fit.
    Pseudo,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Pseudo];

    /// As in `lang` (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Pseudo => "en-XA",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Language {
    type Err = ();

    fn from_str(tag: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|it| it.tag().eq_ignore_ascii_case(tag)).ok_or(())
    }
}
