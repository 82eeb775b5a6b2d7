//! Codes that prove a contact or a request.

pub(crate) mod codes;
pub(crate) mod request;
pub(crate) mod requester;
pub(crate) mod requests;
pub(crate) mod shared;
pub(crate) mod tries;

pub use codes::CodeFault;
