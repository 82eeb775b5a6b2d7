mod bench;
mod gateway;
mod mail_server;
mod promises;
mod sending;
mod texting;
mod words_of_messages;
