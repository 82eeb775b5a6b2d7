//! Messages that accounts promise, on their way through real servers.
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod bench;
mod gateway;
mod mail_server;
mod outbox;
mod sending;
mod texting;
mod words_of_messages;
