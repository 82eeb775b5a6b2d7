//! What the routes of the mailbox answer from.

use crate::config::Secret;
use app::SiteFiles;
use pool::Settings;
use pool::delivery::Mailbox;

#[derive(Clone)]
pub struct RouteState {
    pub mailbox: Mailbox,
    pub token: Secret,
    pub secure: bool,
    pub settings: Settings,
    pub site_files: fn() -> Option<SiteFiles>,
}
