//! Messages to people: what they say, the promise to send them, and the ways out.
//!
//! A use case calls [`queue()`] inside its own transaction, so that what was promised is sent and what was
//! rolled back is not. The worker (`worker::run`) does the rest.
//!
//! A new message: its line in the list in `message.rs`, its files in `templates/en/`, its line in the templates
//! that pick them (`letter.html`, `letter.txt`, `subject.txt`, `sms.txt`), a sample in `letter/preview.rs`, and a look
//! at it from the development mailbox, which links every message there is. The compiler asks for the lines and the
//! sample, the tests for the files.

#![warn(missing_docs)]

mod context;
mod letter;
mod mailbox;
mod message;
mod outbox;
mod parcel;
mod queue;
mod sms;
mod smtp;
mod transport;
mod words;
pub mod worker;

pub use crate::context::Delivery;
pub use crate::letter::preview::{Preview, preview};
pub use crate::letter::{Service, Written, write};
pub use crate::mailbox::{Arrival, Letter, Mailbox};
pub use crate::message::{Asked, ContactChange, Message, MessageKind, UndoLink};
pub use crate::parcel::{Answer, Parcel, Reason, SendError};
pub use crate::queue::{About, Change, queue, queue_at, queue_change_to_all, queue_to_all};
pub use crate::queue::{replace, seal_for_nobody, waiting, withdraw};
pub use crate::sms::{Sms, SmsFault, SmsProvider, SmsSettings, TWILIO};
pub use crate::smtp::{Smtp, SmtpFault, SmtpSettings};
pub use crate::transport::Transport;
pub use crate::worker::Progress;
pub use crate::worker::timing::Timing;
