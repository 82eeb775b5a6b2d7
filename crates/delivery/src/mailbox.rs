//! The mailbox that stands in for a provider in development.

use crate::parcel::Parcel;
use model::code::DeliveryMedium;
use nameplate_core::secretive;
use serde::Serialize;
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How many letters are kept; the oldest go first.
pub const CAPACITY: usize = 200;

/// A message that arrived, as `/dev/mailbox.json` shows it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// Mail or text message.
    pub medium: DeliveryMedium,
    /// The address or number.
    pub to: String,
    /// As [`Written::subject`](crate::Written::subject).
    pub subject: String,
    /// As [`Written::text`](crate::Written::text): with the code, if it carries one.
    pub text: String,
    /// Empty for text messages.
    pub html: String,
    /// RFC 3339, UTC.
    pub sent_at: String,
}

secretive!(Letter);

/// What is said aloud about an arrival. It has no code: codes are not for consoles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival<'a> {
    /// Mail or text message.
    pub medium: DeliveryMedium,
    /// The address or number.
    pub to: &'a str,
    /// As [`Written::subject`](crate::Written::subject).
    pub subject: &'a str,
}

/// In memory, newest first. Cheap to clone: all clones are the same mailbox.
#[derive(Clone)]
pub struct Mailbox {
    letters: Arc<Mutex<VecDeque<Letter>>>,
    closed: Arc<AtomicBool>,
    announce: Arc<dyn Fn(Arrival<'_>) + Send + Sync>,
}

impl Mailbox {
    /// `announce` is called for each arrival.
    pub fn new(announce: impl Fn(Arrival<'_>) + Send + Sync + 'static) -> Self {
        Self { letters: Arc::default(), closed: Arc::default(), announce: Arc::new(announce) }
    }

    /// Whether it is gone for good: its store turned out to be served for real.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Forgets what it holds and takes nothing more.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.locked(VecDeque::clear);
    }

    /// The letters, newest first.
    pub fn letters(&self) -> Vec<Letter> {
        self.locked(|letters| letters.iter().cloned().collect())
    }

    /// Takes a message, and announces it.
    pub fn receive(&self, parcel: &Parcel) {
        let written = &parcel.written;
        let letter = Letter {
            medium: written.medium,
            to: written.to.clone(),
            subject: written.subject.clone(),
            text: written.text.clone(),
            html: written.html.clone(),
            sent_at: parcel.at.to_rfc3339(),
        };
        self.locked(|letters| {
            letters.push_front(letter);
            letters.truncate(CAPACITY);
        });
        (self.announce)(Arrival { medium: written.medium, to: &written.to, subject: &written.subject });
    }

    fn locked<T>(&self, look: impl FnOnce(&mut VecDeque<Letter>) -> T) -> T {
        look(&mut self.letters.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailbox").field("letters", &self.locked(|letters| letters.len())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Written;
    use crate::parcel::Lease;
    use nameplate_core::clock::Timestamp;
    use std::time::Duration;
    use tokio::time::Instant;

    fn parcel(number: usize) -> Parcel {
        let subject = format!("Number {number}");
        let (text, html) = ("The code is 418207".to_owned(), "<p>418207</p>".to_owned());
        let written =
            Written { medium: DeliveryMedium::Email, to: "me@domain.com".to_owned(), subject, text, html };
        let lease = Lease::taken(Instant::now(), Duration::from_secs(60));
        Parcel { id: number.to_string(), at: Timestamp(1_795_356_120_000), written, lease }
    }

    #[test]
    fn mailbox_beyond_capacity_drops_the_oldest_letters() {
        let mailbox = Mailbox::new(|_| {});
        (0..CAPACITY + 3).for_each(|number| mailbox.receive(&parcel(number)));
        let letters = mailbox.letters();
        assert_eq!(letters.len(), CAPACITY);
        assert_eq!(letters[0].subject, format!("Number {}", CAPACITY + 2));
        assert_eq!(letters[CAPACITY - 1].subject, "Number 3");
    }

    #[test]
    fn receive_announces_the_arrival_without_its_code() {
        let heard = Arc::new(Mutex::new(String::new()));
        let ear = Arc::clone(&heard);
        let mailbox = Mailbox::new(move |arrival| *ear.lock().unwrap() = format!("{arrival:?}"));
        mailbox.receive(&parcel(1));
        let heard = heard.lock().unwrap().clone();
        assert!(
            heard.contains("me@domain.com") && heard.contains("Number 1") && !heard.contains("418207"),
            "{heard}"
        );
    }

    #[test]
    fn letters_as_json_have_the_agreed_fields() {
        let mailbox = Mailbox::new(|_| {});
        mailbox.receive(&parcel(1));
        let json = serde_json::to_value(mailbox.letters()).unwrap();
        let agreed = serde_json::json!([{
            "medium": "EMAIL", "to": "me@domain.com", "subject": "Number 1", "text": "The code is 418207",
            "html": "<p>418207</p>", "sent_at": "2026-11-22T14:02:00Z",
        }]);
        assert_eq!(json, agreed);
    }
}
