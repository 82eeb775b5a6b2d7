//! Requests: who is asking, from which browser, and what that browser is told to remember.

mod caller;
pub mod cookies;
mod flash;
mod site;
mod theme;
mod visit;

pub use caller::Caller;
pub use flash::Flash;
pub use site::{Site, SiteFiles};
pub use theme::Theme;
pub use visit::{CurrentAccount, PageError, RequestId, Visit, info};
