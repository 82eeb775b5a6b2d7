//! The ways out: a mail server and a gateway for text messages, or the mailbox of development.

use crate::mailbox::Mailbox;
use crate::parcel::{Parcel, SendError};
use crate::sms::Sms;
use crate::smtp::Smtp;
use model::code::DeliveryMedium;

/// Where messages go. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Transport {
    /// A mail server. It carries no text messages.
    Smtp(Smtp),
    /// A mail server, and a gateway for text messages.
    SmtpAndSms(Smtp, Sms),
    /// Development, without a provider.
    Mailbox(Mailbox),
    /// Development, where a gateway for text messages is tried out.
    MailboxAndSms(Mailbox, Sms),
}

impl Transport {
    /// The development mailbox, if mail goes there.
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        match self {
            Self::Mailbox(mailbox) | Self::MailboxAndSms(mailbox, _) => Some(mailbox),
            Self::Smtp(_) | Self::SmtpAndSms(..) => None,
        }
    }

    /// Hands one message over.
    ///
    /// # Errors
    /// [`SendError`] says whether it is worth trying again.
    pub async fn send(&self, parcel: &Parcel) -> Result<(), SendError> {
        match (self, parcel.written.medium) {
            (Self::SmtpAndSms(_, sms) | Self::MailboxAndSms(_, sms), DeliveryMedium::Sms) => {
                sms.send(parcel).await
            }
            (Self::Smtp(smtp) | Self::SmtpAndSms(smtp, _), _) => smtp.send(parcel).await,
            (Self::Mailbox(mailbox) | Self::MailboxAndSms(mailbox, _), _) => {
                mailbox.receive(parcel);
                Ok(())
            }
        }
    }
}
