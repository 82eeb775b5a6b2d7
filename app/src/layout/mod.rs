//! What stands around a page: its answer, its frame, the document, and parts that several pages have.

mod components;
mod layouts;
mod page_response;
pub mod shell;

pub(crate) use components::{
    flash_note, follow_events, heading, live_status, note, passkey_fields, passkeys_script, tabs,
};
pub use page_response::{Layout, PageContent, PageResponse};
