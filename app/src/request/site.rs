//! What the server tells the pages about itself.

use leptos::prelude::LeptosOptions;
use model::{Schema, SignInOptions};
use pool::Pool;
use std::sync::Arc;

/// What the server tells the pages about itself, once.
#[derive(Clone)]
pub struct Site {
    pub pool: Pool,
    /// Whether the public address is https.
    pub secure: bool,
    pub files: Arc<dyn Fn() -> SiteFiles + Send + Sync>,
    /// For `cargo leptos watch`.
    pub leptos: LeptosOptions,
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").field("secure", &self.secure).finish_non_exhaustive()
    }
}

impl Site {
    pub fn schema(&self) -> &Schema {
        &self.pool.settings().schema
    }

    pub fn sign_in_options(&self) -> SignInOptions {
        self.pool.settings().sign_in
    }
}

/// The addresses of the page's own files; in a release their names carry hashes.
#[derive(Debug, Clone, Default)]
pub struct SiteFiles {
    pub js: String,
    pub wasm: String,
    pub css: String,
}
