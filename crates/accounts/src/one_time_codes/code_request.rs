//! A code that is asked for: by whom, for whom, and how soon it is sent.

use crate::Context;
use crate::limits::Key;
use crate::one_time_codes::policy::{Carried, CodeMessage, CodePolicy};
use crate::one_time_codes::requester::Requester;
use delivery::{Asked, Message};
use nameplate_core::clock::Timestamp;
use nameplate_core::code::{CodePurpose, Slot};
use nameplate_core::contact::Contact;
use nameplate_core::identity::{Origin, UserId};
use store::profile::Account;

/// A code that is asked for.
pub(crate) struct CodeRequest<'a> {
    pub(crate) recipient: Recipient<'a>,
    /// What the code is sent with, which says what it is for.
    pub(crate) message: CodeMessage,
    pub(crate) target: &'a Contact,
    pub(crate) asked_by: AskedBy<'a>,
    pub(crate) origin: &'a Origin,
}

/// The account that a code is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipient<'a> {
    pub(crate) user: UserId,
    /// What the account is called, if people have usernames.
    pub(crate) username: Option<&'a str>,
}

impl<'a> Recipient<'a> {
    pub(crate) fn of(user: UserId, account: &'a Account) -> Self {
        Self { user, username: account.chosen_username() }
    }
}

/// Who asks for a code.
pub(crate) enum AskedBy<'a> {
    /// The account itself, signed in or after the right password. The new code takes the place of the one
    /// before.
    Account,
    /// Others. The code belongs to each of them, and ends no code of anyone else.
    Requesters(Requesters<'a>),
}

/// People who have only named an account, or hold the ticket of its sign-up.
pub(crate) struct Requesters<'a> {
    /// Empty: an administrator asks, and the code belongs to no one in particular.
    pub(crate) all: &'a [Requester],
    pub(crate) pace: Pace,
}

/// How soon a code is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Strangers ask: all of them together have one ladder for each contact and purpose.
    Strangers,
    /// At once, outside of that ladder: an administrator asks, or it is the one notice of the day.
    AtOnce,
    /// At once within a budget of its own, which this counts, and after that with the strangers.
    Known(Key),
    /// Not at all, and the code that was sent before stays valid. The answer is the same.
    Never,
}

/// A code that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SentCode {
    /// When its message is due.
    pub(crate) sent_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// Whether it has a message of its own. Otherwise it waits with one that others asked for.
    pub(crate) is_new: bool,
}

impl CodeRequest<'_> {
    /// The rules for it.
    pub(crate) fn policy(&self, ctx: &Context) -> CodePolicy {
        CodePolicy::of(self.purpose(), &ctx.settings)
    }

    /// What it is for.
    pub(crate) const fn purpose(&self) -> CodePurpose {
        self.message.purpose()
    }

    /// Where it is kept.
    pub(crate) fn slot(&self) -> Slot {
        Slot::new(self.recipient.user, self.purpose(), self.target.kind.attribute())
    }

    /// The message with its code.
    pub(crate) fn message(&self, code: String, expires_at: Timestamp, sent_at: Timestamp) -> Message {
        let asked = Asked::new(self.recipient.username, sent_at, self.origin);
        self.message.carrying(Carried { to: self.target.clone(), code, expires_at, asked })
    }
}
