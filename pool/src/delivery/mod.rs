//! Messages to people: what they say, the promise to send them, and the ways out.
//!
//! A use case calls [`queue()`] inside its own transaction, so that what was promised is sent and what was
//! rolled back is not. The worker (`worker::run`) does the rest.
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

mod context;
pub(crate) mod letter;
pub(crate) mod mailbox;
pub(crate) mod message;
pub(crate) mod outbox;
pub(crate) mod parcel;
pub(crate) mod queue;
pub(crate) mod sms;
pub(crate) mod smtp;
pub(crate) mod transport;
pub(crate) mod words;
pub mod worker;

pub use crate::delivery::context::Delivery;
pub use crate::delivery::letter::{Preview, Service, Written, preview, write};
pub use crate::delivery::mailbox::{Arrival, Letter, Mailbox};
pub use crate::delivery::message::{Asked, Contact, Message};
pub use crate::delivery::parcel::{Parcel, Reason, SendError};
pub(crate) use crate::delivery::queue::{
    About, queue, queue_at, queue_to_all, replace, seal_for_nobody, waiting, withdraw,
};
pub use crate::delivery::sms::{Sms, SmsFault, SmsProvider, SmsSettings, TWILIO};
pub use crate::delivery::smtp::{Smtp, SmtpFault, SmtpSettings};
pub use crate::delivery::transport::Transport;
pub use crate::delivery::words::{Device, device};
pub use crate::delivery::worker::Progress;

#[cfg(test)]
mod tests;
