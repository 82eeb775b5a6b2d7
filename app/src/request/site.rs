//! What the server tells the pages about itself.

use accounts::Context;
use leptos::prelude::LeptosOptions;
use model::{Schema, SignInOptions};
use std::sync::Arc;
use words::Language;

/// What the server tells the pages about itself, once.
#[derive(Clone)]
pub struct Site {
    pub pool: Context,
    /// Whether the public address is https.
    pub secure: bool,
    /// `None`: this program was built without them.
    pub files: Arc<dyn Fn() -> Option<SiteFiles> + Send + Sync>,
    /// For `cargo leptos watch`.
    pub leptos: Arc<LeptosOptions>,
    /// In which its pages are written.
    pub language: Language,
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

/// The addresses of the built files; in a release their names carry hashes.
#[derive(Debug, Clone)]
pub struct SiteFiles {
    pub js: String,
    pub wasm: String,
    pub css: String,
}
