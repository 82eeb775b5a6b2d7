//! What a one-time code is for, and which one it is.

use crate::attempts::Tally;
use crate::identity::UserId;
use model::{AttributeName, closed_set};

closed_set! {
    /// What a code is for, as the store spells it. A code for another purpose is never accepted.
    #[derive(Hash)]
    pub enum CodePurpose {
        /// Confirms a new account.
        SignUp = "sign_up",
        /// Verifies a contact of an account.
        Verify = "verify",
        /// Sets a new password.
        Reset = "reset",
        /// The second factor of a sign-in.
        SignIn = "sign_in",
        /// Proves a contact once more to somebody who is signed in, before what protects the account changes.
        StepUp = "step_up",
    }
}

/// The codes of one account for one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeScope {
    /// Whose they are.
    pub user: UserId,
    /// What they are for.
    pub purpose: CodePurpose,
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

    /// Every code of the account for this purpose.
    pub const fn scope(&self) -> CodeScope {
        CodeScope { user: self.user, purpose: self.purpose }
    }
}

/// What an attempt at a code adds to its counter, and where that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptCost {
    /// What it adds.
    pub attempts: u32,
    /// The counter must be below this before the attempt.
    pub below: u32,
}

impl AttemptCost {
    /// The cost of one of `most` attempts. A repeated call that was counted before adds nothing, and may have
    /// been the last attempt that there was.
    pub fn of(tally: &Tally, most: u32) -> Self {
        if tally.is_paid() {
            Self { attempts: 0, below: most.saturating_add(1) }
        } else {
            Self { attempts: 1, below: most }
        }
    }
}

/// Names one code, so that a queued message can be told from one whose code was replaced.
pub type Issue = [u8; 16];
