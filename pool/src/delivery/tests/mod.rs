mod bench;
pub(crate) mod gateway;
pub(crate) mod mail_server;
pub(crate) mod promises;
pub(crate) mod sending;
pub(crate) mod texting;
pub(crate) mod words_of_messages;
