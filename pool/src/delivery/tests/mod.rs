mod bench;
mod mail_server;
mod promises;
mod sending;
mod words_of_messages;
