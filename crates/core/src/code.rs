//! What a one-time code is for, and which one it is.

use crate::clock::Timestamp;
use crate::identity::UserId;
use model::AttributeName;
use std::fmt;

/// What a code is for. One for another purpose proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodePurpose {
    /// Confirms a new account.
    SignUp,
    /// Proves a contact of an account.
    Verify,
    /// Sets a new password.
    Reset,
    /// The second factor of a sign-in.
    SignIn,
}

impl CodePurpose {
    /// As the store spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::SignIn => "sign_in",
        }
    }
}

/// The place of a code: there is one for each user, purpose and attribute, and a newer code takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Whose account it is.
    pub user: UserId,
    /// What the code does once it is entered.
    pub purpose: CodePurpose,
    /// The contact that it is sent to; for a verification, the one that it verifies.
    pub attribute: AttributeName,
}

impl Slot {
    /// The place for this account, purpose and contact.
    pub fn new(user: UserId, purpose: CodePurpose, attribute: impl Into<AttributeName>) -> Self {
        Self { user, purpose, attribute: attribute.into() }
    }
}

/// Names one code, so that a queued message can be told from one whose code was replaced.
pub type Issue = [u8; 16];

/// A code that was just made. The message that carries it is queued in the same transaction.
pub struct Issued {
    /// Where it replaced the one before.
    pub slot: Slot,
    /// Which code of that place it is.
    pub issue: Issue,
    /// Six digits. Nothing but the sealed message may hold them.
    pub code: String,
    /// When it was made.
    pub sent_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Timestamp,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("slot", &self.slot).finish_non_exhaustive()
    }
}
