//! The plural categories of a language (CLDR), for those who choose among them elsewhere.

use crate::language::Language;

/// A category, and a number that is of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plural {
    /// As CLDR and `Intl.PluralRules` call it.
    pub name: &'static str,
    /// A number for which the language takes it.
    pub sample: u32,
}

impl Plural {
    /// Those that a language has for whole numbers.
    pub const fn of(language: Language) -> &'static [Self] {
        match language {
            Language::En | Language::Pseudo => {
                &[Self { name: "one", sample: 1 }, Self { name: "other", sample: 2 }]
            }
        }
    }
}
