//! `/dev/mailbox`: what would have been mailed, while no mail server is configured.
//!
//! It shows every code, so it answers only to the token of the address that is printed at start, on a machine
//! that talks to itself: loopback public address and peer, a local `Host`, no sign of a proxy and none of
//! another site. To everything else it is a page that doesn't exist. A proxy that adds no header looks like a
//! browser here: the token is what it lacks.

mod guard;
mod pages;
mod state;
pub mod token;

use crate::config::{PublicUrl, Secret};
use accounts::Settings;
use app::SiteFiles;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::any;
use delivery::Mailbox;
use model::paths;
use state::RouteState;

/// The mailbox, and what opens it.
#[derive(Debug, Clone)]
pub struct DevMailbox {
    pub mailbox: Mailbox,
    pub token: Secret,
}

/// The routes of the mailbox, if only this machine can go there.
pub fn routes(
    dev: &DevMailbox,
    url: &PublicUrl,
    settings: &Settings,
    site_files: fn() -> Option<SiteFiles>,
) -> Router {
    if !url.is_loopback() {
        return Router::new();
    }
    let DevMailbox { mailbox, token } = dev.clone();
    let state = RouteState { mailbox, token, secure: url.is_https(), settings: settings.clone(), site_files };
    // `get` would answer other methods with what is allowed, which says that there is something.
    Router::new()
        .route(paths::MAILBOX_JSON, any(pages::as_json))
        .route(paths::MAILBOX, any(pages::as_page))
        .route("/dev/mailbox/{number}/html", any(pages::one_mail))
        .route("/dev/mailbox/preview", any(pages::all_previews))
        .route("/dev/mailbox/preview/{name}/html", any(pages::one_preview))
        .with_state(state.clone())
        .layer(from_fn_with_state(state, guard::only_from_here))
}
