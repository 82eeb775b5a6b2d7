//! One-time codes: made, sent, counted and verified in one place, whatever they are for.
//!
//! A use case says who asks, for whom and what for: [`request()`] makes a code and queues its message,
//! [`verify()`] counts an attempt and compares. What differs by purpose is in [`policy`].
//!
//! There are two kinds of codes, and two tables. A code that an account asks for itself, signed in or after
//! the right password, takes the place of the one before ([`account_codes`]). A code that anyone can ask for
//! belongs to whoever did, so that nobody's request ends another's ([`requested`]).

pub(crate) mod account_codes;
pub(crate) mod code_entry;
pub(crate) mod code_request;
pub(crate) mod digest;
pub(crate) mod fault;
pub(crate) mod policy;
pub(crate) mod request;
pub(crate) mod requested;
pub(crate) mod requester;
pub(crate) mod verify;
mod wrong_codes;

pub use fault::CodeFault;

pub(crate) use code_entry::{CodeEntry, Entrant, NamedEntrant};
pub(crate) use code_request::{AskedBy, CodeRequest, Pace, Recipient, Requesters, SentCode};
pub(crate) use fault::read;
pub(crate) use policy::{CodeMessage, CodePolicy};
pub(crate) use request::request;
pub(crate) use requested::admission;
pub(crate) use requested::asker::NamedCodes;
pub(crate) use requested::join::share_newest;
pub(crate) use requested::nobody::{RequestForNobody, nobody, request as request_for_nobody};
pub(crate) use requester::Requester;
pub(crate) use verify::{RightCode, retire_all, verify};
