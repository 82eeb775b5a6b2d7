//! A message on its way, and why it did not arrive.

mod answer;
mod lease;

pub use answer::{Answer, Step, Words};
pub use lease::Lease;

use crate::letter::Written;
use nameplate_core::clock::Timestamp;
use nameplate_core::secretive;
use std::fmt;

/// One message on its way.
pub struct Parcel {
    /// The same on every attempt: the left half of the `Message-ID`, and what a webhook knows a repeated
    /// request by.
    pub id: String,
    /// When it leaves.
    pub at: Timestamp,
    /// What it says, and whom it is for.
    pub written: Written,
    /// Whether it may still be sent.
    pub lease: Lease,
}

secretive!(Parcel);

/// Why a message was not handed over. Shown, it names neither an address nor a code, so it may be logged.
#[derive(Debug)]
pub enum SendError {
    /// Another time may do: the server is away or busy.
    Later(Reason),
    /// The server has something against us, not against whom we write to: our sender, our password, what we
    /// send. The operator's to mend; the message waits for that.
    AboutUs(Reason),
    /// This message will never be taken: it goes to nobody.
    Never(Reason),
}

/// What went wrong, in words for the operator.
#[derive(Debug)]
pub enum Reason {
    /// No connection, no encryption or no sign-in: nothing of the message was said yet, so this is told in
    /// full.
    Connection(String),
    /// The server's answer.
    Answer(Answer),
    /// No answer in time, or the connection broke.
    Silence,
    /// The address is one that this way can't reach.
    Address(&'static str),
    /// Another worker may be sending it.
    Lost,
    /// The message could not be put into words.
    Unwritable(&'static str),
}

impl SendError {
    /// This message can't be put into words, however often it is tried.
    pub(crate) const fn unwritable(why: &'static str) -> Self {
        Self::Never(Reason::Unwritable(why))
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Later(reason) | Self::AboutUs(reason) | Self::Never(reason)) = self;
        reason.fmt(f)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(what) => f.write_str(what),
            Self::Answer(answer) => answer.fmt(f),
            Self::Lost => f.write_str("it took too long, and another worker may have it now"),
            Self::Silence => f.write_str("the provider did not answer in time"),
            Self::Address(what) | Self::Unwritable(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for SendError {}
