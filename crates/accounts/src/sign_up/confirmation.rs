//! The parts of a confirmation: who confirms, and what comes of it.

use model::CodeDeliveryDetails;
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{BrowserTicket, NewSession};
use std::time::Duration;

/// Whose account is to be confirmed.
#[derive(Debug, Clone)]
pub enum Who {
    /// The one that was signed up with this ticket.
    Ticket(BrowserTicket),
    /// One of this name, from wherever.
    Typed(String),
    /// One of this name: the one that was signed up with this ticket, if it was.
    Named {
        /// The name, or a contact of the sign-up.
        typed: String,
        /// What this browser was given when it signed up.
        ticket: BrowserTicket,
    },
}

impl Who {
    /// The name, where one was given.
    pub(crate) fn typed(&self) -> Option<&str> {
        match self {
            Self::Ticket(_) => None,
            Self::Typed(typed) | Self::Named { typed, .. } => Some(typed),
        }
    }
}

/// What somebody enters who confirms an account.
#[derive(Debug, Clone)]
pub struct Confirming {
    /// Which sign-up.
    pub who: Who,
    /// The code that was sent, with or without spaces.
    pub code: String,
    /// Another username, where the one from sign-up was taken meanwhile.
    pub new_username: Option<String>,
}

/// A sign-up that waits for its code, or for a password after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingSignUp {
    /// As typed; the `sub`, where people have no username.
    pub username: String,
    /// Where the code went, masked.
    pub delivery: CodeDeliveryDetails,
    /// The address as it was typed, for the browser that typed it.
    pub value: String,
    /// From when on the code is refused.
    pub expires_at: Timestamp,
    /// When a new code may be asked for.
    pub resend_at: Timestamp,
    /// The username belongs to another account by now: another one has to be chosen.
    pub is_name_taken: bool,
    /// What comes next.
    pub stage: Stage,
}

/// What a sign-up waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The code that was sent.
    Code,
    /// The right code was entered.
    Password {
        /// The password from sign-up is taken too, and with it everything that was entered then.
        takes_first: bool,
    },
    /// The right code was entered, and another account had the contact until lately: whoever proved it takes that
    /// account back, or begins anew.
    FormerContact {
        /// Until when that account can be taken back.
        until: Timestamp,
    },
}

/// An account that is confirmed, or whose contact is proven.
#[derive(Debug, Clone)]
pub struct Confirmed {
    /// As typed at sign-up; the `sub`, where people have no username.
    pub username: String,
    /// For the browser that signed up, where nobody else has tried the same.
    pub session: Option<NewSession>,
    /// A password is chosen next, with this.
    pub next: Option<BrowserTicket>,
}

/// How long a password may be chosen after the right code.
pub(crate) const PROOF: Duration = Duration::from_secs(60 * 60);

/// How long whoever enters the password of a sign-up that others have tried too is told why it opens nothing.
pub(crate) const TOLD: Duration = Duration::from_secs(24 * 60 * 60);
