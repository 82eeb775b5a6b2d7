//! What the routes of the mailbox answer from.

use crate::config::Secret;
use accounts::Settings;
use app::SiteFiles;
use delivery::Mailbox;

#[derive(Clone)]
pub struct RouteState {
    pub mailbox: Mailbox,
    pub token: Secret,
    pub secure: bool,
    pub settings: Settings,
    pub site_files: fn() -> Option<SiteFiles>,
}
