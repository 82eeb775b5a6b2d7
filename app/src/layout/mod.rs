//! What stands around a page: its answer, its frame, the document, and parts that several pages have.

mod components;
mod frames;
mod response;
pub mod shell;

pub(crate) use components::{
    flash_note, follow_events, heading, news, note, passkey_fields, passkeys_script, tabs,
};
pub use response::{Answer, Content, Frame};
