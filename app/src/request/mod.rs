//! Requests: who is asking, from which browser, and what that browser is told to remember.

pub mod cookies;
mod flash;
pub mod header_pieces;
mod page_request;
mod request_context;
mod site;
mod theme;

pub use flash::Flash;
pub use page_request::{CurrentAccount, PageError, PageRequest, RequestId, info};
pub use request_context::RequestContext;
pub use site::{Site, SiteFiles};
pub use theme::Theme;
