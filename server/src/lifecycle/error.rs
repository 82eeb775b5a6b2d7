//! Why the service did not start, or could not go on.

use delivery::{SmsFault, SmtpFault};
use nameplate_core::key_error::KeyError;
use store::StoreError;

/// Why the service did not start, or could not go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("the folder {0} can't be used: {1}")]
    Folder(String, std::io::Error),
    #[error("the database can't be used")]
    Store(#[from] StoreError),
    #[error("the keys can't be used")]
    Keys(#[from] KeyError),
    #[error(
        "{0} holds data, but the keys that it was written with are missing: put the file back (or set NAMEPLATE_KEYS)"
    )]
    KeysMissing(String),
    #[error(
        "the keys in {keys} have served a store, and there is none at {store}: put it back, or restore a backup (nameplate restore). To begin anew with an empty store, move {keys} away first: new keys are made then"
    )]
    StoreMissing { keys: String, store: String },
    #[error("the user pool can't be opened")]
    Accounts(#[from] accounts::Unavailable),
    #[error("mail.smtp_url: {0}")]
    Smtp(#[from] SmtpFault),
    #[error("sms: {0}")]
    Sms(#[from] SmsFault),
    #[error("{0} can't be listened on: {1}")]
    Listen(String, std::io::Error),
    #[error(
        "the store at {0} was served with a mail server or at a public address, so it has no development mailbox: {1}"
    )]
    Production(String, &'static str),
    #[error(
        "{path} can't hold the token of the development mailbox ({fault}): let us write there, or set NAMEPLATE_MAILBOX_TOKEN"
    )]
    MailboxToken { path: String, fault: std::io::Error },
    #[error("{0} holds no token of a development mailbox: remove it, and a new one is made")]
    NoMailboxToken(String),
    #[error("this program was built without its pages: build it with `make build`")]
    NoSite,
    #[error("signals can't be received: {0}")]
    Signals(std::io::Error),
}
