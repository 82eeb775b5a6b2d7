//! Messages to people: what they say, the promise to send them, and the ways out.
//!
//! A use case calls [`queue`] inside its own transaction, so that what was promised is sent and what was
//! rolled back is not. The worker ([`Pool::deliver`](crate::Pool::deliver)) does the rest.
//!
//! A new message: a variant of [`Message`], its files in `templates/en/`, its line in the templates that pick
//! them (`letter.html`, `letter.txt`, `subject.txt`, `sms.txt`), a sample in `letter.rs`, and a look at it
//! from the development mailbox, which links every message there is.

/// What holds addresses or codes shows nothing but its name in a log.
macro_rules! secretive {
    ($($name:ident),+) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        })+
    };
}

mod letter;
mod mailbox;
mod message;
mod outbox;
mod queue;
mod sms;
mod smtp;
mod transport;
mod words;
mod worker;

pub use letter::{Preview, Service, Written, preview, write};
pub use mailbox::{Arrival, Letter, Mailbox};
pub use message::{Asked, Contact, Message};
pub(crate) use queue::{About, queue, queue_at, queue_to_all, replace, seal_for_nobody, waiting, withdraw};
pub use sms::{Sms, SmsFault, SmsProvider, SmsSettings, TWILIO};
pub use smtp::{Smtp, SmtpFault, SmtpSettings};
pub use transport::{Parcel, Reason, SendError, Transport};
pub use words::{Device, device};
pub use worker::Progress;

#[cfg(test)]
mod tests;
