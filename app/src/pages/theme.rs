//! `/theme`: light, dark, or as the system has it. A form at the foot of every page posts here.

use crate::form::{FormError, FormPost};
use crate::request::{RequestContext, Theme};
use leptos::prelude::*;
use model::{Page, paths};

/// Remembers the theme in this browser.
#[server(prefix = "", endpoint = "/theme", protocol = FormPost)]
pub async fn set_theme(
    #[server(default)] theme: String,
    #[server(default)] next: String,
) -> Result<(), FormError> {
    let context = RequestContext::current()?;
    context.remember_theme(Theme::parse(&theme));
    context.redirect(Page::at(&next).map_or(paths::START, |(_, address)| address));
    Ok(())
}
