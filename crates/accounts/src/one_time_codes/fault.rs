//! Why a code is refused.

use model::{ErrorCode, FieldName, FormErrors};

/// Why a code was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeFault {
    /// The field was empty.
    Missing,
    /// Not six to eight digits. It doesn't count as an attempt.
    NotACode,
    /// Another code.
    Wrong {
        /// Attempts that are left.
        tries_left: u32,
    },
    /// It was the right code once.
    Expired,
    /// It has been entered before, or a newer one has taken its place.
    Used,
    /// It was tried too often: only a new one helps.
    WornOut,
    /// There is no code to enter.
    NoCode,
}

impl CodeFault {
    /// What the person is told.
    pub const fn why(self) -> ErrorCode {
        match self {
            Self::Missing => ErrorCode::Missing,
            Self::NotACode => ErrorCode::NotACode,
            Self::Wrong { tries_left } => ErrorCode::WrongCode { tries_left },
            Self::Expired => ErrorCode::ExpiredCode,
            Self::Used => ErrorCode::UsedCode,
            Self::WornOut => ErrorCode::WornOutCode,
            Self::NoCode => ErrorCode::NoCode,
        }
    }

    /// The same for the field that the code was typed into.
    pub(crate) fn refusal(self) -> FormErrors {
        FormErrors::field(FieldName::Code, self.why())
    }

    /// Whether an existing code was tried: that is worth an event.
    pub(crate) const fn is_a_try(self) -> bool {
        match self {
            Self::Wrong { .. } | Self::Expired | Self::Used | Self::WornOut => true,
            Self::Missing | Self::NotACode | Self::NoCode => false,
        }
    }
}

/// The digits of what was typed. What can't be a code is refused before anything is looked up or counted.
pub(crate) fn read(typed: &str) -> Result<String, CodeFault> {
    let code = model::typed::code(typed);
    if code.is_empty() {
        return Err(CodeFault::Missing);
    }
    if model::code::is_shaped(&code) { Ok(code) } else { Err(CodeFault::NotACode) }
}
